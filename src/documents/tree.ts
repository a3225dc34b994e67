import { Refusal } from '../errors.js';
import { unlinkResource } from '../paths/names.js';
import type { Transaction } from '../scope/transaction.js';
import type { ScopeDatabase } from '../storage/scope-database.js';
import { publishChunk } from './events.js';
import { placeChunk } from './place.js';
import { chunkById, requireRevision, type ChunkRow } from './rows.js';
import { keepDeleted, keepRevision } from './revisions.js';
import { closePosition, openPosition } from './siblings.js';

const PARENT = 'SELECT parent_id FROM chunks WHERE id = ?';
const TAKE_OUT = 'UPDATE chunks SET parent_id = NULL WHERE id = ?';
const SUBTREE = `WITH RECURSIVE tree (id) AS (
    SELECT ? UNION SELECT chunks.id FROM chunks JOIN tree ON chunks.parent_id = tree.id AND chunks.document_id = ?
  ) SELECT c.id, c.document_id, c.revision, c.type, c.status FROM tree JOIN chunks c ON c.id = tree.id`;
const DELETE = 'DELETE FROM chunks WHERE id = ?';
const DELETE_EDGES = 'DELETE FROM chunk_edges WHERE from_id = ? OR to_id = ?';

/** Moves a chunk with its subtree below another parent of its document, or among its siblings. */
export function moveChunk(
  tx: Transaction,
  id: string,
  target: { parentId?: string | undefined; position?: number | undefined; revision?: number | undefined },
): ChunkRow {
  const row = chunkById(tx.db, id);
  if (target.revision !== undefined) requireRevision(row, target.revision);
  if (row.parent_id === null) {
    throw new Refusal('root_chunk', `chunk ${id} is the root of its document and stays where it is`, { id });
  }
  const parentId = target.parentId ?? row.parent_id;
  requireParent(tx.db, row, parentId);
  keepRevision(tx, id);
  closePosition(tx.db, row.document_id, row.parent_id, row.position);
  // Taken out while its place is sought among the others.
  tx.db.run(TAKE_OUT, id);
  const position = openPosition(tx.db, row.document_id, parentId, target.position);
  return placeChunk(tx, row, parentId, position);
}

function requireParent(db: ScopeDatabase, row: ChunkRow, parentId: string): void {
  const parent = chunkById(db, parentId);
  if (parent.document_id !== row.document_id) {
    throw new Refusal('not_found', `chunk ${parentId} is not in document ${row.document_id}`, { parent_id: parentId });
  }
  for (let at: string | null = parentId; at !== null; at = db.get<{ parent_id: string | null }>(PARENT, at)!.parent_id) {
    if (at === row.id) {
      throw new Refusal('cycle', `chunk ${row.id} cannot move below itself (${parentId} is in its subtree)`, {
        id: row.id,
        new_parent_id: parentId,
      });
    }
  }
}

/** Deletes a chunk with its subtree; every deleted chunk is kept as a past revision and has its event. */
export function deleteChunk(tx: Transaction, id: string, revision: number | undefined): number {
  const row = chunkById(tx.db, id);
  if (revision !== undefined) requireRevision(row, revision);
  if (row.parent_id === null) {
    throw new Refusal('root_chunk', `chunk ${id} is the root of its document: delete the document instead`, { id });
  }
  const gone = tx.db.all<Pick<ChunkRow, 'id' | 'document_id' | 'revision' | 'type' | 'status'>>(
    SUBTREE,
    id,
    row.document_id,
  );
  for (const chunk of gone) {
    removeChunk(tx, chunk.id);
    publishChunk(tx, 'delete_chunk', { ...chunk, status: null }, chunk.status);
  }
  closePosition(tx.db, row.document_id, row.parent_id, row.position);
  tx.audit('delete_chunk', { documentId: row.document_id, chunkId: id, revision: row.revision });
  tx.touch(row.document_id);
  return gone.length - 1;
}

/** Takes one chunk, its edges and its names out of the tables. */
export function removeChunk(tx: Transaction, id: string): void {
  keepDeleted(tx, id);
  tx.db.run(DELETE_EDGES, id, id);
  tx.db.run(DELETE, id);
  unlinkResource(tx, 'chunk', id);
}
