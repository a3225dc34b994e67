import type { ScopeDatabase } from '../storage/scope-database.js';
import { chunkById, chunkHead, type ChunkHead } from './rows.js';

/** Most chunks of one answer. */
export const MAX_SUBTREE_CHUNKS = 10_000;
/** Most text of one answer: bodies and fields, in UTF-16 code units. */
export const MAX_SUBTREE_TEXT = 16 * 1024 * 1024;

export interface SubtreeChunk extends ChunkHead {
  /** 0 for the chunk that was asked for. */
  depth: number;
  body?: string;
}

// The queue hands out the deepest first, and siblings in their order: that is the order of reading. CROSS JOIN
// sets the order of the join: left to itself the planner reads all chunks of the document at each step.
const WALK = `WITH RECURSIVE tree (id, depth, position) AS (
    SELECT ?, 0, 0
    UNION ALL
    SELECT c.id, depth + 1, c.position FROM tree CROSS JOIN chunks c ON c.document_id = ? AND c.parent_id = tree.id
    WHERE depth < ? ORDER BY 2 DESC, 3
  ) SELECT id, depth FROM tree LIMIT ?`;

/** A chunk and all below it in the order of reading, in one snapshot. What passes the limits is cut off at the end. */
export function getSubtree(
  db: ScopeDatabase,
  id: string,
  options: { depth?: number | undefined; bodies: boolean },
): { document_id: string; chunks: SubtreeChunk[]; truncated: boolean } {
  const { document_id } = chunkById(db, id);
  const walk = db.all<{ id: string; depth: number }>(WALK, id, document_id, options.depth ?? MAX_SUBTREE_CHUNKS, MAX_SUBTREE_CHUNKS + 1);
  const chunks: SubtreeChunk[] = [];
  let text = 0;
  for (const { id, depth } of walk) {
    const row = chunkById(db, id);
    text += row.fields.length + (options.bodies ? row.body.length : 0);
    // The first is shown whatever its size.
    if (chunks.length === MAX_SUBTREE_CHUNKS || (text > MAX_SUBTREE_TEXT && chunks.length > 0)) {
      return { document_id, chunks, truncated: true };
    }
    chunks.push({ ...chunkHead(row), depth, ...(options.bodies ? { body: row.body } : {}) });
  }
  return { document_id, chunks, truncated: false };
}
