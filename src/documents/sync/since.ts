import type { ScopeDatabase } from '../../storage/scope-database.js';
import { newestKept } from '../kept.js';
import type { ChunkRow } from '../rows.js';
import { sameContent } from './difference.js';

type Version = Pick<ChunkRow, 'revision' | 'parent_id' | 'title' | 'type' | 'status' | 'fields' | 'body'>;

const VERSION = `SELECT before, revision, parent_id, title, type, status, fields, body
  FROM loom_revisions WHERE id = ? AND chunk_id = ?`;
const DELETED = 'SELECT 1 AS deleted FROM loom_deleted WHERE chunk_id = ? AND document_id = ?';

/** What became of a chunk after one of its revisions. */
export interface Since {
  /** The chunk at that revision. */
  base: Version;
  /**
   * Whether it was moved. Past revisions do not tell a move among siblings from an update that changed
   * nothing: either counts.
   */
  moved: boolean;
}

/** @returns undefined where that revision is no longer kept. */
export function changesSince(db: ScopeDatabase, row: ChunkRow, revision: number): Since | undefined {
  let version: Version = row;
  let before = newestKept(db, row.id);
  let moved = false;
  while (version.revision > revision) {
    const older = before === null ? undefined : db.get<Version & { before: number | null }>(VERSION, before, row.id);
    if (older === undefined) return undefined;
    moved ||= older.parent_id !== version.parent_id || sameContent(older, version);
    version = older;
    before = older.before;
  }
  return version.revision === revision ? { base: version, moved } : undefined;
}

/** Whether a document had the chunk and lost it. */
export function wasDeleted(db: ScopeDatabase, documentId: string, chunkId: string): boolean {
  return db.get(DELETED, chunkId, documentId) !== undefined;
}
