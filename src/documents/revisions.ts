import type { Transaction } from '../scope/transaction.js';
import { sweepNowAndThen } from './retention.js';
import type { ChunkRow } from './rows.js';

const KEEP = `INSERT INTO loom_revisions
  (before, chunk_id, revision, audit, kept_at, document_id, parent_id, position, type, status, title, updated_at, fields, body)
  SELECT kept, id, revision, audit, ?, document_id, parent_id, position, type, status, title, updated_at, fields, body
  FROM chunks WHERE id = ?`;
const BURY = `INSERT INTO loom_deleted (chunk_id, document_id, kept, deleted_at, deletion, created_at)
  SELECT id, document_id, last_insert_rowid(), ?, ?, created_at FROM chunks WHERE id = ?`;
const BUMP = 'UPDATE chunks SET updated_at = ?, revision = revision + 1, kept = last_insert_rowid(), audit = ? WHERE id = ?';

/**
 * Keeps what a chunk is now as a past revision, before a write replaces it. The write that follows sets
 * `chunks.kept` to `last_insert_rowid()`, which makes it the newest of the chunk's chain, and `chunks.audit`
 * to `tx.nextAudit`.
 */
export function keepRevision(tx: Transaction, id: string): void {
  sweepNowAndThen(tx);
  tx.db.run(KEEP, tx.at, id);
}

/** The same before a write deletes it. */
export function keepDeleted(tx: Transaction, id: string, deletion: number): void {
  keepRevision(tx, id);
  tx.db.run(BURY, tx.at, deletion, id);
}

/** Raises the revision of a chunk of which nothing else changes in its row, as by an edge that goes out from it. */
export function bumpRevision(tx: Transaction, row: ChunkRow): ChunkRow {
  keepRevision(tx, row.id);
  tx.db.run(BUMP, tx.at, tx.nextAudit, row.id);
  return { ...row, revision: row.revision + 1, updated_at: Number(tx.at) };
}
