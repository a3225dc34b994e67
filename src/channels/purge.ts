import type { Transaction } from '../scope/transaction.js';
import { newestOf } from './messages.js';
import { CHANNELS_ALARM } from './publish.js';
import { remove, type Kept } from './removal.js';
import { SLICE } from './retention.js';
import { saveState, stateOf } from './state.js';

const DROP_DEFERRED = 'DELETE FROM loom_deferred WHERE channel = ?';
const DROP_DELIVERIES = 'DELETE FROM loom_deliveries WHERE channel = ?';
const DROP_CONSUMERS = 'DELETE FROM loom_channel_consumers WHERE channel = ?';
const BELOW = 'SELECT seq, bytes FROM loom_messages WHERE channel = ? AND seq <= ? ORDER BY seq LIMIT ?';

/**
 * Empties a channel of this scope: readers see nothing of it from now on, the rows go a slice at a time.
 *
 * @param consumers whether its consumers go, too.
 * @returns how many messages there were.
 */
export function purge(tx: Transaction, channel: string, consumers: boolean): number {
  const { messages } = stateOf(tx.db, channel);
  const deferred = tx.db.run(DROP_DEFERRED, channel);
  const newest = newestOf(tx.db, channel);
  tx.db.run(DROP_DELIVERIES, channel);
  if (consumers) tx.db.run(DROP_CONSUMERS, channel);
  if (newest > 0) {
    saveState(tx, channel, { messages: 0, bytes: 0, floor: newest });
    tx.alarmBy(CHANNELS_ALARM, tx.at);
  }
  return messages + deferred;
}

/** Removes a slice of what a purge left behind. @returns whether it was a full one. */
export function removeBelowFloor(tx: Transaction, channel: string): boolean {
  const rows = tx.db.all<Kept>(BELOW, channel, stateOf(tx.db, channel).floor, SLICE);
  for (const { seq } of rows) remove(tx, channel, seq);
  return rows.length === SLICE;
}
