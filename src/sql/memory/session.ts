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
 * SQL memory inside a sandbox process. The connection that wrote last stays open for the next write of the
 * same file: to close it takes over the log, which costs more than the write. Reads open one of their own,
 * but for those in a transaction. What the process is asked while a transaction is open happens in it.
 *
 *   0 ──begin──▶ 1 ──begin──▶ 2 … 16      (savepoints)
 *   ▲            │ ◀─commit, rollback─ │
 *   └─commit, rollback, or SQLite gave the transaction up
 */
export class MemorySession {
  depth = 0;
  private writer: { file: string; db: Database.Database } | undefined;

  /** @throws Refusal */
  run(work: MemoryWork): unknown {
    try {
      return this.perform(work);
    } catch (error) {
      throw toRefusal(error, this.writer?.db, work);
    } finally {
      // A statement may end the transaction: INSERT OR ROLLBACK, RAISE(ROLLBACK), a full quota.
      if (this.writer?.db.inTransaction === false) this.depth = 0;
      if (this.depth === 0 && !work.keepOpen) this.close();
    }
  }

  private perform(work: MemoryWork): unknown {
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
  }

  private reading<Result>(work: MemoryWork, read: (db: Database.Database) => Result): Result {
    if (this.depth > 0) {
      const { db } = this.writer!;
      db.pragma('query_only = 1');
      try {
        return read(db);
      } finally {
        db.pragma('query_only = 0');
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
    const db = this.writerOf(work);
    if (this.depth > 0) return within(db, 'SAVEPOINT loom_exec', 'RELEASE loom_exec', 'ROLLBACK TO loom_exec; RELEASE loom_exec', work);
    const result = within(db, 'BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK', work);
    giveBack(db);
    return result;
  }

  private begin(work: MemoryWork): { ok: true; depth: number } {
    if (this.depth >= MAX_DEPTH) {
      throw new Refusal('sql_transaction', `sql_begin: at most ${MAX_DEPTH} transactions can be open in each other: commit or roll back first`);
    }
    this.writerOf(work).exec(this.depth === 0 ? 'BEGIN IMMEDIATE' : `SAVEPOINT loom_${this.depth}`);
    this.depth += 1;
    return { ok: true, depth: this.depth };
  }

  private leave(outermost: string, inner: (savepoint: string) => string): { ok: true; depth: number } {
    const { db } = this.writer!;
    db.exec(this.depth === 1 ? outermost : inner(`loom_${this.depth - 1}`));
    this.depth -= 1;
    if (this.depth === 0) giveBack(db);
    return { ok: true, depth: this.depth };
  }

  private writerOf({ file, limits }: MemoryWork): Database.Database {
    if (this.writer?.file !== file) {
      this.close();
      this.writer = { file, db: openForWriting(file, limits) };
    }
    return this.writer.db;
  }

  private close(): void {
    this.writer?.db.close();
    this.writer = undefined;
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
