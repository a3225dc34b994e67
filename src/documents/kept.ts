import type { ScopeDatabase } from '../storage/scope-database.js';
import type { ChunkRow } from './rows.js';

/** What a chunk was at a past revision. */
export interface KeptRow extends Omit<ChunkRow, 'id' | 'created_at' | 'kept'> {
  /** Number of the row; `before` is that of the revision before. */
  id: number;
  before: number | null;
  chunk_id: string;
}

// The numbers alone travel down the chain: the bodies on the way are never read.
const FIND = `WITH RECURSIVE chain (id, before, revision) AS (
    SELECT id, before, revision FROM loom_revisions WHERE id = ?
    UNION ALL
    SELECT r.id, r.before, r.revision FROM chain CROSS JOIN loom_revisions r ON r.id = chain.before WHERE chain.revision > ?
  ) SELECT r.* FROM chain CROSS JOIN loom_revisions r ON r.id = chain.id WHERE chain.revision = ?`;

/** @returns what the chunk was at `revision`, undefined where that is the current one, never was or is kept no more. */
export function revisionAt(db: ScopeDatabase, chunk: Pick<ChunkRow, 'kept'>, revision: number): KeptRow | undefined {
  return db.get<KeptRow>(FIND, chunk.kept, revision, revision);
}
