import { Refusal } from '../errors.js';
import type { Transaction } from '../scope/transaction.js';
import type { ScopeDatabase } from '../storage/scope-database.js';
import { buryMessage } from './dead-letters.js';
import { nanoseconds, type ChannelDefinition } from './definition.js';
import { oldestOf, removeOldest, removeOne, type Kept } from './removal.js';
import { stateOf, type ChannelState } from './state.js';

// What is taken away: the oldest messages of a channel past its count, bytes or age, and messages past their
// time to live. A publish takes away at most one slice, the alarm the rest, a slice at a time; the oldest are
// found by the primary key.

/** Messages that one step takes away. */
export const SLICE = 128;

const AGED = 'SELECT seq, bytes FROM loom_messages WHERE channel = ? AND seq > ? AND published_at <= ? ORDER BY seq LIMIT ?';
const EXPIRED = 'SELECT channel, seq FROM loom_messages WHERE expires_at <= ? ORDER BY expires_at LIMIT ?';
const LEAST_READ = 'SELECT min(seq) AS seq FROM loom_channel_consumers WHERE channel = ?';
const HANDED_OUT = 'SELECT 1 FROM loom_deliveries WHERE channel = ? AND seq = ? LIMIT 1';

/** The oldest messages that have to go so that one more of `bytes` has room; nothing is written. */
export function findRoom(tx: Transaction, definition: ChannelDefinition, state: ChannelState, bytes: number): Kept[] {
  const { name, max_messages = Infinity, max_bytes = Infinity } = definition;
  let messages = state.messages + 1 - max_messages;
  let size = state.bytes + bytes - max_bytes;
  const victims: Kept[] = [];
  if (messages <= 0 && size <= 0) return victims;
  for (const oldest of oldestOf(tx, name, state, SLICE)) {
    if (messages <= 0 && size <= 0) break;
    victims.push(oldest);
    messages -= 1;
    size -= oldest.bytes;
  }
  return victims;
}

/** @throws Refusal where a channel does not push these out for a new message, or could never hold it. */
export function requireRoom(tx: Transaction, definition: ChannelDefinition, bytes: number, victims: readonly Kept[]): void {
  const { name, max_bytes = Infinity, overflow, semantic } = definition;
  if (bytes > max_bytes) {
    throw new Refusal('too_large', `the value has ${bytes} bytes, ${name} keeps at most ${max_bytes}`, { channel: name, limit: max_bytes });
  }
  if (overflow !== 'reject' || semantic !== 'queue' || !victims.some(({ seq }) => isUnread(tx.db, name, seq))) return;
  throw new Refusal('channel_full', `${name} is full of messages that nobody has acknowledged: read and ack some, or try later`, {
    channel: name,
  });
}

/** Takes the oldest messages of a channel away; unread ones of a queue go to its dead letters. */
export function dropOldest(tx: Transaction, definition: ChannelDefinition, state: ChannelState, oldest: readonly Kept[], reason: string): void {
  const { name, semantic } = definition;
  if (semantic === 'queue') {
    for (const { seq } of oldest) if (isUnread(tx.db, name, seq)) buryMessage(tx, definition, seq, reason, 0);
  }
  removeOldest(tx, name, state, oldest);
}

/** Takes away a slice of what is older than the channel's `max_age`. @returns whether it was a full one. */
export function dropAged(tx: Transaction, definition: ChannelDefinition): boolean {
  const before = tx.at - nanoseconds(definition.max_age!);
  const state = stateOf(tx.db, definition.name);
  const oldest = tx.db.all<Kept>(AGED, definition.name, state.floor, before, SLICE);
  dropOldest(tx, definition, state, oldest, 'max_age');
  return oldest.length === SLICE;
}

/** Takes away a slice of what is past its time to live: that is no falling behind. @returns whether it was a full one. */
export function dropExpired(tx: Transaction): boolean {
  const expired = tx.db.all<{ channel: string; seq: number }>(EXPIRED, tx.at, SLICE);
  for (const { channel, seq } of expired) removeOne(tx, channel, seq);
  return expired.length === SLICE;
}

/** Whether some consumer has yet to acknowledge a message; so it is where there is no consumer. */
function isUnread(db: ScopeDatabase, channel: string, seq: number): boolean {
  const least = db.get<{ seq: number | null }>(LEAST_READ, channel)?.seq ?? null;
  return least === null || seq > least || db.get(HANDED_OUT, channel, seq) !== undefined;
}
