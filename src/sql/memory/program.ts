import type Database from 'better-sqlite3';
import { refused } from '../judge.js';

interface Opcode {
  opcode: string;
  p1: number;
  p2: number;
  p3: number;
  p4: unknown;
}

/** Steps that would leave the file or the transaction. */
const FORBIDDEN = new Set(['Vacuum', 'IncrVacuum', 'Checkpoint', 'MaxPgcnt', 'AutoCommit', 'Savepoint']);
const FORBIDDEN_FUNCTION = /^(sqlite_attach|sqlite_detach|load_extension|fts3_tokenizer)\(/;
const OWN_PAGES = String.raw`SELECT rootpage FROM sqlite_schema WHERE tbl_name LIKE 'loom\_%' ESCAPE '\' AND rootpage > 0`;

/**
 * Judges a statement by the program that SQLite made of it, triggers and views included: it may not touch
 * the pages of the runtime's own tables, and not leave the file.
 *
 * @throws Refusal `sql_refused`
 */
export function requireHarmless(db: Database.Database, sql: string, args: readonly unknown[]): void {
  const own = new Set(db.prepare(OWN_PAGES).pluck().all() as number[]);
  for (const { opcode, p1, p2, p3, p4 } of db.prepare<unknown[]>(`EXPLAIN ${sql}`).all(...args) as Opcode[]) {
    if (FORBIDDEN.has(opcode)) throw refused('this statement is not allowed here');
    if (opcode === 'CreateBtree' && p1 !== 0) throw refused('there are no temporary tables');
    if (['OpenRead', 'OpenWrite', 'ReopenIdx'].includes(opcode) && p3 === 0 && own.has(p2)) throw ownTable();
    if (['Clear', 'Destroy'].includes(opcode) && own.has(p1)) throw ownTable();
    if (['Function', 'PureFunc'].includes(opcode) && FORBIDDEN_FUNCTION.test(String(p4))) throw refused('this function is not allowed here');
  }
}

function ownTable(): Error {
  return refused('tables whose names begin with loom_ are the runtime\'s own');
}
