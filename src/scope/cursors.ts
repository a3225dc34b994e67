import { Refusal } from '../errors.js';
import type { ScopeDatabase } from '../storage/scope-database.js';
import type { CursorAdvance } from './messages.js';

const LEASE = 'SELECT token FROM loom_leases WHERE consumer = ?';
const SEQ = 'SELECT seq FROM loom_consumers WHERE consumer = ?';
const FORWARD = `INSERT INTO loom_consumers (consumer, seq, updated_at) VALUES (?, ?, ?)
  ON CONFLICT (consumer) DO UPDATE SET seq = excluded.seq, updated_at = excluded.updated_at
  WHERE excluded.seq > seq`;
const MOVE = `INSERT INTO loom_consumers (consumer, seq, updated_at) VALUES (?, ?, ?)
  ON CONFLICT (consumer) DO UPDATE SET seq = excluded.seq, updated_at = excluded.updated_at
  WHERE seq = ?`;
const DONE = 'INSERT OR IGNORE INTO loom_events_done (consumer, seq) VALUES (?, ?)';
const CLEAR_DONE = 'DELETE FROM loom_events_done WHERE consumer = ? AND seq <= ?';
const FIRED = 'UPDATE loom_residents SET fired_at = ? WHERE consumer = ? AND fired_at < ?';
const DEALT_WITH = 'DELETE FROM loom_dead_wakes WHERE id = ? AND consumer = ?';

/** Seq up to which a durable reader has come; 0 for one that has not begun. */
export function cursorOf(db: ScopeDatabase, consumer: string): number {
  return db.get<{ seq: number }>(SEQ, consumer)?.seq ?? 0;
}

/**
 * Makes sure that a wake is still its caller's to deal with.
 * @throws Refusal `lease_lost` where somebody took a newer lease, or the cursor is neither where the wake
 * began nor where the wake itself brings it.
 */
export function requireWake(db: ScopeDatabase, wake: CursorAdvance): void {
  const { consumer, lease, from, seq, done } = wake;
  const token = db.get<{ token: number }>(LEASE, consumer)?.token;
  if (token !== lease!.token) {
    throw new Refusal('lease_lost', `${consumer} is run under lease ${token ?? 'none'} now, and this call is made under ${lease!.token}: nothing of its wake takes effect any more`, {
      consumer,
    });
  }
  if (from === undefined && done === undefined) return;
  const at = cursorOf(db, consumer);
  const overtaken = done === undefined ? at !== from && at !== seq : at >= done[0]!;
  if (overtaken) throw new Refusal('lease_lost', `the cursor of ${consumer} is at ${at}: what this wake began with is dealt with`, { consumer, cursor: at });
}

/** Moves the cursor as far as the caller's wake lets it, see `requireWake`, which comes first. */
export function advanceCursor(db: ScopeDatabase, advance: CursorAdvance, at: bigint): void {
  const { consumer, seq, lease, from, done, fired_at: firedAt, dead_wake: deadWake } = advance;
  if (!lease) {
    db.run(FORWARD, consumer, seq, at);
    return;
  }
  for (const each of done ?? []) db.run(DONE, consumer, each);
  if (from !== undefined && seq > from) {
    db.run(MOVE, consumer, seq, at, from);
    db.run(CLEAR_DONE, consumer, seq);
  }
  if (firedAt !== undefined) {
    const fired = BigInt(firedAt) * 1_000_000n;
    db.run(FIRED, fired, consumer, fired);
  }
  if (deadWake !== undefined) db.run(DEALT_WITH, deadWake, consumer);
}
