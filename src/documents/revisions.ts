import type { Transaction } from '../scope/transaction.js';

const KEEP = `INSERT INTO loom_revisions
  (chunk_id, revision, document_id, parent_id, position, type, status, title, updated_at, fields, body)
  SELECT id, revision, document_id, parent_id, position, type, status, title, updated_at, fields, body
  FROM chunks WHERE id = ?`;

/** Keeps what a chunk is now as a past revision, before a write replaces or deletes it. */
export function keepRevision(tx: Transaction, id: string): void {
  tx.db.run(KEEP, id);
}
