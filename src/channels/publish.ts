import { Refusal } from '../errors.js';
import type { Transaction } from '../scope/transaction.js';
import { newMessageId } from './cursor.js';
import { nanoseconds, type ChannelDefinition } from './definition.js';
import { append, isoTime } from './messages.js';
import { dropOldest, findRoom, requireRoom } from './retention.js';
import { knownDefinition, openState, stateOf } from './state.js';

/** Name of the alarm of everything that channels have to do at a time. */
export const CHANNELS_ALARM = 'channels';

/** Messages that may wait for their time in one scope (reference: tools 6.5). */
const MAX_DEFERRED = 10_000;

export interface Draft {
  value: unknown;
  /** Seconds, from now. */
  ttl?: number | undefined;
  /** Unix milliseconds; what is past means now. */
  deliverAt?: number | undefined;
}

export interface Published {
  message_id: string;
  channel: string;
  created_at: string;
  /** Messages that had to go for this one. */
  dropped_oldest: number;
  /** When it is delivered, where that is later. */
  visible_at?: string;
}

const COUNT_DEFERRED = 'SELECT count(*) AS n FROM loom_deferred';
const DEFER = 'INSERT INTO loom_deferred (id, channel, deliver_at, expires_at, value, actor, agent) VALUES (?, ?, ?, ?, ?, ?, ?)';

/**
 * Adds a message to a channel, or puts it aside until its time.
 * @throws Refusal `channel_full`, `too_large`
 */
export function publish(tx: Transaction, definition: ChannelDefinition, { value, ttl, deliverAt }: Draft): Published {
  const { name, default_ttl } = definition;
  const lifetime = ttl ?? default_ttl;
  const expiresAt = lifetime === undefined ? null : tx.at + nanoseconds(lifetime);
  const at = deliverAt === undefined ? tx.at : BigInt(deliverAt) * 1_000_000n;
  const json = JSON.stringify(value);
  const bytes = Buffer.byteLength(json);
  const message_id = newMessageId(tx.at);
  const published = { message_id, channel: name, created_at: isoTime(tx.at) };
  if (at > tx.at) {
    if (expiresAt !== null && expiresAt <= at) {
      throw new Refusal('invalid_input', `the message would expire at ${isoTime(expiresAt)}, before it is delivered`, { ttl: lifetime });
    }
    const { n } = tx.db.get<{ n: number }>(COUNT_DEFERRED)!;
    if (n >= MAX_DEFERRED) {
      throw new Refusal('channel_full', `${MAX_DEFERRED} messages wait for their time in this scope: publish it later`, { limit: MAX_DEFERRED });
    }
    openState(tx, definition);
    const { actor, agent } = tx.author;
    tx.db.run(DEFER, message_id, name, at, expiresAt, json, actor, agent);
    tx.alarmBy(CHANNELS_ALARM, at);
    return { ...published, dropped_oldest: 0, visible_at: isoTime(at) };
  }
  const victims = findRoom(tx, definition, stateOf(tx.db, name), bytes);
  requireRoom(tx, definition, bytes, victims);
  const state = openState(tx, definition);
  dropOldest(tx, definition, state, victims, 'overflow');
  append(tx, name, state, { id: message_id, value, bytes, expiresAt });
  if (expiresAt !== null) tx.alarmBy(CHANNELS_ALARM, expiresAt);
  if (definition.max_age !== undefined) tx.alarmBy(CHANNELS_ALARM, tx.at + nanoseconds(definition.max_age));
  return { ...published, dropped_oldest: victims.length };
}

const DUE = 'SELECT id, channel, expires_at, value, actor, agent FROM loom_deferred WHERE deliver_at <= ? ORDER BY deliver_at LIMIT ?';
const TAKE = 'DELETE FROM loom_deferred WHERE id = ?';

interface DeferredRow {
  id: string;
  channel: string;
  expires_at: number | null;
  value: string;
  actor: string;
  agent: string | null;
}

/** Moves a batch of messages whose time has come into the log, as who published them. @returns whether it was a full one. */
export function deliverDue(tx: Transaction, limit: number): boolean {
  const due = tx.db.all<DeferredRow>(DUE, tx.at, limit);
  const { author } = tx;
  for (const { id, channel, expires_at, value, actor, agent } of due) {
    tx.db.run(TAKE, id);
    // Nobody is there to be refused: the oldest go, whatever the channel does with other messages.
    const definition = knownDefinition(tx.db, channel)!;
    const expiresAt = expires_at === null ? null : BigInt(expires_at);
    if (expiresAt !== null && expiresAt <= tx.at) continue;
    const bytes = Buffer.byteLength(value);
    const state = stateOf(tx.db, channel);
    dropOldest(tx, definition, state, findRoom(tx, definition, state, bytes), 'overflow');
    tx.author = { actor, agent, transport: 'runtime' };
    append(tx, channel, state, { id, value: JSON.parse(value), bytes, expiresAt });
  }
  tx.author = author;
  return due.length === limit;
}
