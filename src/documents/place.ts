import type { Transaction } from '../scope/transaction.js';
import { publishChunk } from './events.js';
import type { ChunkRow } from './rows.js';
import type { Spot } from './siblings.js';

const PLACE = `UPDATE chunks SET parent_id = ?, position = ?, updated_at = ?, revision = revision + 1,
  kept = last_insert_rowid(), audit = ? WHERE id = ?`;
const MOVED = JSON.stringify(['place']);

/**
 * The write of a move, its audit row and its event, right after `keepRevision`. That the chunk can go there,
 * and the places of its old and new siblings, are the caller's.
 */
export function placeChunk(tx: Transaction, op: string, row: ChunkRow, { parentId, position }: Spot): ChunkRow {
  const { id, document_id: documentId } = row;
  tx.db.run(PLACE, parentId, position, tx.at, tx.nextAudit, id);
  const moved: ChunkRow = { ...row, parent_id: parentId, position, revision: row.revision + 1, updated_at: Number(tx.at) };
  tx.audit(op, { documentId, chunkId: id, revision: moved.revision, changed: MOVED });
  publishChunk(tx, op, moved, row.status);
  return moved;
}
