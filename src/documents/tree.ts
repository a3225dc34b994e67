import { Refusal } from '../errors.js';
import type { Transaction } from '../scope/transaction.js';
import type { ScopeDatabase } from '../storage/scope-database.js';
import { ancestryOf, heightOf } from './ancestry.js';
import { recordDeletion, removeChunk } from './deletions.js';
import { publishChunk } from './events.js';
import { MAX_DEPTH, requireDepth } from './limits.js';
import { placeChunk } from './place.js';
import { chunkById, requireRevision, type ChunkRow } from './rows.js';
import { keepRevision } from './revisions.js';
import { closePosition, findSpot, openSpot, shiftTo, type Place } from './siblings.js';

const SUBTREE = `WITH RECURSIVE tree (id) AS (
    SELECT ? UNION SELECT c.id FROM tree CROSS JOIN chunks c ON c.parent_id = tree.id AND c.document_id = ?
  ) SELECT c.id, c.document_id, c.revision, c.type, c.status FROM tree CROSS JOIN chunks c ON c.id = tree.id`;

export interface MoveTarget extends Place {
  /** Its own where neither it nor a sibling is named. */
  parentId?: string | undefined;
  revision?: number | undefined;
}

/** Moves a chunk with its subtree below another parent of its document, or to another place below its own. */
export function moveChunk(tx: Transaction, id: string, target: MoveTarget): ChunkRow {
  return place(tx, 'move_chunk', childById(tx.db, id, target.revision), target);
}

/** Moves a chunk among its siblings. */
export function reorderChunk(tx: Transaction, id: string, target: Omit<MoveTarget, 'parentId'>): ChunkRow {
  const row = childById(tx.db, id, target.revision);
  return place(tx, 'reorder_chunk', row, { ...target, parentId: row.parent_id });
}

/** A chunk that is no root, at the revision that the caller read. */
type ChildRow = ChunkRow & { parent_id: string };

function childById(db: ScopeDatabase, id: string, revision: number | undefined): ChildRow {
  const row = chunkById(db, id);
  if (revision !== undefined) requireRevision(row, revision);
  if (row.parent_id !== null) return row as ChildRow;
  throw new Refusal('root_chunk', `chunk ${id} is the root of its document and stays where it is`, { id });
}

function place(tx: Transaction, op: string, row: ChildRow, target: MoveTarget): ChunkRow {
  const { db } = tx;
  const { id, document_id: documentId } = row;
  const spot = findSpot(db, documentId, { named: target.parentId, otherwise: row.parent_id }, target, row);
  if (spot.parentId !== row.parent_id) requireParent(db, row, spot.parentId);
  if (spot.parentId === row.parent_id) {
    shiftTo(db, documentId, spot, row.position);
  } else {
    closePosition(db, documentId, row.parent_id, row.position);
    openSpot(db, documentId, spot);
  }
  keepRevision(tx, id);
  return placeChunk(tx, op, row, spot);
}

/** @throws Refusal where the chunk cannot stand below that parent with all that is below itself. */
function requireParent(db: ScopeDatabase, row: ChildRow, parentId: string): void {
  const parent = chunkById(db, parentId);
  if (parent.document_id !== row.document_id) {
    throw new Refusal('not_found', `chunk ${parentId} is not in document ${row.document_id}`, { parent_id: parentId });
  }
  const ancestry = ancestryOf(db, parentId);
  if (ancestry.includes(row.id)) {
    throw new Refusal('cycle', `chunk ${row.id} cannot move below itself (${parentId} is in its subtree)`, {
      id: row.id,
      new_parent_id: parentId,
    });
  }
  // What moves no deeper than it was still fits: its subtree, which may be large, need not be walked.
  const deeper = ancestry.length >= ancestryOf(db, row.id).length;
  if (deeper) requireDepth(ancestry.length + heightOf(db, row.document_id, row.id, MAX_DEPTH));
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
  const deletion = recordDeletion(tx, row, gone.length);
  for (const chunk of gone) {
    removeChunk(tx, chunk.id, deletion);
    publishChunk(tx, 'delete_chunk', { ...chunk, status: null }, chunk.status);
  }
  closePosition(tx.db, row.document_id, row.parent_id, row.position);
  tx.audit('delete_chunk', { documentId: row.document_id, chunkId: id, revision: row.revision });
  return gone.length - 1;
}
