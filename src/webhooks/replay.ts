import { resetOf } from '../channels/log-retention.js';
import { Refusal } from '../errors.js';
import type { Transaction } from '../scope/transaction.js';
import { seqOf } from './deliveries.js';
import type { LogEntry } from './message.js';
import { addMessage, messagesAmong, waitingOf } from './outbox.js';
import { hurry, tell, type Webhook } from './webhooks.js';

/** Messages that one call sends again. */
export const MAX_REPLAYED = 1000;
/** Rows of the log that one call looks at. */
const SCAN = 20_000;

const RANGE = 'SELECT seq, topic, ts FROM loom_channel_log WHERE seq >= ? AND seq <= ? ORDER BY seq LIMIT ?';
const REVIVE = 'UPDATE loom_webhook_messages SET attempts = 0, dead = 0, due_at = ? WHERE webhook = ? AND id = ?';
const DEAD = 'SELECT id FROM loom_webhook_messages WHERE webhook = ? AND dead = 1 ORDER BY seq LIMIT ?';
const IS_DEAD = 'SELECT 1 FROM loom_webhook_messages WHERE webhook = ? AND id = ? AND dead = 1';

export interface Replayed {
  replayed: number;
  /** Where to go on, where the range was more than one call does. */
  next_seq?: number;
  /** Something may be gone of the range: the oldest that is still there. */
  reset?: { oldest_seq: number };
}

/**
 * Sends events of a range of the log again, whether they were accepted or not.
 * @throws Refusal `webhook_limit` where too much waits already
 */
export function replayRange(tx: Transaction, webhook: Webhook, from: number, to: number): Replayed {
  const room = Math.min(MAX_REPLAYED, tx.settings.webhooks.maxWaiting - waitingOf(tx.db, webhook.id));
  if (room <= 0) {
    const limit = tx.settings.webhooks.maxWaiting;
    throw new Refusal('webhook_limit', `${limit} messages of ${webhook.name} wait for another attempt: replay when the receiver has taken some`, { limit });
  }
  const end = Math.min(to, tx.head);
  const rows = tx.db.all<LogEntry>(RANGE, from, end, SCAN);
  const events = messagesAmong(tx, webhook, rows);
  let replayed = 0;
  let last = rows.length < SCAN ? end : rows.at(-1)!.seq;
  for (const event of events) {
    if (replayed === room) {
      last = event.seq - 1;
      break;
    }
    addMessage(tx, webhook, event);
    replayed += 1;
  }
  const reset = from > tx.head ? undefined : resetOf(tx.db, from - 1, [webhook.definition.topic]);
  tell(tx, 'replay', webhook.name, { messages: replayed });
  return { replayed, ...(last < end ? { next_seq: last + 1 } : {}), ...(reset ? { reset } : {}) };
}

/** Sends what a message carried again. @throws Refusal `not_found` */
export function replayMessage(tx: Transaction, webhook: Webhook, message: string): Replayed {
  const seq = seqOf(tx, webhook, message);
  const [row] = seq === undefined ? [] : tx.db.all<LogEntry>(RANGE, seq, seq, 1);
  const [event] = row ? messagesAmong(tx, webhook, [row]) : [];
  if (!event) {
    throw new Refusal('not_found', `${message} is not in the delivery log of ${webhook.name}, or the log has its event no longer`, { message_id: message });
  }
  addMessage(tx, webhook, event);
  tell(tx, 'replay', webhook.name, { messages: 1 });
  return { replayed: 1 };
}

/**
 * Sends dead letters again, with all attempts before them: those named, or the oldest.
 * @param waiting whether what waits for another attempt is tried now, too.
 * @throws Refusal `not_found`
 */
export function redrive(tx: Transaction, { id, name }: Webhook, ids: readonly string[] | undefined, waiting: boolean): { redriven: number; hurried: number } {
  const missing = ids?.filter((each) => !tx.db.get(IS_DEAD, id, each)) ?? [];
  if (missing.length > 0) {
    throw new Refusal('not_found', `no dead letter ${missing.join(', ')} of ${name}: dead_letters tells those there are`, { message_ids: missing });
  }
  const dead = ids ?? tx.db.all<{ id: string }>(DEAD, id, MAX_REPLAYED).map((row) => row.id);
  for (const each of dead) tx.db.run(REVIVE, tx.at, id, each);
  const hurried = waiting ? hurry(tx, id) : 0;
  tell(tx, 'redrive', name, { messages: dead.length + hurried });
  return { redriven: dead.length, hurried };
}
