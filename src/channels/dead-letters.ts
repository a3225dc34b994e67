import type { Transaction } from '../scope/transaction.js';
import { newMessageId } from './cursor.js';
import { deadLetterChannel, keepsDeadLetters, type ChannelDefinition } from './definition.js';
import { append, messageAt } from './messages.js';
import { oldestOf, removeOldest } from './removal.js';
import { openState } from './state.js';

/** What a dead letter says of the message that could not be delivered. */
export interface DeadLetter {
  /** `max_deliveries`, `overflow` or `max_age`. */
  reason: string;
  /** How often it was handed out. */
  deliveries: number;
  channel: string;
  message_id: string;
  published_at: string;
  value: unknown;
}

/** Puts a message of a queue into the dead letters; where it is too old or the queue keeps none, does nothing. */
export function buryMessage(tx: Transaction, queue: ChannelDefinition, seq: number, reason: string, deliveries: number): void {
  if (!keepsDeadLetters(queue)) return;
  const message = messageAt(tx, { ...queue, max_age: undefined }, seq);
  if (!message) return;
  const { id, published_at, value } = message;
  const letter: DeadLetter = { reason, deliveries, channel: queue.name, message_id: id, published_at, value };
  const channel = deadLetterChannel(queue);
  const state = openState(tx, channel);
  const bytes = Buffer.byteLength(JSON.stringify(letter));
  if (state.messages >= channel.max_messages!) removeOldest(tx, channel.name, state, oldestOf(tx, channel.name, state, 1));
  append(tx, channel.name, state, { id: newMessageId(tx.at), value: letter, bytes, expiresAt: null });
}
