import { Refusal } from '../errors.js';
import type { Transaction } from '../scope/transaction.js';
import { authorOf, type Author, type AuthorRow } from './history.js';
import { deletionCutoff, deletionEnds } from './retention.js';

/** Something that `undelete` brings back: a document, or where `id` is there a chunk with its subtree. */
export interface DeletedThing extends Author {
  document_id: string;
  id?: string;
  title: string;
  n_chunks: number;
  /** Unix nanoseconds. */
  deleted_at: number;
  /** Unix nanoseconds; left out where it is kept for ever. */
  until?: number;
}

interface DeletedRow extends AuthorRow {
  number: number;
  document_id: string;
  chunk_id: string;
  title: string;
  chunks: number;
  deleted_at: number;
  whole: number;
}

const COLUMNS = `d.id AS number, d.document_id, d.chunk_id, d.title, d.chunks, d.deleted_at, d.document IS NOT NULL AS whole,
  a.actor, a.agent, a.transport, a.op`;
const PAGE = `SELECT ${COLUMNS} FROM loom_deletions d JOIN loom_audit a ON a.seq = d.audit
  WHERE d.expired = 0 AND d.deleted_at > ? AND d.id < ? ORDER BY d.id DESC LIMIT ?`;
const OF_CHUNK = `SELECT ${COLUMNS} FROM loom_deletions d JOIN loom_audit a ON a.seq = d.audit
  WHERE d.id = (SELECT deletion FROM loom_deleted WHERE chunk_id = ?)`;

/** What can come back, the last deleted first. */
export function listDeleted(tx: Transaction, limit: number, cursor: string | undefined): { deleted: DeletedThing[]; next_cursor?: string } {
  const rows = tx.db.all<DeletedRow>(PAGE, deletionCutoff(tx), decodeCursor(cursor), limit + 1);
  const page = rows.slice(0, limit);
  return {
    deleted: page.map((row) => toThing(tx, row)),
    ...(rows.length > limit ? { next_cursor: String(page.at(-1)!.number) } : {}),
  };
}

/** The deletion with which a chunk went; undefined for one that is there. */
export function deletionOf(tx: Transaction, chunkId: string): DeletedThing | undefined {
  const row = tx.db.get<DeletedRow>(OF_CHUNK, chunkId);
  return row && toThing(tx, row);
}

function toThing(tx: Transaction, row: DeletedRow): DeletedThing {
  const until = deletionEnds(tx, BigInt(row.deleted_at));
  return {
    document_id: row.document_id,
    ...(row.whole ? {} : { id: row.chunk_id }),
    title: row.title,
    n_chunks: row.chunks,
    deleted_at: row.deleted_at,
    ...(until === undefined ? {} : { until: Number(until) }),
    ...authorOf(row),
  };
}

function decodeCursor(cursor: string | undefined): number {
  if (cursor === undefined) return Number.MAX_SAFE_INTEGER;
  if (/^[1-9]\d{0,14}$/.test(cursor)) return Number(cursor);
  throw new Refusal('invalid_input', 'cursor is not one that list_deleted gave out: start without it', { cursor });
}
