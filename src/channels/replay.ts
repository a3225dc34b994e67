import { Refusal } from '../errors.js';
import type { Transaction } from '../scope/transaction.js';
import type { DeadLetter } from './dead-letters.js';
import { deadLetterChannel, type ChannelDefinition } from './definition.js';
import { readAfter, type Message } from './messages.js';
import { publish } from './publish.js';
import { removeOne } from './removal.js';

/** Dead letters that one call sends again. */
export const MAX_REPLAYED = 100;

/**
 * Publishes dead letters to their queue again, and takes them out of the dead letters, in one transaction.
 *
 * @param ids of the dead letters; without them the oldest.
 * @returns how many.
 * @throws Refusal `not_found`
 */
export function replay(tx: Transaction, queue: ChannelDefinition, ids: readonly string[] | undefined, limit: number): number {
  const dead = deadLetterChannel(queue);
  const letters = ids === undefined ? readAfter(tx, dead, 0, false, limit).messages : lettersOf(tx, dead, ids);
  for (const { seq, value } of letters) {
    removeOne(tx, dead.name, seq);
    publish(tx, { ...queue, overflow: 'drop_oldest' }, { value: (value as DeadLetter).value });
  }
  return letters.length;
}

function lettersOf(tx: Transaction, dead: ChannelDefinition, ids: readonly string[]): Message[] {
  const wanted = new Set(ids);
  const found = readAfter(tx, dead, 0, false, dead.max_messages!).messages.filter(({ id }) => wanted.has(id));
  if (found.length < wanted.size) {
    const missing = [...wanted].filter((id) => !found.some((letter) => letter.id === id));
    throw new Refusal('not_found', `no dead letter ${missing.join(', ')} in ${dead.name}`, { message_ids: missing });
  }
  return found;
}
