import { Refusal } from '../errors.js';
import type { Transaction } from '../scope/transaction.js';
import { openConsumer, placeOf, regression, requireReached, setPlace } from './consumers.js';
import { newLease, type Cursor } from './cursor.js';
import { buryMessage } from './dead-letters.js';
import { nanoseconds, type ChannelDefinition } from './definition.js';
import { messageAt, readAfter, type Delivery, type Reset } from './messages.js';
import { CHANNELS_ALARM } from './publish.js';

// A message of a queue, for one consumer:
//
//   waiting ──claim──▶ leased ──ack──▶ done
//                 ▲      │ nack, or the lease ran out
//                 │      ├─ delivered less than max_deliveries times ─▶ waiting again, until visible_at
//                 └──────┤
//                        └─ else ─▶ dead letters
//
// Waiting is everything past the consumer's place; the rest has a row in loom_deliveries until it is done.

export interface Claim {
  messages: Delivery[];
  /** Seq of the last message, or the consumer's place. */
  upto: number;
  /** Under which all of them are held. */
  lease?: string;
  /** Unix milliseconds: when the first message that others hold may come back. */
  retryAt?: number;
  reset?: Reset;
}

interface DeliveryRow {
  seq: number;
  message_id: string;
  deliveries: number;
  last: number;
}

const BACK = `SELECT seq, message_id, deliveries, last FROM loom_deliveries
  WHERE channel = ? AND consumer = ? AND visible_at <= ? ORDER BY visible_at, seq LIMIT ?`;
const NEXT_BACK = 'SELECT min(visible_at) AS at FROM loom_deliveries WHERE channel = ? AND consumer = ?';
const HOLD = `INSERT INTO loom_deliveries (channel, consumer, seq, message_id, lease, visible_at, deliveries, last)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (channel, consumer, seq) DO UPDATE SET lease = excluded.lease, visible_at = excluded.visible_at,
    deliveries = excluded.deliveries, last = excluded.last`;
const DONE = 'DELETE FROM loom_deliveries WHERE channel = ? AND consumer = ? AND seq = ?';
const GIVE_BACK = `UPDATE loom_deliveries SET lease = NULL, visible_at = ?, deliveries = ?, last = ?
  WHERE channel = ? AND consumer = ? AND seq = ?`;
const OF_LEASE = `SELECT seq, message_id, deliveries, last FROM loom_deliveries
  WHERE channel = ? AND consumer = ? AND lease = ? AND seq <= ? ORDER BY seq`;
const OF_MESSAGE = `SELECT seq, message_id, deliveries, last FROM loom_deliveries
  WHERE channel = ? AND consumer = ? AND message_id = ? AND lease IS NOT NULL`;
const UNHELD = `SELECT seq, message_id, deliveries, last FROM loom_deliveries
  WHERE channel = ? AND consumer = ? AND seq <= ? AND (lease IS NULL OR visible_at <= ?)`;
const PASSED = 'SELECT count(*) AS n FROM loom_messages WHERE channel = ? AND seq > ? AND seq <= ?';
const FIRST_UNDONE = 'SELECT min(seq) AS seq FROM loom_deliveries WHERE channel = ? AND consumer = ?';

const EVERY = Number.MAX_SAFE_INTEGER;

/** Hands out up to `limit` messages under a new lease: first what came back, then what was never handed out. */
export function claim(tx: Transaction, queue: ChannelDefinition, consumer: string, limit: number, timeout = queue.visibility_timeout): Claim {
  const { name } = queue;
  const place = openConsumer(tx, queue, consumer);
  const lease = newLease();
  const until = tx.at + nanoseconds(timeout);
  const messages: Delivery[] = [];
  const hold = (delivery: Delivery): void => {
    const last = delivery.deliveries >= queue.max_deliveries;
    tx.db.run(HOLD, name, consumer, delivery.seq, delivery.id, lease, until, delivery.deliveries, last ? 1 : 0);
    if (last) tx.alarmBy(CHANNELS_ALARM, until);
    messages.push(delivery);
  };
  for (const row of tx.db.all<DeliveryRow>(BACK, name, consumer, tx.at, limit)) {
    const message = messageAt(tx, queue, row.seq);
    if (message && row.last === 0) hold({ ...message, deliveries: row.deliveries + 1 });
    else bury(tx, queue, consumer, row);
  }
  const page = readAfter(tx, queue, place, true, limit - messages.length);
  for (const message of page.messages) hold({ ...message, deliveries: 1 });
  if (page.upto > place) setPlace(tx, name, consumer, page.upto);
  const { reset } = page;
  messages.sort((a, b) => a.seq - b.seq);
  const last = messages.at(-1);
  if (last) return { messages, upto: last.seq, lease, ...(reset ? { reset } : {}) };
  const next = tx.db.get<{ at: number | null }>(NEXT_BACK, name, consumer)?.at ?? null;
  return { messages, upto: page.upto, ...(next === null ? {} : { retryAt: Math.ceil(next / 1e6) }), ...(reset ? { reset } : {}) };
}

/** Which messages of a consumer an ack or nack means. */
export interface Held {
  cursor?: Cursor | undefined;
  lease?: string | undefined;
  messageIds?: readonly string[] | undefined;
}

/**
 * Acknowledges messages for a consumer: they are not handed out again.
 *
 * By a lease, or the cursor of a batch, that lease has to be held still. By message ids, whoever holds them
 * now: the message is done. By a cursor that names no lease (of peek): all up to it that nobody holds.
 *
 * @returns how many.
 * @throws Refusal `channel_lease_lost`, `channel_cursor_regression`, `cursor_ahead`
 */
export function acknowledge(tx: Transaction, queue: ChannelDefinition, consumer: string, held: Held): number {
  const { name } = queue;
  const { cursor } = held;
  if (cursor) requireNotDone(tx, name, consumer, cursor.seq);
  const plain = cursor !== undefined && cursor.lease === undefined;
  const rows = plain ? tx.db.all<DeliveryRow>(UNHELD, name, consumer, cursor.seq, tx.at) : findHeld(tx, queue, consumer, held);
  for (const { seq } of rows) tx.db.run(DONE, name, consumer, seq);
  if (!plain) return rows.length;
  const place = placeOf(tx.db, name, consumer) ?? 0;
  if (cursor.seq <= place) return rows.length;
  setPlace(tx, name, consumer, cursor.seq);
  return rows.length + tx.db.get<{ n: number }>(PASSED, name, place, cursor.seq)!.n;
}

/**
 * Gives messages back: others may have them after the delay (seconds), or they go to the dead letters.
 *
 * @param uncounted as if they had not been handed out.
 */
export function giveBack(tx: Transaction, queue: ChannelDefinition, consumer: string, held: Held, delay: number, uncounted = false): { returned: number; buried: number } {
  const rows = findHeld(tx, queue, consumer, held);
  const visibleAt = tx.at + nanoseconds(delay);
  let buried = 0;
  for (const row of rows) {
    if (row.last === 1 && !uncounted) {
      bury(tx, queue, consumer, row);
      buried += 1;
    } else tx.db.run(GIVE_BACK, visibleAt, row.deliveries - (uncounted ? 1 : 0), 0, queue.name, consumer, row.seq);
  }
  return { returned: rows.length - buried, buried };
}

const OVER = `SELECT channel, consumer, seq, message_id, deliveries, last FROM loom_deliveries
  WHERE last = 1 AND visible_at <= ? ORDER BY visible_at LIMIT ?`;

/** Buries a slice of what was handed out for the last time and not acknowledged. @returns whether it was a full one. */
export function buryOverdue(tx: Transaction, definitionOf: (channel: string) => ChannelDefinition, limit: number): boolean {
  const rows = tx.db.all<DeliveryRow & { channel: string; consumer: string }>(OVER, tx.at, limit);
  for (const row of rows) bury(tx, definitionOf(row.channel), row.consumer, row);
  return rows.length === limit;
}

function bury(tx: Transaction, queue: ChannelDefinition, consumer: string, { seq, deliveries }: DeliveryRow): void {
  buryMessage(tx, queue, seq, 'max_deliveries', deliveries);
  tx.db.run(DONE, queue.name, consumer, seq);
}

/** @throws Refusal `channel_lease_lost` where some of it is not held any more. */
function findHeld(tx: Transaction, { name }: ChannelDefinition, consumer: string, { cursor, lease = cursor?.lease, messageIds }: Held): DeliveryRow[] {
  if (lease !== undefined) {
    const rows = tx.db.all<DeliveryRow>(OF_LEASE, name, consumer, lease, cursor?.seq ?? EVERY);
    if (rows.length === 0 && cursor?.seq === doneUpTo(tx, name, consumer)) return [];
    const wanted = messageIds === undefined ? rows : rows.filter((row) => messageIds.includes(row.message_id));
    if (wanted.length === 0 || (messageIds && wanted.length < new Set(messageIds).size)) throw leaseLost(name, consumer);
    return wanted;
  }
  const rows = [...new Set(messageIds)].map((id) => tx.db.get<DeliveryRow>(OF_MESSAGE, name, consumer, id));
  if (rows.length === 0 || rows.includes(undefined)) throw leaseLost(name, consumer);
  return rows as DeliveryRow[];
}

/** @throws Refusal where all up to there, and something past it, is acknowledged already. */
function requireNotDone(tx: Transaction, channel: string, consumer: string, seq: number): void {
  requireReached(tx, seq);
  const done = doneUpTo(tx, channel, consumer);
  if (seq < done) throw regression(channel, consumer, done);
}

/** Seq up to which a consumer has acknowledged everything. */
function doneUpTo(tx: Transaction, channel: string, consumer: string): number {
  const undone = tx.db.get<{ seq: number | null }>(FIRST_UNDONE, channel, consumer)?.seq ?? null;
  return undone === null ? (placeOf(tx.db, channel, consumer) ?? 0) : undone - 1;
}

function leaseLost(channel: string, consumer: string): Refusal {
  return new Refusal(
    'channel_lease_lost',
    `nothing was acknowledged: consumer ${consumer} of ${channel} does not hold all of this any more; it was acknowledged already, or its time ran out`,
    { channel, consumer },
  );
}
