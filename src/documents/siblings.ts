import { Refusal } from '../errors.js';
import type { ScopeDatabase } from '../storage/scope-database.js';
import { chunkById, type ChunkRow } from './rows.js';

// The children of a parent always stand at 0, 1, 2, … without a gap and without two at one place.

const LAST = 'SELECT max(position) AS last FROM chunks WHERE document_id = ? AND parent_id = ?';
const SHIFT = `UPDATE chunks SET position = position + ?
  WHERE document_id = ? AND parent_id = ? AND position BETWEEN ? AND ?`;
const END = Number.MAX_SAFE_INTEGER;

/** Where a chunk is wanted among its siblings: by one of the three, or last. */
export interface Place {
  /** From 0; past the end means last. */
  position?: number | undefined;
  after_id?: string | undefined;
  before_id?: string | undefined;
}

/** A place among the children of a parent, the chunk that is to stand there not counted. */
export interface Spot {
  parentId: string;
  position: number;
}

/**
 * Finds the place that a caller means; writes nothing.
 *
 * @param parent `named` by the caller; `otherwise` holds where neither it nor a sibling is named.
 * @param moving the chunk that is to stand there, where it already has a place in the document.
 * @throws Refusal `invalid_input`, `not_found`, `root_chunk`
 */
export function findSpot(
  db: ScopeDatabase,
  documentId: string,
  parent: { named: string | undefined; otherwise: string },
  place: Place,
  moving?: ChunkRow,
): Spot {
  const said = (['position', 'after_id', 'before_id'] as const).filter((key) => place[key] !== undefined);
  if (said.length > 1) {
    throw new Refusal('invalid_input', `${said.join(' and ')} both name a place: send at most one of position, after_id and before_id`, {
      fields: said,
    });
  }
  const siblingId = place.after_id ?? place.before_id;
  const sibling = siblingId === undefined ? undefined : siblingById(db, documentId, siblingId, parent.named, moving);
  const parentId = parent.named ?? sibling?.parent_id ?? parent.otherwise;
  // Siblings behind the chunk that moves step up by one as it leaves.
  const left = moving?.parent_id === parentId ? moving.position : END;
  if (sibling) {
    const position = sibling.position - (sibling.position > left ? 1 : 0);
    return { parentId, position: place.after_id === undefined ? position : position + 1 };
  }
  const { last } = db.get<{ last: number | null }>(LAST, documentId, parentId)!;
  const count = (last ?? -1) + (left === END ? 1 : 0);
  return { parentId, position: Math.min(place.position ?? count, count) };
}

function siblingById(
  db: ScopeDatabase,
  documentId: string,
  id: string,
  parentId: string | undefined,
  moving: ChunkRow | undefined,
): ChunkRow {
  const sibling = chunkById(db, id);
  if (sibling.document_id !== documentId) {
    throw new Refusal('not_found', `chunk ${id} is not in document ${documentId}`, { id });
  }
  if (sibling.parent_id === null) {
    throw new Refusal('root_chunk', `chunk ${id} is the root of its document and has no siblings`, { id });
  }
  if (parentId !== undefined && sibling.parent_id !== parentId) {
    throw new Refusal('invalid_input', `chunk ${id} is not a child of ${parentId}: name a sibling that is`, {
      id,
      parent_id: sibling.parent_id,
    });
  }
  if (sibling.id === moving?.id) throw new Refusal('invalid_input', `chunk ${id} has no place beside itself: name another sibling`, { id });
  return sibling;
}

/** Makes room for a chunk that comes from elsewhere. */
export function openSpot(db: ScopeDatabase, documentId: string, { parentId, position }: Spot): void {
  db.run(SHIFT, 1, documentId, parentId, position, END);
}

/**
 * Finds a place by its number alone and makes room there.
 * @param position past the end, or left out, means last.
 * @returns the place to use.
 */
export function openPosition(db: ScopeDatabase, documentId: string, parentId: string, position?: number): number {
  const spot = findSpot(db, documentId, { named: parentId, otherwise: parentId }, { position });
  openSpot(db, documentId, spot);
  return spot.position;
}

/** Closes the gap that a chunk leaves at `position`. */
export function closePosition(db: ScopeDatabase, documentId: string, parentId: string, position: number): void {
  db.run(SHIFT, -1, documentId, parentId, position + 1, END);
}

/** Makes room for a chunk that stands among the same children, at `from`. */
export function shiftTo(db: ScopeDatabase, documentId: string, { parentId, position }: Spot, from: number): void {
  if (position < from) db.run(SHIFT, 1, documentId, parentId, position, from - 1);
  if (position > from) db.run(SHIFT, -1, documentId, parentId, from + 1, position);
}
