import { Refusal } from '../errors.js';
import type { ScopeDatabase } from '../storage/scope-database.js';
import { cursorOf } from './cursors.js';

const MS = 1_000_000n;

/** Who takes a lease, for how long, and for what. */
export interface LeaseRequest {
  readonly consumer: string;
  /** The process, by a name of its own. */
  readonly holder: string;
  readonly ttlMs: number;
  /** Take it from whoever has it. For a process that has just got hold of the data directory. */
  readonly takeover: boolean;
  /** The timer, as text: a new one begins to run now. */
  readonly schedule: string | null;
  /** What the configuration says of pausing. */
  readonly paused: boolean;
}

/** Where the holder of a lease goes on. */
export interface Taken {
  readonly token: number;
  readonly seq: number;
  /** Events past `seq` that are dealt with. */
  readonly done: number[];
  /** When the timer last fired, or began to run, in unix milliseconds. */
  readonly fired_at: number;
  readonly paused: boolean;
}

interface LeaseRow {
  token: number;
  holder: string;
  expires_at: number;
}

interface ResidentRow {
  schedule: string | null;
  fired_ms: number;
  paused: number | null;
  paused_declared: number | null;
}

const LEASE = 'SELECT token, holder, expires_at / 1000000 AS expires_at FROM loom_leases WHERE consumer = ?';
const TAKE = 'INSERT OR REPLACE INTO loom_leases (consumer, token, holder, expires_at) VALUES (?, ?, ?, ?)';
const RENEW = 'UPDATE loom_leases SET expires_at = ? WHERE consumer = ? AND token = ?';
const RESIDENT = 'SELECT schedule, fired_at / 1000000 AS fired_ms, paused, paused_declared FROM loom_residents WHERE consumer = ?';
const KEEP = `INSERT INTO loom_residents (consumer, schedule, fired_at) VALUES (?, ?, ?)
  ON CONFLICT (consumer) DO UPDATE SET schedule = excluded.schedule, fired_at = excluded.fired_at`;
const PAUSE = 'UPDATE loom_residents SET paused = ?, paused_declared = ? WHERE consumer = ?';
const DONE = 'SELECT seq FROM loom_events_done WHERE consumer = ? ORDER BY seq';

/**
 * Takes the lease of a consumer: whoever had it before can do nothing any more.
 * @param at unix nanoseconds.
 * @throws Refusal `lease_held` while another process has it.
 */
export function takeLease(db: ScopeDatabase, request: LeaseRequest, at: bigint): Taken {
  const { consumer, holder, ttlMs, takeover, schedule, paused } = request;
  const held = db.get<LeaseRow>(LEASE, consumer);
  if (held && held.holder !== holder && !takeover && BigInt(held.expires_at) * MS > at) {
    throw new Refusal('lease_held', `another process runs ${consumer}, by a lease until ${new Date(held.expires_at).toISOString()}`, {
      expires_at: held.expires_at,
    });
  }
  const token = (held?.token ?? 0) + 1;
  db.run(TAKE, consumer, token, holder, at + BigInt(ttlMs) * MS);
  const before = db.get<ResidentRow>(RESIDENT, consumer);
  if (!before || before.schedule !== schedule) db.run(KEEP, consumer, schedule, at);
  const done = db.all<{ seq: number }>(DONE, consumer).map(({ seq }) => seq);
  return {
    token,
    seq: cursorOf(db, consumer),
    done,
    fired_at: before?.schedule === schedule ? before.fired_ms : Number(at / MS),
    paused: isPaused(before, paused),
  };
}

/** Others stay away for another `ttlMs`. Does nothing where somebody took a newer lease. */
export function renewLease(db: ScopeDatabase, consumer: string, token: number, ttlMs: number, at: bigint): void {
  db.run(RENEW, at + BigInt(ttlMs) * MS, consumer, token);
}

/** Pauses or resumes a resident until the configuration changes its mind. @param declared what that says now. */
export function setPaused(db: ScopeDatabase, consumer: string, paused: boolean, declared: boolean): void {
  db.run(PAUSE, Number(paused), Number(declared), consumer);
}

/** What was said at run time holds for as long as the configuration says what it said by then. */
function isPaused(row: ResidentRow | undefined, declared: boolean): boolean {
  const said = row?.paused ?? null;
  return said !== null && row!.paused_declared === Number(declared) ? said === 1 : declared;
}
