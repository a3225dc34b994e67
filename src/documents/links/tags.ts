import type { ScopeDatabase } from '../../storage/scope-database.js';
import { documentById } from '../rows.js';
import { decodeCursor, pageOf } from './cursor.js';
import { fold } from './fold.js';

/** A tag and how many chunks have it. */
export interface TagCount {
  tag: string;
  count: number;
}

interface TagsQuery {
  document_id?: string | undefined;
  prefix?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

/** Comes after every text with the same beginning. */
const LAST = '\u{10FFFF}';

const COUNTS = 'folded, min(tag) AS tag, count(*) AS count';
const OF_SCOPE = `SELECT ${COUNTS} FROM chunk_tags
  WHERE folded > ? AND folded >= ? AND folded < ? GROUP BY folded ORDER BY folded LIMIT ?`;
const OF_DOCUMENT = `SELECT ${COUNTS} FROM chunks c JOIN chunk_tags t ON t.chunk_id = c.id
  WHERE folded > ? AND folded >= ? AND folded < ? AND c.document_id = ? GROUP BY folded ORDER BY folded LIMIT ?`;

/** Tags in order of their folded form. A tag that is written in several ways is shown in one of them. */
export function listTags(db: ScopeDatabase, query: TagsQuery): { tags: TagCount[]; next_cursor?: string } {
  const { document_id: documentId, limit } = query;
  if (documentId !== undefined) documentById(db, documentId);
  const [after] = decodeCursor<[string]>('list_tags', query.cursor, ['']);
  const prefix = fold((query.prefix ?? '').replace(/^#/, ''));
  const range = [after, prefix, prefix + LAST];
  const rows =
    documentId === undefined
      ? db.all<TagCount & { folded: string }>(OF_SCOPE, ...range, limit + 1)
      : db.all<TagCount & { folded: string }>(OF_DOCUMENT, ...range, documentId, limit + 1);
  const { page, ...next } = pageOf(rows, limit, ({ folded }) => [folded]);
  return { tags: page.map(({ tag, count }) => ({ tag, count })), ...next };
}
