import Database from 'better-sqlite3';
import { Refusal } from '../../errors.js';
import { refused } from '../judge.js';
import { giveBack, openForReading, openForWriting, sizeOf } from './database.js';
import { execOnce } from './once.js';
import { describeMemory } from './schema.js';
import { execMemory, queryMemory } from './statements.js';
import type { MemoryWork } from './work.js';

/** Most transactions in each other. */
const MAX_DEPTH = 16;

/**
 * SQL memory inside a sandbox process. Without a transaction every request opens the file and closes it; a
 * transaction keeps it open, and everything that the process is asked meanwhile happens in it.
 *
 *   closed ──begin──▶ 1 ──begin──▶ 2 … 16      (savepoints)
 *      ▲              │ ◀─commit, rollback─ │
 *      └─commit, rollback, or SQLite gave the transaction up
 */
export class MemorySession {
  depth = 0;
  private db: Database.Database | undefined;

  /** @throws Refusal */
  run(work: MemoryWork): unknown {
    try {
      switch (work.op) {
        case 'query':
          return this.reading(work, (db) => queryMemory(db, work));
        case 'schema':
          return this.reading(work, (db) => describeMemory(db, work));
        case 'exec':
          return this.exec(work);
        case 'begin':
          return this.begin(work);
        case 'commit':
          return this.leave('COMMIT', (savepoint) => `RELEASE ${savepoint}`);
        case 'rollback':
          return this.leave('ROLLBACK', (savepoint) => `ROLLBACK TO ${savepoint}; RELEASE ${savepoint}`);
      }
    } catch (error) {
      throw toRefusal(error, this.db, work);
    } finally {
      // A statement may end the transaction: INSERT OR ROLLBACK, RAISE(ROLLBACK), a full quota.
      if (this.db && !this.db.inTransaction) this.close();
    }
  }

  private reading<Result>(work: MemoryWork, read: (db: Database.Database) => Result): Result {
    if (this.db) {
      this.db.pragma('query_only = 1');
      try {
        return read(this.db);
      } finally {
        this.db.pragma('query_only = 0');
      }
    }
    const db = openForReading(work.file);
    try {
      return read(db);
    } finally {
      db.close();
    }
  }

  private exec(work: MemoryWork): unknown {
    if (this.db) return within(this.db, 'SAVEPOINT loom_exec', 'RELEASE loom_exec', 'ROLLBACK TO loom_exec; RELEASE loom_exec', work);
    const db = openForWriting(work.file, work.limits);
    try {
      const result = within(db, 'BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK', work);
      giveBack(db);
      return result;
    } finally {
      db.close();
    }
  }

  private begin(work: MemoryWork): { ok: true; depth: number } {
    if (this.depth >= MAX_DEPTH) {
      throw new Refusal('sql_transaction', `sql_begin: at most ${MAX_DEPTH} transactions can be open in each other: commit or roll back first`);
    }
    if (this.db) this.db.exec(`SAVEPOINT loom_${this.depth}`);
    else {
      const db = openForWriting(work.file, work.limits);
      try {
        db.exec('BEGIN IMMEDIATE');
      } catch (error) {
        db.close();
        throw error;
      }
      this.db = db;
    }
    this.depth += 1;
    return { ok: true, depth: this.depth };
  }

  private leave(outermost: string, inner: (savepoint: string) => string): { ok: true; depth: number } {
    const db = this.db!;
    db.exec(this.depth === 1 ? outermost : inner(`loom_${this.depth - 1}`));
    this.depth -= 1;
    if (this.depth === 0) giveBack(db);
    return { ok: true, depth: this.depth };
  }

  private close(): void {
    this.db?.close();
    this.db = undefined;
    this.depth = 0;
  }
}

/** Runs a write so that it and what is kept of it happen together or not at all. */
function within(db: Database.Database, begin: string, commit: string, rollback: string, work: MemoryWork): unknown {
  db.exec(begin);
  try {
    const result = execOnce(db, work, () => execMemory(db, work));
    db.exec(commit);
    return result;
  } catch (error) {
    const refusal = toRefusal(error, db, work);
    if (db.inTransaction) db.exec(rollback);
    throw refusal;
  }
}

function toRefusal(error: unknown, db: Database.Database | undefined, { limits }: MemoryWork): unknown {
  if (error instanceof Database.SqliteError) {
    if (error.code === 'SQLITE_FULL') return quotaRefusal(db, limits.quotaBytes);
    if (error.code.startsWith('SQLITE_BUSY')) return new Refusal('busy', 'sql: another writer holds this memory: try again');
    return refused(error.message);
  }
  // What better-sqlite3 says of values that do not fit the statement.
  return error instanceof RangeError || error instanceof TypeError ? refused(error.message) : error;
}

function quotaRefusal(db: Database.Database | undefined, limit: number): Refusal {
  return new Refusal(
    'sql_quota',
    `sql: this does not fit into the ${limit} bytes of this memory: delete rows or drop tables, which is always possible, and write again`,
    { limit, ...(db ? { bytes: sizeOf(db) } : {}) },
  );
}
