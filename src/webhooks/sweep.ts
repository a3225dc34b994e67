import type { Transaction } from '../scope/transaction.js';
import { WEBHOOKS_ALARM } from './definition.js';
import { listWebhooks, SWEEP_NS } from './webhooks.js';

// What is kept of the delivery log and the dead letters is bounded by age and number. The alarm takes the rest
// away, a slice at a time. It is always set in a scope with a webhook: a start of the runtime finds the scope by it.

const SLICE = 1000;

const OLD_DELIVERIES = `DELETE FROM loom_webhook_deliveries WHERE id IN (
  SELECT id FROM loom_webhook_deliveries WHERE webhook = ? AND
    (at <= ? OR id <= (SELECT id FROM loom_webhook_deliveries WHERE webhook = ? ORDER BY id DESC LIMIT 1 OFFSET ?))
  ORDER BY id LIMIT ${SLICE})`;
const OLD_DEAD = `DELETE FROM loom_webhook_messages WHERE webhook = ? AND id IN (
  SELECT id FROM loom_webhook_messages WHERE webhook = ? AND dead = 1 AND due_at <= max(?, ifnull(
    (SELECT due_at FROM loom_webhook_messages WHERE webhook = ? AND dead = 1 ORDER BY due_at DESC LIMIT 1 OFFSET ?), 0))
  ORDER BY due_at LIMIT ${SLICE})`;

/** Takes away what is too old or too much, and rings again: at once where there may be more. */
export function sweepWebhooks(tx: Transaction): void {
  const { maxAgeMs, maxDeliveries, maxDeadLetters } = tx.settings.webhooks.keep;
  const before = tx.at - BigInt(maxAgeMs) * 1_000_000n;
  const webhooks = listWebhooks(tx.db);
  const full = webhooks.map(({ id }) => {
    const deliveries = tx.db.run(OLD_DELIVERIES, id, before, id, maxDeliveries);
    const dead = tx.db.run(OLD_DEAD, id, id, before, id, maxDeadLetters);
    return deliveries === SLICE || dead === SLICE;
  });
  if (webhooks.length > 0) tx.alarmBy(WEBHOOKS_ALARM, full.includes(true) ? tx.at : tx.at + SWEEP_NS);
}
