/** Wire shapes of `POST /v1/_document` and `/v1/_path`. Timestamps are unix nanoseconds. */

export type Fields = Readonly<Record<string, unknown>>;

export interface DocumentSummary {
  readonly document_id: string;
  readonly title: string;
  readonly root_chunk_id: string;
  readonly created_at: number;
  readonly updated_at: number;
  readonly chunk_count: number;
}

/** A name as `path ls` lists it; `resource_ref` says what it names, a directory has none. */
export interface PathEntry {
  readonly name: string;
  readonly kind: 'directory' | 'document' | 'chunk' | 'memory_entry' | 'channel' | 'url';
  readonly full_path: string;
  readonly resource_ref?: {
    readonly document_id?: string;
    readonly chunk_id?: string;
    readonly key?: string;
    readonly channel?: string;
    readonly url?: string;
  };
}

/** A chunk as `query_chunks` lists it: everything but its body. */
export interface ChunkSummary {
  readonly id: string;
  readonly document_id: string;
  readonly parent_id?: string | null;
  readonly position: number;
  readonly title: string;
  readonly revision: number;
  readonly type?: string | null;
  readonly status?: string | null;
  readonly fields?: Fields | null;
  readonly created_at: number;
  readonly updated_at: number;
}

export interface Chunk extends ChunkSummary {
  readonly body: string;
}

export type FieldType = 'string' | 'int' | 'number' | 'bool' | 'date' | 'datetime' | 'url' | 'enum';

export interface FieldDef {
  readonly name: string;
  readonly type: FieldType;
  readonly values?: readonly string[];
  readonly required?: boolean;
  readonly default?: unknown;
}

export interface TypeDef {
  readonly name: string;
  readonly document_id?: string | null;
  readonly fields: readonly FieldDef[];
}

/** Who the session belongs to (`GET /v1/_me`). */
export interface Me {
  readonly tenant_id: string;
  readonly subject: string;
  readonly scopes: readonly string[];
}

/** Data of a refusal with reason `revision_conflict`. */
export interface RevisionConflict {
  readonly current_revision: number;
  readonly current: Chunk;
}

/** Data of a refusal with reason `invalid_field`. */
export interface InvalidField {
  readonly field: string;
  readonly rule: string;
  readonly value?: unknown;
}

/** What `update_chunk` may change; `fields` merges key by key, null removes a key. */
export interface ChunkChanges {
  title?: string;
  type?: string | null;
  status?: string | null;
  body?: string;
  fields?: Record<string, unknown>;
}
