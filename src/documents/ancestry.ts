import type { ScopeDatabase } from '../storage/scope-database.js';

// CROSS JOIN sets the order of the join: left to itself the planner reads all chunks of the document at each step.
const ANCESTRY = `WITH RECURSIVE up (id) AS (
    SELECT id FROM chunks WHERE id = ? UNION SELECT c.parent_id FROM up CROSS JOIN chunks c ON c.id = up.id WHERE c.parent_id IS NOT NULL
  ) SELECT id FROM up`;
const HEIGHT = `WITH RECURSIVE tree (id, level) AS (
    SELECT ?, 0 UNION ALL SELECT c.id, level + 1 FROM tree CROSS JOIN chunks c ON c.document_id = ? AND c.parent_id = tree.id WHERE level < ?
  ) SELECT max(level) AS height FROM tree`;

/** The chunk itself and all above it. */
export function ancestryOf(db: ScopeDatabase, id: string): string[] {
  return db.all<{ id: string }>(ANCESTRY, id).map((row) => row.id);
}

/** How many levels there are below a chunk, counted up to `most`. */
export function heightOf(db: ScopeDatabase, documentId: string, id: string, most: number): number {
  return db.get<{ height: number }>(HEIGHT, id, documentId, most)!.height;
}
