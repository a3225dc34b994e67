import type { Transaction } from '../scope/transaction.js';
import { publishChunk } from './events.js';
import type { ChunkRow } from './rows.js';

const PLACE = `UPDATE chunks SET parent_id = ?, position = ?, updated_at = ?, revision = revision + 1,
  kept = last_insert_rowid() WHERE id = ?`;

/**
 * The write of a move, its audit row and its event, right after `keepRevision`. That the chunk can go there,
 * and the places of its old and new siblings, are the caller's.
 */
export function placeChunk<Row extends ChunkRow>(tx: Transaction, row: Row, parentId: string, position: number): Row {
  tx.db.run(PLACE, parentId, position, tx.at, row.id);
  const moved = { ...row, parent_id: parentId, position, revision: row.revision + 1, updated_at: Number(tx.at) };
  tx.audit('move_chunk', { documentId: row.document_id, chunkId: row.id, revision: moved.revision });
  tx.touch(row.document_id);
  publishChunk(tx, 'move_chunk', moved, row.status);
  return moved;
}
