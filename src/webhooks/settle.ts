import type { Transaction } from '../scope/transaction.js';
import { WEBHOOKS_ALARM } from './definition.js';
import { disableWebhook, tell, webhookById, type Webhook } from './webhooks.js';

/** How an attempt ended. */
export interface Outcome {
  /** Unix milliseconds at which it began. */
  readonly at: number;
  readonly duration_ms: number;
  /** HTTP status, where there was an answer. */
  readonly response_code?: number | undefined;
  /** How the answer began. */
  readonly response?: string | undefined;
  /** Why there was no answer. */
  readonly error?: string | undefined;
  /** Milliseconds that the receiver asked to wait, with 429 or 503. */
  readonly retry_after?: number | undefined;
}

export interface Settled {
  /** Whether the webhook goes on: it is enabled, and not asked to wait. */
  readonly go: boolean;
}

/** Any 2xx: the receiver has the message. */
export function succeeded({ response_code: code = 0 }: Outcome): boolean {
  return code >= 200 && code <= 299;
}

interface MessageRow {
  seq: number;
  type: string;
  attempts: number;
}

const FIND = 'SELECT seq, type, attempts FROM loom_webhook_messages WHERE webhook = ? AND id = ? AND dead = 0';
const REMOVE = 'DELETE FROM loom_webhook_messages WHERE webhook = ? AND id = ?';
const DEFER = 'UPDATE loom_webhook_messages SET attempts = ?, due_at = ? WHERE webhook = ? AND id = ?';
const BURY = 'UPDATE loom_webhook_messages SET attempts = ?, due_at = ?, dead = 1 WHERE webhook = ? AND id = ?';
const LOG = `INSERT INTO loom_webhook_deliveries
  (webhook, message_id, seq, type, attempt, at, duration_ms, status, response_code, response, error, next_attempt_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const FAILING = 'UPDATE loom_webhooks SET failing_since = ? WHERE id = ?';
const PAUSE = 'UPDATE loom_webhooks SET paused_until = ? WHERE id = ?';

/** The delivery log is cut back so long after it has grown. */
const SWEEP_SOON_NS = 60_000_000_000n;
/** Pauses of the ladder are stretched or shortened by up to this part, so that retries do not come in step. */
const JITTER = 0.1;

/**
 * Notes how an attempt ended, and what follows from it. An outcome that comes a second time, or of a message
 * that went another way meanwhile, changes nothing.
 */
export function settle(tx: Transaction, webhookId: string, message: string, attempt: number, outcome: Outcome): Settled {
  const webhook = webhookById(tx.db, webhookId);
  if (!webhook) return { go: false };
  const row = tx.db.get<MessageRow>(FIND, webhookId, message);
  if (!row || row.attempts !== attempt - 1) return { go: goesOn(tx, webhook) };
  const accepted = succeeded(outcome);
  const next = accepted ? null : nextAttempt(tx, row, attempt, outcome.retry_after);
  log(tx, webhookId, message, row, attempt, outcome, next);
  if (next !== null) tx.db.run(DEFER, attempt, next, webhookId, message);
  else if (accepted || row.seq === 0) tx.db.run(REMOVE, webhookId, message);
  else {
    tx.db.run(BURY, attempt, tx.at, webhookId, message);
    tell(tx, 'dead_letter', webhook.name, { message_id: message, seq: row.seq, type: row.type, attempts: attempt });
  }
  judge(tx, webhook, outcome);
  return { go: goesOn(tx, webhookById(tx.db, webhookId)!) };
}

/** Time of the next attempt, null after the last. A ping has no second. */
function nextAttempt(tx: Transaction, { seq }: MessageRow, attempt: number, retryAfter = 0): bigint | null {
  const pause = tx.settings.webhooks.retryMs[attempt - 1];
  if (pause === undefined || seq === 0) return null;
  const stretched = pause * (1 - JITTER + 2 * JITTER * Math.random());
  return tx.at + milliseconds(Math.max(stretched, retryAfter));
}

/** What an attempt says of its endpoint. */
function judge(tx: Transaction, webhook: Webhook, outcome: Outcome): void {
  const { id, disabled, failing_since: since } = webhook;
  if (succeeded(outcome)) {
    if (since !== null) tx.db.run(FAILING, null, id);
    return;
  }
  if (since === null) tx.db.run(FAILING, tx.at, id);
  if (outcome.retry_after !== undefined) tx.db.run(PAUSE, tx.at + milliseconds(outcome.retry_after), id);
  if (disabled !== null) return;
  if (outcome.response_code === 410) disableWebhook(tx, webhook, 'gone');
  else if (since !== null && tx.at - BigInt(since) >= milliseconds(tx.settings.webhooks.disableAfterMs)) {
    disableWebhook(tx, webhook, 'failing', { failing_since: new Date(since / 1e6).toISOString() });
  }
}

function log(tx: Transaction, webhook: string, message: string, row: MessageRow, attempt: number, outcome: Outcome, next: bigint | null): void {
  const { at, duration_ms, response_code = null, response = null, error = null } = outcome;
  const status = succeeded(outcome) ? 'succeeded' : 'failed';
  tx.db.run(LOG, webhook, message, row.seq, row.type, attempt, milliseconds(at), duration_ms, status, response_code, response, error, next);
  tx.alarmBy(WEBHOOKS_ALARM, tx.at + SWEEP_SOON_NS);
}

function goesOn(tx: Transaction, { disabled, paused_until: until }: Webhook): boolean {
  return disabled === null && (until === null || until <= tx.at);
}

function milliseconds(ms: number): bigint {
  return BigInt(Math.round(ms)) * 1_000_000n;
}
