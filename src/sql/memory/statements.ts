import type Database from 'better-sqlite3';
import { refused } from '../judge.js';
import { collect, toJsonValue, type SqlResult } from '../query.js';
import { limitGrowth } from './database.js';
import { judgeMemorySql } from './judge.js';
import { requireHarmless } from './program.js';
import type { MemoryWork, SqlArgs, SqlValue } from './work.js';

export interface ExecResult extends Partial<SqlResult> {
  rows_affected: number;
  last_insert_id: unknown;
}

const INSERTING = new Set(['insert', 'replace']);
const DELETING = new Set(['delete', 'drop']);

/** Runs one statement that reads. @throws Refusal `sql_refused` */
export function queryMemory(db: Database.Database, { statement = '', args, limits }: MemoryWork): SqlResult {
  const verb = judgeMemorySql(statement, 'query');
  // SQLite has no statement in parentheses; the rows of one are what it says.
  const sql = verb === '(' ? `SELECT * FROM ${statement}` : statement;
  const values = bound(args);
  const prepared = db.prepare<unknown[]>(sql);
  if (!prepared.readonly || !prepared.reader) throw refused('sql_query only reads: use sql_exec');
  // EXPLAIN touches nothing.
  if (verb !== 'explain') requireHarmless(db, sql, values);
  return collect(prepared, values, limits);
}

/** Runs one statement that writes. With RETURNING its rows come along. @throws Refusal `sql_refused` */
export function execMemory(db: Database.Database, { statement = '', args, limits }: MemoryWork): ExecResult {
  const verb = judgeMemorySql(statement, 'exec');
  const values = bound(args);
  const prepared = db.prepare<unknown[]>(statement);
  if (prepared.readonly && prepared.reader) throw refused('this only reads: use sql_query');
  requireHarmless(db, statement, values);
  limitGrowth(db, limits, DELETING.has(verb));
  if (!prepared.reader) {
    const { changes, lastInsertRowid } = prepared.safeIntegers(true).run(...values);
    return { rows_affected: changes, last_insert_id: insertedId(verb, changes, BigInt(lastInsertRowid)) };
  }
  const returned = collect(prepared, values, limits);
  const { changes, id } = db.prepare('SELECT changes() AS changes, last_insert_rowid() AS id').safeIntegers(true).get() as Record<'changes' | 'id', bigint>;
  return { rows_affected: Number(changes), last_insert_id: insertedId(verb, Number(changes), id), ...returned };
}

/** SQLite remembers the last id of the connection, whoever inserted it: it is told where this statement inserted. */
function insertedId(verb: string, changes: number, id: bigint): unknown {
  return INSERTING.has(verb) && changes > 0 ? toJsonValue(id) : 0;
}

function bound(args: SqlArgs = []): unknown[] {
  if (Array.isArray(args)) return (args as readonly SqlValue[]).map(toSqlite);
  const named = Object.entries(args as Record<string, SqlValue>);
  return [Object.fromEntries(named.map(([name, value]) => [name.replace(/^[:@$]/, ''), toSqlite(value)]))];
}

/** Whole numbers are integers to SQLite, as a literal would be; true and false are 1 and 0, as in SQLite. */
function toSqlite(value: SqlValue): unknown {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  return Number.isSafeInteger(value) ? BigInt(value as number) : value;
}
