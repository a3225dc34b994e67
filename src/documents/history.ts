import { Refusal } from '../errors.js';
import type { Transport } from '../scope/messages.js';
import type { ScopeDatabase } from '../storage/scope-database.js';
import { newestKept } from './kept.js';

/** A write as the history tells of it. */
export interface Entry extends Author {
  chunk_id?: string;
  revision?: number;
  /** Unix nanoseconds. */
  at: number;
  /** Parts that it changed: `title`, `type`, `status`, `fields.<name>`, `body`, `place`; none where it made the chunk. */
  changed: string[];
  title?: string;
}

/** Who did it, and how. */
export interface Author {
  actor: string;
  agent?: string;
  transport: Transport;
  op: string;
}

export interface Page {
  entries: Entry[];
  next_cursor?: string;
}

/** What a row of loom_audit says of its author. */
export interface AuthorRow {
  actor: string;
  agent: string | null;
  transport: Transport;
  op: string;
}

interface AuditRow extends AuthorRow {
  at: number;
  changed: string | null;
}

interface RevisionRow extends AuditRow {
  before: number | null;
  revision: number;
  title: string;
}

interface WriteRow extends AuditRow {
  before: number | null;
  chunk_id: string | null;
  revision: number | null;
  title: string | null;
}

const BY = 'a.actor, a.agent, a.transport, a.op, a.changed';
const PRESENT = `SELECT c.kept AS before, c.revision, c.title, c.updated_at AS at, ${BY}
  FROM chunks c JOIN loom_audit a ON a.seq = c.audit WHERE c.id = ?`;
const PAST = `WITH RECURSIVE chain (id, before, n) AS (
    SELECT id, before, 1 FROM loom_revisions WHERE id = ? AND chunk_id = ?
    UNION ALL
    SELECT r.id, r.before, n + 1 FROM chain CROSS JOIN loom_revisions r ON r.id = chain.before
    WHERE n < ? AND r.chunk_id = ?
  ) SELECT r.before, r.revision, r.title, r.updated_at AS at, ${BY}
    FROM chain CROSS JOIN loom_revisions r ON r.id = chain.id CROSS JOIN loom_audit a ON a.seq = r.audit ORDER BY n`;
const HEAD = `SELECT ifnull((SELECT audit FROM documents WHERE id = ?),
  (SELECT audit FROM loom_deletions WHERE document_id = ? AND document IS NOT NULL AND expired = 0)) AS seq`;
const TITLE = `ifnull((SELECT title FROM chunks WHERE id = a.chunk_id),
  (SELECT title FROM loom_revisions WHERE id = (SELECT kept FROM loom_deleted WHERE chunk_id = a.chunk_id)))`;
const WRITES = `WITH RECURSIVE chain (seq, before, n) AS (
    SELECT seq, before, 1 FROM loom_audit WHERE seq = ? AND document_id = ?
    UNION ALL
    SELECT a.seq, a.before, n + 1 FROM chain CROSS JOIN loom_audit a ON a.seq = chain.before WHERE n < ?
  ) SELECT a.before, a.ts AS at, a.chunk_id, a.revision, ${BY}, ${TITLE} AS title
    FROM chain CROSS JOIN loom_audit a ON a.seq = chain.seq ORDER BY n`;

/**
 * The revisions of a chunk that are kept, newest first, also of one that is deleted.
 * @param cursor `next_cursor` of the page before.
 */
export function chunkHistory(db: ScopeDatabase, id: string, limit: number, cursor: string | undefined): Page {
  const entries: Entry[] = [];
  let from: number | null;
  if (cursor === undefined) {
    const present = db.get<RevisionRow>(PRESENT, id);
    if (present) entries.push(revisionEntry(present));
    from = present ? present.before : newestKept(db, id);
    if (!present && from === null) throw new Refusal('not_found', `no chunk ${id} in this scope, and none that could come back`, { id });
  } else {
    from = decodeCursor(cursor);
  }
  const missing = limit - entries.length;
  const rows = from === null || missing === 0 ? [] : db.all<RevisionRow>(PAST, from, id, missing, id);
  entries.push(...rows.map(revisionEntry));
  const next = missing === 0 ? from : rows.length < missing ? null : rows.at(-1)!.before;
  return { entries, ...(next === null ? {} : { next_cursor: String(next) }) };
}

/** All writes about a document and its chunks, newest first, also of one that is deleted. */
export function documentHistory(db: ScopeDatabase, id: string, limit: number, cursor: string | undefined): Page {
  const from = cursor === undefined ? db.get<{ seq: number | null }>(HEAD, id, id)!.seq : decodeCursor(cursor);
  if (from === null) throw new Refusal('not_found', `no document ${id} in this scope, and none that could come back`, { document_id: id });
  const rows = db.all<WriteRow>(WRITES, from, id, limit);
  const next = rows.length < limit ? null : rows.at(-1)!.before;
  return { entries: rows.map(writeEntry), ...(next === null ? {} : { next_cursor: String(next) }) };
}

function revisionEntry(row: RevisionRow): Entry {
  const { revision, title } = row;
  return { revision, ...entryOf(row), title };
}

function writeEntry(row: WriteRow): Entry {
  return {
    ...(row.chunk_id === null ? {} : { chunk_id: row.chunk_id }),
    ...(row.revision === null ? {} : { revision: row.revision }),
    ...entryOf(row),
    ...(row.title === null ? {} : { title: row.title }),
  };
}

function entryOf(row: AuditRow): Entry {
  return { at: row.at, ...authorOf(row), changed: row.changed === null ? [] : (JSON.parse(row.changed) as string[]) };
}

export function authorOf({ actor, agent, transport, op }: AuthorRow): Author {
  return { actor, ...(agent === null ? {} : { agent }), transport, op };
}

function decodeCursor(cursor: string): number {
  if (/^[1-9]\d{0,14}$/.test(cursor)) return Number(cursor);
  throw new Refusal('invalid_input', 'cursor is not one that history gave out: start without it', { cursor });
}
