import type { ScopeDatabase } from '../storage/scope-database.js';

/** A wake of a resident that failed too often. */
export interface DeadWake {
  readonly id: number;
  /** Why it was woken: `events`, `start` or `time`. */
  readonly reason: string;
  readonly events: readonly unknown[];
  readonly attempts: number;
  /** Of the last attempt. */
  readonly error: string;
  /** Unix nanoseconds. */
  readonly died_at: number;
  /** When it was asked to be woken for once more; null for one that was not. */
  readonly redriven_at: number | null;
}

/** Dead wakes of one resident that are kept; past them the oldest goes. */
export const MAX_DEAD_WAKES = 1000;

type Row = Omit<DeadWake, 'events'> & { events: string };

const COLUMNS = 'id, reason, events, attempts, error, died_at, redriven_at';
const BURY = `INSERT INTO loom_dead_wakes (consumer, reason, events, attempts, error, died_at) VALUES (?, ?, ?, ?, ?, ?)`;
const AGAIN = `UPDATE loom_dead_wakes SET attempts = attempts + ?, error = ?, died_at = ?, redriven_at = NULL WHERE id = ? AND consumer = ?`;
const LIMIT = `DELETE FROM loom_dead_wakes WHERE consumer = ? AND id <=
  (SELECT id FROM loom_dead_wakes WHERE consumer = ? ORDER BY id DESC LIMIT 1 OFFSET ${MAX_DEAD_WAKES})`;
const LIST = `SELECT ${COLUMNS} FROM loom_dead_wakes WHERE consumer = ? AND id > ? ORDER BY id LIMIT ?`;
const REDRIVEN = `SELECT ${COLUMNS} FROM loom_dead_wakes WHERE consumer = ? AND redriven_at IS NOT NULL ORDER BY id LIMIT ?`;
const COUNT = 'SELECT count(*) AS count FROM loom_dead_wakes WHERE consumer = ?';
const REDRIVE_ALL = 'UPDATE loom_dead_wakes SET redriven_at = ? WHERE consumer = ? AND redriven_at IS NULL';
const REDRIVE = `${REDRIVE_ALL} AND id = ?`;

/** Keeps what a wake could not deal with. @param id of the dead wake that failed once more, if it is one. */
export function buryWake(
  db: ScopeDatabase,
  consumer: string,
  wake: Pick<DeadWake, 'reason' | 'events' | 'attempts' | 'error'>,
  id: number | undefined,
  at: bigint,
): void {
  const { reason, events, attempts, error } = wake;
  if (id !== undefined) {
    db.run(AGAIN, attempts, error, at, id, consumer);
    return;
  }
  db.run(BURY, consumer, reason, JSON.stringify(events), attempts, error, at);
  db.run(LIMIT, consumer, consumer);
}

/** The oldest first. @param after id to go on from. */
export function listDeadWakes(db: ScopeDatabase, consumer: string, after: number, limit: number): DeadWake[] {
  return db.all<Row>(LIST, consumer, after, limit).map(wakeOf);
}

/** Those that are to be woken for once more. */
export function redrivenWakes(db: ScopeDatabase, consumer: string, limit: number): DeadWake[] {
  return db.all<Row>(REDRIVEN, consumer, limit).map(wakeOf);
}

export function countDeadWakes(db: ScopeDatabase, consumer: string): number {
  return db.get<{ count: number }>(COUNT, consumer)!.count;
}

/** @param ids undefined for all. @returns how many are to be woken for once more that were not before. */
export function redriveWakes(db: ScopeDatabase, consumer: string, ids: readonly number[] | undefined, at: bigint): number {
  if (!ids) return db.run(REDRIVE_ALL, at, consumer);
  return ids.reduce((sum, id) => sum + db.run(REDRIVE, at, consumer, id), 0);
}

function wakeOf(row: Row): DeadWake {
  return { ...row, events: JSON.parse(row.events) as unknown[] };
}
