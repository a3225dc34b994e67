import { hash } from 'node:crypto';
import type Database from 'better-sqlite3';
import { Refusal } from '../../errors.js';
import { limitGrowth } from './database.js';
import type { MemoryWork } from './work.js';

const KEPT_MS = 24 * 3_600_000;

const TABLE = `CREATE TABLE IF NOT EXISTS loom_idempotency (
  actor TEXT NOT NULL, key TEXT NOT NULL, request TEXT NOT NULL, answer TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (actor, key)
) WITHOUT ROWID`;
const CLEAR = 'DELETE FROM loom_idempotency WHERE at <= ?';
const FIND = 'SELECT request, answer FROM loom_idempotency WHERE actor = ? AND key = ?';
const KEEP = 'INSERT INTO loom_idempotency (actor, key, request, answer, at) VALUES (?, ?, ?, ?, ?)';

/**
 * Runs a write that carries an idempotency key once, as `answerOnce` does for scope files: the answer is kept
 * in the transaction of the write. Called inside one.
 *
 * @throws Refusal `idempotency_mismatch`
 */
export function execOnce<Result>(db: Database.Database, work: MemoryWork, run: () => Result): Result {
  const { once, statement, args = [], limits } = work;
  if (!once) return run();
  limitGrowth(db, limits, true);
  db.exec(TABLE);
  db.prepare(CLEAR).run(once.nowMs - KEPT_MS);
  const request = hash('sha256', JSON.stringify([statement, args]));
  const kept = db.prepare(FIND).get(once.actor, once.key) as { request: string; answer: string } | undefined;
  if (kept) {
    if (kept.request === request) return JSON.parse(kept.answer) as Result;
    throw new Refusal('idempotency_mismatch', `idempotency key ${JSON.stringify(once.key)} was used for another call: use a new key for each write`, {
      idempotency_key: once.key,
    });
  }
  const result = run();
  limitGrowth(db, limits, true);
  db.prepare(KEEP).run(once.actor, once.key, request, JSON.stringify(result), once.nowMs);
  return result;
}
