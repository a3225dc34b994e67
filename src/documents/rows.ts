import { Refusal } from '../errors.js';
import type { ScopeDatabase } from '../storage/scope-database.js';

export interface DocumentRow {
  id: string;
  title: string;
  root_chunk_id: string;
  created_at: number;
  updated_at: number;
  /** With the root. */
  chunk_count: number;
}

export interface ChunkRow {
  id: string;
  document_id: string;
  parent_id: string | null;
  position: number;
  type: string | null;
  status: string | null;
  title: string;
  created_at: number;
  updated_at: number;
  revision: number;
  /** JSON text of an object. */
  fields: string;
  body: string;
}

export type Fields = Record<string, unknown>;

const DOCUMENT = 'SELECT * FROM documents WHERE id = ?';
// By name: each column more would cost every update.
const CHUNK = `SELECT id, document_id, parent_id, position, type, status, title, created_at, updated_at, revision, fields, body
  FROM chunks WHERE id = ?`;

export function documentById(db: ScopeDatabase, id: string): DocumentRow {
  const row = db.get<DocumentRow>(DOCUMENT, id);
  if (!row) throw new Refusal('not_found', `no document ${id} in this scope`, { document_id: id });
  return row;
}

export function chunkById(db: ScopeDatabase, id: string): ChunkRow {
  const row = db.get<ChunkRow>(CHUNK, id);
  if (!row) throw new Refusal('not_found', `no chunk ${id} in this scope`, { id });
  return row;
}

/** A chunk as it goes over the wire; optional keys are left out where nothing is set. */
export interface ChunkWire extends ChunkHead {
  body: string;
}

export interface ChunkHead {
  id: string;
  document_id: string;
  parent_id?: string;
  position: number;
  title: string;
  revision: number;
  type?: string;
  status?: string;
  fields?: Fields;
  created_at: number;
  updated_at: number;
}

export function chunkHead(row: Omit<ChunkRow, 'body'>): ChunkHead {
  return {
    id: row.id,
    document_id: row.document_id,
    ...(row.parent_id === null ? {} : { parent_id: row.parent_id }),
    position: row.position,
    title: row.title,
    revision: row.revision,
    ...(row.type === null ? {} : { type: row.type }),
    ...(row.status === null ? {} : { status: row.status }),
    ...(row.fields === '{}' ? {} : { fields: JSON.parse(row.fields) as Fields }),
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
}

export function chunkWire(row: ChunkRow): ChunkWire {
  return { ...chunkHead(row), body: row.body };
}

/** Refuses when the caller read another revision than the current one, and hands it the current chunk. */
export function requireRevision(row: ChunkRow, revision: number): void {
  if (row.revision !== revision) throw revisionConflict(row, revision);
}

export function revisionConflict(row: ChunkRow, revision: number): Refusal {
  return new Refusal(
    'revision_conflict',
    `revision conflict on chunk ${row.id}: you sent ${revision}, the current revision is ${row.revision}; ` +
      'take the current chunk from data.current, apply your change to it and send it with its revision',
    { current_revision: row.revision, current: chunkWire(row) },
  );
}
