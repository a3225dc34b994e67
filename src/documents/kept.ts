import type { ScopeDatabase } from '../storage/scope-database.js';
import type { ChunkRow } from './rows.js';

/** A past revision of a chunk. */
export type KeptRow = Omit<ChunkRow, 'id' | 'created_at'> & { chunk_id: string; audit: number };

const NEWEST = `SELECT ifnull((SELECT kept FROM chunks WHERE id = ?),
  (SELECT kept FROM loom_deleted WHERE chunk_id = ?)) AS kept`;
// A row that is gone may have given its id to one of another chunk: the chain ends there.
const AT = `WITH RECURSIVE chain (id, before, revision) AS (
    SELECT id, before, revision FROM loom_revisions WHERE id = ? AND chunk_id = ?
    UNION ALL
    SELECT r.id, r.before, r.revision FROM chain CROSS JOIN loom_revisions r ON r.id = chain.before
    WHERE chain.revision > ? AND r.chunk_id = ?
  ) SELECT chunk_id, revision, document_id, parent_id, position, type, status, title, updated_at, fields, body, audit
    FROM loom_revisions WHERE id = (SELECT id FROM chain WHERE revision = ?)`;

/** Row of loom_revisions with which the past of a chunk begins, also of one that is deleted. */
export function newestKept(db: ScopeDatabase, id: string): number | null {
  return db.get<{ kept: number | null }>(NEWEST, id, id)!.kept;
}

/**
 * What a chunk was at a past revision; undefined where that is not kept, or is the present one.
 * Of a deleted chunk the last revision is a past one, too.
 */
export function revisionAt(db: ScopeDatabase, { id }: Pick<ChunkRow, 'id'>, revision: number): KeptRow | undefined {
  return db.get<KeptRow>(AT, newestKept(db, id), id, revision, id, revision);
}
