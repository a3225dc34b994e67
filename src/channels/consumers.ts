import { Refusal } from '../errors.js';
import type { Transaction } from '../scope/transaction.js';
import type { ScopeDatabase } from '../storage/scope-database.js';
import { encodeCursor } from './cursor.js';
import type { ChannelDefinition } from './definition.js';
import { isoTime, newestOf, readAfter, type Page } from './messages.js';
import { openState, stateOf } from './state.js';

/** Consumer of who does not name one. */
export const DEFAULT_CONSUMER = 'default';

interface ConsumerRow {
  consumer: string;
  seq: number;
  updated_at: number;
}

/** A consumer as operators see it. */
export interface ConsumerReport {
  consumer: string;
  cursor: string;
  seq: number;
  /** Messages that it has still to acknowledge. */
  lag: number;
  /** Of them, how many were handed out and are not acknowledged. */
  in_flight: number;
  updated_at: string;
}

const FIND = 'SELECT seq FROM loom_channel_consumers WHERE channel = ? AND consumer = ?';
const SET = `INSERT INTO loom_channel_consumers (channel, consumer, seq, updated_at) VALUES (?, ?, ?, ?)
  ON CONFLICT (channel, consumer) DO UPDATE SET seq = excluded.seq, updated_at = excluded.updated_at`;
const LIST = 'SELECT consumer, seq, updated_at FROM loom_channel_consumers WHERE channel = ? ORDER BY consumer';
const LAG = 'SELECT count(*) AS n FROM loom_messages WHERE channel = ? AND seq > ?';
const IN_FLIGHT = 'SELECT count(*) AS n FROM loom_deliveries WHERE channel = ? AND consumer = ?';
const FORGET_DELIVERIES = 'DELETE FROM loom_deliveries WHERE channel = ? AND consumer = ?';

/** How far a consumer has come; undefined for one that has not begun. */
export function placeOf(db: ScopeDatabase, channel: string, consumer: string): number | undefined {
  return db.get<{ seq: number }>(FIND, channel, consumer)?.seq;
}

export function setPlace(tx: Transaction, channel: string, consumer: string, seq: number): void {
  tx.db.run(SET, channel, consumer, seq, tx.at);
}

/** The place of a consumer that reads: one that comes for the first time begins with the oldest message. */
export function openConsumer(tx: Transaction, definition: ChannelDefinition, consumer: string): number {
  const { name } = definition;
  const { floor } = definition.source === 'log' ? stateOf(tx.db, name) : openState(tx, definition);
  const place = placeOf(tx.db, name, consumer);
  if (place !== undefined) return place;
  setPlace(tx, name, consumer, floor);
  return floor;
}

/** Reads on for a consumer of a broadcast. Its place moves only with `autoAck`, and past what holds nothing for it. */
export function take(tx: Transaction, definition: ChannelDefinition, consumer: string, limit: number, autoAck: boolean): Page {
  const place = openConsumer(tx, definition, consumer);
  const page = readAfter(tx, definition, place, true, limit);
  if ((autoAck || page.messages.length === 0) && page.upto > place) setPlace(tx, definition.name, consumer, page.upto);
  return page;
}

/**
 * Acknowledges all that a consumer of a broadcast was given up to a place.
 * @throws Refusal `channel_cursor_regression` for a place behind the consumer's own.
 */
export function acknowledgeUpTo(tx: Transaction, { name }: ChannelDefinition, consumer: string, seq: number): void {
  requireReached(tx, seq);
  const place = placeOf(tx.db, name, consumer) ?? 0;
  if (seq < place) throw regression(name, consumer, place);
  if (seq > place) setPlace(tx, name, consumer, seq);
}

export function regression(channel: string, consumer: string, place: number): Refusal {
  const cursor = encodeCursor(place);
  return new Refusal('channel_cursor_regression', `consumer ${consumer} of ${channel} is past this cursor already, at ${cursor}: reset_consumer moves it back`, {
    channel,
    consumer,
    cursor,
  });
}

/** @throws Refusal `cursor_ahead` */
export function requireReached(tx: Transaction, seq: number): void {
  if (seq <= tx.head) return;
  throw new Refusal('cursor_ahead', `the cursor is past the newest event of the scope, ${tx.head}`, { head: tx.head });
}

export function consumersOf(tx: Transaction, { name, source }: ChannelDefinition): ConsumerReport[] {
  const { floor } = stateOf(tx.db, name);
  return tx.db.all<ConsumerRow>(LIST, name).map(({ consumer, seq, updated_at }) => {
    const inFlight = tx.db.get<{ n: number }>(IN_FLIGHT, name, consumer)!.n;
    // A topic of documents is not counted: its events are found by reading the log.
    const behind = source === 'log' ? tx.head - seq : tx.db.get<{ n: number }>(LAG, name, Math.max(seq, floor))!.n;
    return { consumer, cursor: encodeCursor(seq), seq, lag: behind + inFlight, in_flight: inFlight, updated_at: isoTime(updated_at) };
  });
}

/** Puts a consumer at a place, back or forth; whatever was handed out to it counts as not handed out. */
export function resetConsumer(tx: Transaction, { name, source }: ChannelDefinition, consumer: string, to: number | 'oldest' | 'newest'): number {
  const oldest = stateOf(tx.db, name).floor;
  const newest = source === 'log' ? tx.head : Math.max(newestOf(tx.db, name), oldest);
  const seq = to === 'oldest' ? oldest : to === 'newest' ? newest : to;
  requireReached(tx, seq);
  tx.db.run(FORGET_DELIVERIES, name, consumer);
  setPlace(tx, name, consumer, seq);
  return seq;
}
