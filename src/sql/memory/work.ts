import type { Synchronous } from '../../storage/scope-database.js';
import type { SqlLimits } from '../query.js';

/** Ops of SQL memory, without their prefix `sql_`. */
export type SqlMemoryOp = 'query' | 'exec' | 'begin' | 'commit' | 'rollback' | 'schema';

export type SqlValue = string | number | boolean | null;
/** By position, for `?`, or by name, for `:name`. */
export type SqlArgs = readonly SqlValue[] | Readonly<Record<string, SqlValue>>;

/** What a caller asks of SQL memory. */
export interface SqlMemoryRequest {
  readonly op: SqlMemoryOp;
  readonly statement?: string | undefined;
  readonly args?: SqlArgs | undefined;
  readonly timeoutMs?: number | undefined;
}

export interface SqlMemoryLimits extends SqlLimits {
  readonly quotaBytes: number;
  readonly synchronous: Synchronous;
}

/** A write that a repeat with the same key does not do again. */
export interface Once {
  readonly actor: string;
  readonly key: string;
  readonly nowMs: number;
}

/** A request as it goes to a process of the sandbox. */
export interface MemoryWork extends SqlMemoryRequest {
  readonly type: 'memory';
  readonly file: string;
  readonly limits: SqlMemoryLimits;
  /** Whether the file stays: one that will be removed is closed after each request. */
  readonly keepOpen: boolean;
  readonly once?: Once | undefined;
}
