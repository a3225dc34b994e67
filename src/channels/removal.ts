import type { Transaction } from '../scope/transaction.js';
import { saveState, stateOf, type ChannelState } from './state.js';

/** A message of a channel, as far as its removal goes. */
export interface Kept {
  seq: number;
  bytes: number;
}

const OLDEST = 'SELECT seq, bytes FROM loom_messages WHERE channel = ? AND seq > ? ORDER BY seq LIMIT ?';
const BYTES = 'SELECT bytes FROM loom_messages WHERE channel = ? AND seq = ?';
const REMOVE = 'DELETE FROM loom_messages WHERE channel = ? AND seq = ?';
const REMOVE_EVENT = 'DELETE FROM loom_channel_log WHERE seq = ?';
const REMOVE_DELIVERIES = 'DELETE FROM loom_deliveries WHERE channel = ? AND seq = ?';
const KEEP_HEAD = `INSERT INTO loom_log_state (id, head) VALUES (1, ?)
  ON CONFLICT (id) DO UPDATE SET head = max(head, excluded.head)`;

export function oldestOf(tx: Transaction, channel: string, { floor }: ChannelState, limit: number): Kept[] {
  return tx.db.all<Kept>(OLDEST, channel, floor, limit);
}

/** Takes a message out of its channel and the log. */
export function remove(tx: Transaction, channel: string, seq: number): void {
  tx.db.run(REMOVE, channel, seq);
  tx.db.run(REMOVE_DELIVERIES, channel, seq);
  // The seq of the newest event is not given out again when it goes.
  if (seq === tx.head) tx.db.run(KEEP_HEAD, seq);
  tx.db.run(REMOVE_EVENT, seq);
}

/** Takes a message out from between others: that leaves nobody behind. */
export function removeOne(tx: Transaction, channel: string, seq: number): void {
  const { bytes } = tx.db.get<{ bytes: number }>(BYTES, channel, seq)!;
  const { messages, bytes: before, floor } = stateOf(tx.db, channel);
  remove(tx, channel, seq);
  if (seq > floor) saveState(tx, channel, { messages: messages - 1, bytes: before - bytes, floor });
}

/** Takes the oldest messages of a channel away: who has not come past them is told so. */
export function removeOldest(tx: Transaction, channel: string, state: ChannelState, oldest: readonly Kept[]): void {
  if (oldest.length === 0) return;
  for (const { seq, bytes } of oldest) {
    remove(tx, channel, seq);
    state.messages -= 1;
    state.bytes -= bytes;
  }
  state.floor = Math.max(state.floor, oldest.at(-1)!.seq);
  saveState(tx, channel, state);
}
