import { randomBytes } from 'node:crypto';
import { Refusal } from '../errors.js';
import type { Transaction } from '../scope/transaction.js';
import type { ScopeDatabase } from '../storage/scope-database.js';
import { WEBHOOKS_ALARM, WEBHOOKS_TOPIC, type Disabled, type WebhookDefinition } from './definition.js';
import type { Secret } from './secret.js';

/** Webhooks of one scope: each reads the whole log. */
const MAX_WEBHOOKS = 100;
/** How often what is too old is looked for. */
export const SWEEP_NS = 6n * 3_600_000_000_000n;

/** A webhook of this scope. Times are unix nanoseconds. */
export interface Webhook {
  readonly id: string;
  readonly name: string;
  readonly source: 'yaml' | 'runtime';
  readonly definition: WebhookDefinition;
  readonly secrets: readonly Secret[];
  readonly revision: number;
  readonly disabled: Disabled | null;
  readonly disabled_at: number | null;
  readonly seq: number;
  readonly failing_since: number | null;
  readonly paused_until: number | null;
  readonly created_at: number;
  readonly updated_at: number;
}

type Row = Omit<Webhook, 'definition' | 'secrets'> & { definition: string; secrets: string };

const ALL = 'SELECT * FROM loom_webhooks ORDER BY name';
const FIND = 'SELECT * FROM loom_webhooks WHERE name = ?';
const FIND_BY_ID = 'SELECT * FROM loom_webhooks WHERE id = ?';
const COUNT = 'SELECT count(*) AS n FROM loom_webhooks';
const INSERT = `INSERT INTO loom_webhooks (id, name, source, definition, secrets, revision, disabled, disabled_at, seq, created_at, updated_at)
  VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?)`;
const SAVE = 'UPDATE loom_webhooks SET source = ?, definition = ?, secrets = ?, revision = revision + 1, updated_at = ? WHERE id = ?';
const DISABLE = 'UPDATE loom_webhooks SET disabled = ?, disabled_at = ? WHERE id = ?';
const ENABLE = 'UPDATE loom_webhooks SET disabled = NULL, disabled_at = NULL, failing_since = NULL, paused_until = NULL WHERE id = ?';
const HURRY = 'UPDATE loom_webhook_messages SET due_at = ? WHERE webhook = ? AND dead = 0';
const MOVE = 'UPDATE loom_webhooks SET seq = ? WHERE id = ?';
const DELETE = 'DELETE FROM loom_webhooks WHERE id = ?';
const DELETE_MESSAGES = 'DELETE FROM loom_webhook_messages WHERE webhook = ?';
const DELETE_DELIVERIES = 'DELETE FROM loom_webhook_deliveries WHERE webhook = ?';

export function listWebhooks(db: ScopeDatabase): Webhook[] {
  return db.all<Row>(ALL).map(toWebhook);
}

export function findWebhook(db: ScopeDatabase, name: string): Webhook | undefined {
  const row = db.get<Row>(FIND, name);
  return row && toWebhook(row);
}

export function webhookById(db: ScopeDatabase, id: string): Webhook | undefined {
  const row = db.get<Row>(FIND_BY_ID, id);
  return row && toWebhook(row);
}

/** @throws Refusal `not_found` */
export function requireWebhook(db: ScopeDatabase, name: string): Webhook {
  const found = findWebhook(db, name);
  if (!found) throw new Refusal('not_found', `no webhook ${JSON.stringify(name)} in this scope: list tells those there are`, { name });
  return found;
}

export interface NewWebhook {
  readonly name: string;
  readonly source: Webhook['source'];
  readonly definition: WebhookDefinition;
  readonly secrets: readonly Secret[];
  readonly disabled: Disabled | null;
  /** Seq after which events are sent. */
  readonly after: number;
}

/** @throws Refusal `webhook_name_in_use`, `webhook_limit` */
export function insertWebhook(tx: Transaction, { name, source, definition, secrets, disabled, after }: NewWebhook): Webhook {
  if (findWebhook(tx.db, name)) {
    throw new Refusal('webhook_name_in_use', `there is a webhook ${name} in this scope: update it, or choose another name`, { name });
  }
  if (tx.db.get<{ n: number }>(COUNT)!.n >= MAX_WEBHOOKS) {
    throw new Refusal('webhook_limit', `a scope has at most ${MAX_WEBHOOKS} webhooks: delete one, or let one take more topics`, { limit: MAX_WEBHOOKS });
  }
  const id = `wh_${randomBytes(12).toString('hex')}`;
  const disabledAt = disabled === null ? null : tx.at;
  tx.db.run(INSERT, id, name, source, JSON.stringify(definition), JSON.stringify(secrets), disabled, disabledAt, after, tx.at, tx.at);
  tx.alarmBy(WEBHOOKS_ALARM, tx.at + SWEEP_NS);
  return webhookById(tx.db, id)!;
}

export function saveWebhook(tx: Transaction, { id }: Webhook, { source, definition, secrets }: Pick<Webhook, 'source' | 'definition' | 'secrets'>): Webhook {
  tx.db.run(SAVE, source, JSON.stringify(definition), JSON.stringify(secrets), tx.at, id);
  return webhookById(tx.db, id)!;
}

export function disableWebhook(tx: Transaction, { id, name }: Webhook, reason: Disabled, data: Record<string, unknown> = {}): void {
  tx.db.run(DISABLE, reason, tx.at, id);
  tell(tx, 'disable', name, { reason, ...data });
}

/** What waits is tried at once. */
export function enableWebhook(tx: Transaction, { id, name }: Webhook): void {
  tx.db.run(ENABLE, id);
  hurry(tx, id);
  tell(tx, 'enable', name);
}

/** Makes all that waits due now: at one time, so that it goes in the order of the events. @returns how many messages. */
export function hurry(tx: Transaction, webhook: string): number {
  return tx.db.run(HURRY, tx.at, webhook);
}

/** Notes how far a webhook has read the log. */
export function moveWebhook(tx: Transaction, { id }: Webhook, seq: number): void {
  tx.db.run(MOVE, seq, id);
}

export function deleteWebhook(tx: Transaction, { id, name }: Webhook): void {
  tx.db.run(DELETE_MESSAGES, id);
  tx.db.run(DELETE_DELIVERIES, id);
  tx.db.run(DELETE, id);
  tell(tx, 'delete', name);
}

/** Publishes what happened to a webhook; the main thread looks for work whenever something did. */
export function tell(tx: Transaction, op: string, webhook: string, data: Record<string, unknown> = {}): void {
  tx.publish(WEBHOOKS_TOPIC, { op, webhook, ...data });
}

function toWebhook({ definition, secrets, ...row }: Row): Webhook {
  return { ...row, definition: JSON.parse(definition) as WebhookDefinition, secrets: JSON.parse(secrets) as Secret[] };
}
