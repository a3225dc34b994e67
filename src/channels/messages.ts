import type { Transaction } from '../scope/transaction.js';
import type { ScopeDatabase } from '../storage/scope-database.js';
import { eventId } from './cursor.js';
import { nanoseconds, type ChannelDefinition } from './definition.js';
import { trimmedTo } from '../scope/log-state.js';
import { saveState, stateOf, type ChannelState } from './state.js';

/** A message as readers get it. */
export interface Message {
  id: string;
  /** Its place in the log of the scope. */
  seq: number;
  value: unknown;
  /** RFC 3339. */
  published_at: string;
  published_by: string;
}

/** A message of a queue that was handed out. */
export interface Delivery extends Message {
  /** How often it has been handed out, this time included. */
  deliveries: number;
}

interface MessageRow {
  seq: number;
  published_at: number;
  payload: string;
}

/** What a read brings. */
export interface Page {
  messages: Message[];
  /** Where to go on. */
  upto: number;
  /** Whether there is more to scan before anything can be said of what comes next. */
  more: boolean;
  /** Where the first message lies that is still there: the place that was asked for is older than that. */
  reset?: Reset;
}

export interface Reset {
  oldest_seq: number;
}

const INSERT = 'INSERT INTO loom_messages (channel, seq, bytes, published_at, expires_at) VALUES (?, ?, ?, ?, ?)';
const READ = `SELECT m.seq, m.published_at, l.payload FROM loom_messages m JOIN loom_channel_log l ON l.seq = m.seq
  WHERE m.channel = ? AND m.seq > ? AND m.published_at > ? AND ifnull(m.expires_at > ?, 1) ORDER BY m.seq LIMIT ?`;
const ONE = `SELECT m.seq, m.published_at, l.payload FROM loom_messages m JOIN loom_channel_log l ON l.seq = m.seq
  WHERE m.channel = ? AND m.seq = ? AND m.published_at > ? AND ifnull(m.expires_at > ?, 1)`;
const READ_LOG = `SELECT seq, ts AS published_at, payload FROM loom_channel_log
  WHERE seq > ? AND seq <= ? AND topic = ? ORDER BY seq LIMIT ?`;

const OLDEST = 'SELECT published_at AS at FROM loom_messages WHERE channel = ? AND seq > ? ORDER BY seq LIMIT 1';
const NEWEST = 'SELECT published_at AS at FROM loom_messages WHERE channel = ? AND seq > ? ORDER BY seq DESC LIMIT 1';
const NEWEST_SEQ = 'SELECT max(seq) AS seq FROM loom_messages WHERE channel = ?';

/** Rows of the log that one read of a topic of documents looks at: they have no index by topic. */
const SCAN = 20_000;

/** Adds a message to the log and to its channel. */
export function append(
  tx: Transaction,
  channel: string,
  state: ChannelState,
  message: { id: string; value: unknown; bytes: number; expiresAt: bigint | null },
): number {
  const { id, value, bytes, expiresAt } = message;
  tx.publish(channel, { message_id: id, value, ...(expiresAt === null ? {} : { expires_at: isoTime(expiresAt) }) });
  const seq = tx.head;
  tx.db.run(INSERT, channel, seq, bytes, tx.at, expiresAt);
  state.messages += 1;
  state.bytes += bytes;
  saveState(tx, channel, state);
  return seq;
}

/**
 * The messages after a place, oldest first, without those that are too old.
 *
 * @param begun whether `after` is a place that the reader has been at: only then can it have fallen behind.
 */
export function readAfter(tx: Transaction, definition: ChannelDefinition, after: number, begun: boolean, limit: number): Page {
  const { db } = tx;
  if (definition.source === 'log') return readLog(tx, definition.name, after, begun, limit);
  const { floor } = stateOf(db, definition.name);
  const from = Math.max(after, floor);
  const rows = db.all<MessageRow>(READ, definition.name, from, oldestVisible(tx, definition), tx.at, limit);
  const messages = rows.map(toMessage);
  return {
    messages,
    upto: messages.at(-1)?.seq ?? from,
    more: false,
    ...(begun && after < floor ? { reset: { oldest_seq: messages[0]?.seq ?? floor + 1 } } : {}),
  };
}

/** A message by its place, undefined where it is gone or too old. */
export function messageAt(tx: Transaction, definition: ChannelDefinition, seq: number): Message | undefined {
  const row = tx.db.get<MessageRow>(ONE, definition.name, seq, oldestVisible(tx, definition), tx.at);
  return row && toMessage(row);
}

function readLog(tx: Transaction, topic: string, after: number, begun: boolean, limit: number): Page {
  const { db, head } = tx;
  const trimmed = trimmedTo(db);
  const from = Math.max(after, trimmed);
  const until = Math.min(from + SCAN, head);
  const rows = db.all<MessageRow>(READ_LOG, from, until, topic, limit);
  const upto = rows.length === limit ? rows.at(-1)!.seq : Math.max(until, after);
  return {
    messages: rows.map(toMessage),
    upto,
    more: rows.length < limit && upto < head,
    ...(begun && after < trimmed ? { reset: { oldest_seq: rows[0]?.seq ?? trimmed + 1 } } : {}),
  };
}

/** Unix nanoseconds: what was published up to then is too old. */
function oldestVisible(tx: Transaction, { max_age }: ChannelDefinition): bigint {
  return max_age === undefined ? -1n : tx.at - nanoseconds(max_age);
}

function toMessage({ seq, published_at, payload }: MessageRow): Message {
  const event = JSON.parse(payload) as { message_id?: string; value?: unknown; actor: string; agent?: string };
  const published = event.message_id !== undefined;
  return {
    id: event.message_id ?? eventId(published_at, seq),
    seq,
    value: published ? event.value : event,
    published_at: isoTime(published_at),
    published_by: event.agent ?? event.actor,
  };
}

export function isoTime(ns: bigint | number): string {
  return new Date(Math.round(Number(ns) / 1e6)).toISOString();
}

/** How much there is of a channel. */
export interface ChannelStats {
  message_count: number;
  oldest_visible_at?: string;
  newest_visible_at?: string;
}

export function statsOf({ db }: Transaction, channel: string): ChannelStats {
  const { messages, floor } = stateOf(db, channel);
  const oldest = db.get<{ at: number }>(OLDEST, channel, floor);
  const newest = db.get<{ at: number }>(NEWEST, channel, floor);
  return {
    message_count: messages,
    ...(oldest && newest ? { oldest_visible_at: isoTime(oldest.at), newest_visible_at: isoTime(newest.at) } : {}),
  };
}

/** Newest message of a channel, 0 where there is none. */
export function newestOf(db: ScopeDatabase, channel: string): number {
  return db.get<{ seq: number | null }>(NEWEST_SEQ, channel)?.seq ?? 0;
}
