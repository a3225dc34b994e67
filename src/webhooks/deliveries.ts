import { isoTime } from '../channels/messages.js';
import { Refusal } from '../errors.js';
import type { Transaction } from '../scope/transaction.js';
import type { ScopeDatabase } from '../storage/scope-database.js';
import type { Webhook } from './webhooks.js';

/** An attempt as the delivery log shows it. */
export interface Delivery {
  id: number;
  message_id: string;
  seq: number;
  type: string;
  attempt: number;
  status: 'succeeded' | 'failed';
  at: string;
  duration_ms: number;
  response_code?: number;
  response?: string;
  error?: string;
  next_attempt_at?: string;
}

export interface DeadLetter {
  message_id: string;
  seq: number;
  type: string;
  attempts: number;
  dead_at: string;
  /** What was sent. */
  body: unknown;
}

interface DeliveryRow {
  id: number;
  message_id: string;
  seq: number;
  type: string;
  attempt: number;
  status: 'succeeded' | 'failed';
  at: number;
  duration_ms: number;
  response_code: number | null;
  response: string | null;
  error: string | null;
  next_attempt_at: number | null;
}

interface DeadRow {
  id: string;
  seq: number;
  type: string;
  attempts: number;
  due_at: number;
  body: string;
}

const DELIVERIES = `SELECT * FROM loom_webhook_deliveries
  WHERE webhook = ? AND id < ? AND (? IS NULL OR message_id = ?) AND (? IS NULL OR status = ?) ORDER BY id DESC LIMIT ?`;
const DEAD = `SELECT id, seq, type, attempts, due_at, body FROM loom_webhook_messages
  WHERE webhook = ? AND dead = 1 AND seq > ? ORDER BY seq LIMIT ?`;
const COUNT_DEAD = 'SELECT count(*) AS n FROM loom_webhook_messages WHERE webhook = ? AND dead = 1';
const SEQ = 'SELECT seq FROM loom_webhook_deliveries WHERE webhook = ? AND message_id = ? ORDER BY id DESC LIMIT 1';

export interface DeliveryQuery {
  readonly message_id?: string | undefined;
  readonly status?: Delivery['status'] | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** The newest attempts first. @throws Refusal `invalid_input` for what is no cursor. */
export function deliveriesOf(tx: Transaction, { id }: Webhook, query: DeliveryQuery): { deliveries: Delivery[]; next_cursor?: string } {
  const { message_id: message = null, status = null, limit, cursor } = query;
  const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : placeOf(cursor);
  const rows = tx.db.all<DeliveryRow>(DELIVERIES, id, before, message, message, status, status, limit + 1);
  const deliveries = rows.slice(0, limit).map(toDelivery);
  return { deliveries, ...(rows.length > limit ? { next_cursor: String(deliveries.at(-1)!.id) } : {}) };
}

/** The dead letters, those of the oldest events first. @throws Refusal `invalid_input` for what is no cursor. */
export function deadLettersOf(tx: Transaction, { id }: Webhook, limit: number, cursor: string | undefined): { dead_letters: DeadLetter[]; next_cursor?: string } {
  const after = cursor === undefined ? 0 : placeOf(cursor);
  const rows = tx.db.all<DeadRow>(DEAD, id, after, limit + 1);
  const letters = rows.slice(0, limit).map(toDeadLetter);
  return { dead_letters: letters, ...(rows.length > limit ? { next_cursor: String(letters.at(-1)!.seq) } : {}) };
}

export function deadOf(db: ScopeDatabase, webhook: string): number {
  return db.get<{ n: number }>(COUNT_DEAD, webhook)!.n;
}

/** Seq of the event that a message carried; undefined where the delivery log does not know it. */
export function seqOf(tx: Transaction, { id }: Webhook, message: string): number | undefined {
  return tx.db.get<{ seq: number }>(SEQ, id, message)?.seq;
}

function toDelivery({ at, response_code, response, error, next_attempt_at: next, ...row }: DeliveryRow): Delivery {
  const { id, message_id, seq, type, attempt, status, duration_ms } = row;
  return {
    ...{ id, message_id, seq, type, attempt, status, at: isoTime(at), duration_ms },
    ...(response_code === null ? {} : { response_code }),
    ...(response === null ? {} : { response }),
    ...(error === null ? {} : { error }),
    ...(next === null ? {} : { next_attempt_at: isoTime(next) }),
  };
}

function toDeadLetter({ id, seq, type, attempts, due_at, body }: DeadRow): DeadLetter {
  return { message_id: id, seq, type, attempts, dead_at: isoTime(due_at), body: JSON.parse(body) as unknown };
}

function placeOf(cursor: string): number {
  const place = Number(cursor);
  if (/^\d+$/.test(cursor) && Number.isSafeInteger(place)) return place;
  throw new Refusal('invalid_input', `${JSON.stringify(cursor)} is not a cursor: send one that an answer brought`, { cursor });
}
