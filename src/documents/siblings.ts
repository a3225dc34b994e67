import type { ScopeDatabase } from '../storage/scope-database.js';

// The children of a parent always stand at 0, 1, 2, … without a gap and without two at one place.

const COUNT = 'SELECT count(*) AS n FROM chunks WHERE document_id = ? AND parent_id = ?';
const SHIFT_UP = 'UPDATE chunks SET position = position + 1 WHERE document_id = ? AND parent_id = ? AND position >= ?';
const SHIFT_DOWN = 'UPDATE chunks SET position = position - 1 WHERE document_id = ? AND parent_id = ? AND position > ?';

/**
 * Makes room among the children of a parent.
 * @param position wanted place; past the end, or left out, means last.
 * @returns the place to use.
 */
export function openPosition(db: ScopeDatabase, documentId: string, parentId: string, position?: number): number {
  const { n } = db.get<{ n: number }>(COUNT, documentId, parentId)!;
  if (position === undefined || position >= n) return n;
  db.run(SHIFT_UP, documentId, parentId, position);
  return position;
}

/** Closes the gap that a chunk leaves at `position`. */
export function closePosition(db: ScopeDatabase, documentId: string, parentId: string, position: number): void {
  db.run(SHIFT_DOWN, documentId, parentId, position);
}
