import type { ScopeDatabase } from '../../storage/scope-database.js';
import type { BodyLink } from './body-links.js';

// Of several chunks with one title the oldest counts: by time, within one batch by the order of creation.
const IN_DOCUMENT = `SELECT t.chunk_id AS id FROM loom_titles t JOIN chunks c ON c.id = t.chunk_id
  WHERE t.title = ? AND t.document_id = ? ORDER BY t.created_at, c.rowid LIMIT 1`;
const IN_SCOPE = `SELECT t.chunk_id AS id FROM loom_titles t JOIN chunks c ON c.id = t.chunk_id
  WHERE t.title = ? AND t.created_at = (SELECT min(created_at) FROM loom_titles WHERE title = ?) ORDER BY c.rowid LIMIT 1`;
const BELOW_TITLE = `SELECT t.chunk_id AS id FROM loom_titles root
  CROSS JOIN documents d ON d.id = root.document_id AND d.root_chunk_id = root.chunk_id
  CROSS JOIN loom_titles t ON t.document_id = d.id AND t.title = ?
  CROSS JOIN chunks c ON c.id = t.chunk_id
  WHERE root.title = ? ORDER BY t.document_id = ? DESC, t.created_at, c.rowid LIMIT 1`;
const BY_ID = `SELECT id FROM chunks WHERE id = ?
  UNION ALL SELECT c.id FROM documents d JOIN chunks c ON c.id = d.root_chunk_id WHERE d.id = ?`;

const ID = /^[0-9a-f]{32}$/;

/**
 * The chunk that a link of a document leads to now: the chunk or the root of the document of that id, the
 * chunk of that title in the same document, in the scope, the chunk of that title in the named document.
 *
 * @param gone id of a chunk that is about to be deleted.
 */
export function resolveLink(
  db: ScopeDatabase,
  { target, in_document: inDocument, heading }: Pick<BodyLink, 'target' | 'in_document' | 'heading'>,
  documentId: string,
  gone: string | undefined,
): string | null {
  const first = (sql: string, ...params: unknown[]): string | undefined => db.get<{ id: string }>(sql, ...params)?.id;
  const byId = ID.test(target) ? first(BY_ID, target, target) : undefined;
  if (byId !== undefined && byId !== gone) return byId;
  const byTitle = first(IN_DOCUMENT, target, documentId) ?? first(IN_SCOPE, target, target);
  if (byTitle !== undefined || heading === null) return byTitle ?? null;
  const below = inDocument === '' ? first(IN_DOCUMENT, heading, documentId) : first(BELOW_TITLE, heading, inDocument, documentId);
  return below ?? null;
}
