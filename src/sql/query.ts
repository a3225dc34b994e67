import Database from 'better-sqlite3';
import { EXPOSED_TABLES } from '../storage/schema/index.js';
import { judgeSql, refused } from './judge.js';

export interface SqlLimits {
  maxRows: number;
  /** Of the result as JSON text, in characters. */
  maxBytes: number;
}

export interface SqlResult {
  columns: string[];
  rows: unknown[][];
  /** More rows, or more bytes, than the limits let through. */
  truncated: boolean;
}

/**
 * Runs one reading statement on a scope file, on a connection that cannot write. For the sandbox
 * process only: a statement may take for ever and nothing but SIGKILL ends it.
 */
export function querySql(file: string, sql: string, args: readonly unknown[], limits: SqlLimits): SqlResult {
  judgeSql(sql);
  const db = new Database(file, { readonly: true, fileMustExist: true });
  try {
    db.pragma('query_only = 1');
    db.pragma('trusted_schema = 0');
    db.pragma('temp_store = MEMORY');
    const statement = prepare(db, sql);
    requireExposedPages(db, sql, args);
    return collect(statement, args, limits);
  } finally {
    db.close();
  }
}

function prepare(db: Database.Database, sql: string): Database.Statement<unknown[]> {
  const statement = guarded(() => db.prepare<unknown[]>(sql));
  if (!statement.readonly || !statement.reader) throw refused('only statements that read and return rows');
  return statement;
}

interface Opcode {
  opcode: string;
  p2: number;
  p3: number;
}

/** Every b-tree that the compiled statement opens must belong to an exposed table. */
function requireExposedPages(db: Database.Database, sql: string, args: readonly unknown[]): void {
  const allowed = new Set(
    db
      .prepare(`SELECT rootpage FROM sqlite_schema WHERE tbl_name IN (${EXPOSED_TABLES.map(() => '?').join(', ')})`)
      .pluck()
      .all(...EXPOSED_TABLES) as number[],
  );
  const bare = sql.replace(/^\s*explain(\s+query\s+plan)?\b/i, '');
  const program = guarded(() => db.prepare<unknown[]>(`EXPLAIN ${bare}`).all(...args)) as Opcode[];
  for (const { opcode, p2, p3 } of program) {
    if (!['OpenRead', 'OpenWrite', 'ReopenIdx'].includes(opcode)) continue;
    if (p3 !== 0 || !allowed.has(p2)) throw refused(`only the tables ${EXPOSED_TABLES.join(', ')} can be read here`);
  }
}

/** Reads the rows of a statement, as far as the limits let through. */
export function collect(statement: Database.Statement<unknown[]>, args: readonly unknown[], limits: SqlLimits): SqlResult {
  const columns = statement.columns().map((column) => column.name);
  const rows: unknown[][] = [];
  let bytes = 0;
  statement.raw(true).safeIntegers(true);
  return guarded(() => {
    for (const row of statement.iterate(...args) as IterableIterator<unknown[]>) {
      const values = row.map(toJsonValue);
      bytes += JSON.stringify(values).length;
      if (rows.length >= limits.maxRows || bytes > limits.maxBytes) return { columns, rows, truncated: true };
      rows.push(values);
    }
    return { columns, rows, truncated: false };
  });
}

/** Whole numbers that JSON would show with other digits become strings; blobs become base64. */
export function toJsonValue(value: unknown): unknown {
  if (typeof value === 'bigint') {
    const digits = value.toString();
    return String(Number(value)) === digits ? Number(value) : digits;
  }
  return Buffer.isBuffer(value) ? value.toString('base64') : value;
}

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Database.SqliteError || error instanceof RangeError || error instanceof TypeError) {
      throw refused(error.message);
    }
    throw error;
  }
}
