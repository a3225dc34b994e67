import { compileFilter } from '../channels/filter.js';
import { resetOf } from '../channels/log-retention.js';
import type { Transaction } from '../scope/transaction.js';
import type { ScopeDatabase } from '../storage/scope-database.js';
import { WEBHOOKS_TOPIC } from './definition.js';
import { bodyOf, messageId, PING, pingBody, pingId, topicsOf, typeOf, typesOf, type Event, type LogEntry } from './message.js';
import { signing } from './secret.js';
import { listWebhooks, moveWebhook, tell, type Webhook } from './webhooks.js';

// A webhook reads the log of its scope from its own place. What it takes goes into the outbox in the transaction
// that moves the place, and leaves the outbox when the receiver has accepted it, or as a dead letter:
//
//   log ──place moves──▶ waiting ──accepted──▶ (gone)
//                         │   ▲ └──last attempt failed──▶ dead letter
//                         └───┘ failed: due again later     └──redrive──▶ waiting
//
// Nobody marks a message as being sent: the sender says which ones it holds. Should it end, they are still here.

/** Messages of one webhook that the sender holds at most. */
const BATCH = 16;
/** Characters of bodies that one claim hands out for one webhook, or a single message that is longer. */
const MAX_CHARACTERS = 1024 * 1024;
/** Rows of the log that one claim looks at for one webhook. */
const SCAN = 2000;

export interface ClaimedMessage {
  readonly id: string;
  readonly body: string;
  /** This attempt, from 1. */
  readonly attempt: number;
}

/** A webhook with something to send. */
export interface Claimed {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly max_in_flight: number;
  /** Those of a webhook of yaml are with the main thread. */
  readonly secrets: readonly string[];
  readonly messages: readonly ClaimedMessage[];
}

export interface Claim {
  readonly webhooks: readonly Claimed[];
  /** The enabled webhooks, and what they hear. */
  readonly listening: readonly { readonly id: string; readonly topic: string }[];
  /** Whether there are webhooks at all. */
  readonly any: boolean;
  /** Seq of the newest event of the scope. */
  readonly head: number;
  /** Unix milliseconds at which something more is due; null where nothing is. */
  readonly next_at: number | null;
  /** Whether there is more of the log to look at, at once. */
  readonly more: boolean;
}

interface DueRow {
  id: string;
  attempts: number;
  body: string;
}

// A ping (seq 0) is sent to a disabled webhook as well.
const DUE = `SELECT id, attempts, body FROM loom_webhook_messages
  WHERE webhook = ? AND dead = 0 AND due_at <= ? AND (seq = 0 OR ?) ORDER BY due_at, seq LIMIT ?`;
const NEXT = 'SELECT min(due_at) AS at FROM loom_webhook_messages WHERE webhook = ? AND dead = 0 AND due_at > ? AND (seq = 0 OR ?)';
const WAITING = 'SELECT count(*) AS n FROM loom_webhook_messages WHERE webhook = ? AND dead = 0';
const ADD = `INSERT INTO loom_webhook_messages (webhook, id, seq, type, attempts, due_at, dead, body) VALUES (?, ?, ?, ?, 0, ?, 0, ?)
  ON CONFLICT (webhook, id) DO UPDATE SET attempts = 0, due_at = excluded.due_at, dead = 0`;
const TOPICS = 'SELECT seq, topic, ts FROM loom_channel_log WHERE seq > ? ORDER BY seq LIMIT ?';
const PAYLOAD = 'SELECT payload FROM loom_channel_log WHERE seq = ?';

/**
 * What is to be sent now.
 * @param held ids of messages that the sender has already.
 */
export function claim(tx: Transaction, held: readonly string[]): Claim {
  const webhooks = listWebhooks(tx.db);
  const holds = new Set(held);
  const claimed: Claimed[] = [];
  let nextAt = Infinity;
  let more = false;
  for (const webhook of webhooks) {
    const { id, disabled, paused_until: pausedUntil } = webhook;
    if (pausedUntil !== null && pausedUntil > tx.at) {
      nextAt = Math.min(nextAt, pausedUntil);
      continue;
    }
    if (disabled === null) more = fill(tx, webhook) || more;
    const enabled = Number(disabled === null);
    const rows = tx.db.all<DueRow>(DUE, id, tx.at, enabled, BATCH + holds.size);
    const fresh = rows.filter((row) => !holds.has(row.id));
    const batch = withinLength(fresh.slice(0, Math.max(BATCH - (rows.length - fresh.length), 0)));
    if (batch.length > 0) claimed.push(toClaimed(tx, webhook, batch));
    nextAt = Math.min(nextAt, tx.db.get<{ at: number | null }>(NEXT, id, tx.at, enabled)!.at ?? Infinity);
  }
  return {
    webhooks: claimed,
    listening: webhooks.filter(({ disabled }) => disabled === null).map(({ id, definition: { topic } }) => ({ id, topic })),
    any: webhooks.length > 0,
    head: tx.head,
    // Whole milliseconds, which a number of nanoseconds misses by a little.
    next_at: nextAt === Infinity ? null : Math.round(nextAt / 1e6),
    more,
  };
}

function withinLength(rows: readonly DueRow[]): readonly DueRow[] {
  let length = 0;
  const end = rows.findIndex(({ body }, index) => (length += body.length) > MAX_CHARACTERS && index > 0);
  return end === -1 ? rows : rows.slice(0, end);
}

/** Messages of a webhook that wait for an attempt, the first or another. */
export function waitingOf(db: ScopeDatabase, webhook: string): number {
  return db.get<{ n: number }>(WAITING, webhook)!.n;
}

/**
 * Reads on in the log until a batch is due. Nothing is read ahead of that: the log is the backlog.
 * @returns whether there is more to look at before anything can be said.
 */
function fill(tx: Transaction, webhook: Webhook): boolean {
  const { id, definition, seq: from } = webhook;
  if (from >= tx.head) return false;
  const room = tx.settings.webhooks.maxWaiting - waitingOf(tx.db, id);
  const wanted = Math.min(room, BATCH - tx.db.all(DUE, id, tx.at, 1, BATCH).length);
  if (wanted <= 0) return false;
  const reset = resetOf(tx.db, from, [definition.topic]);
  const rows = tx.db.all<LogEntry>(TOPICS, from, SCAN);
  let added = 0;
  let place = rows.length < SCAN ? tx.head : rows.at(-1)!.seq;
  for (const event of messagesAmong(tx, webhook, rows)) {
    addMessage(tx, webhook, event);
    added += 1;
    if (added < wanted) continue;
    place = event.seq;
    break;
  }
  moveWebhook(tx, webhook, place);
  if (reset) tell(tx, 'reset', webhook.name, { ...reset });
  return added < wanted && place < tx.head;
}

/** Those of the events that a webhook is to have, one after the other, with payload and type. */
export function* messagesAmong(tx: Transaction, { definition, name }: Webhook, rows: readonly LogEntry[]): Generator<Event> {
  const [hears, wants] = [topicsOf(definition), typesOf(definition)];
  const holds = definition.filter ? compileFilter(definition.filter) : () => true;
  for (const row of rows) {
    if (!hears(row.topic)) continue;
    const { payload } = tx.db.get<{ payload: string }>(PAYLOAD, row.seq)!;
    const said = JSON.parse(payload) as Record<string, unknown>;
    const type = typeOf(row.topic, said);
    // A message past its time to live waits to be taken away; what happens to a webhook is not told to itself.
    const isPast = typeof said.expires_at === 'string' && Date.parse(said.expires_at) <= Number(tx.at) / 1e6;
    const isOwn = row.topic === WEBHOOKS_TOPIC && said.webhook === name;
    if (wants(type) && holds(said) && !isPast && !isOwn) yield { ...row, payload, type };
  }
}

/** Puts an event into the outbox, to be sent now: also where it is there already, as a dead letter or for later. */
export function addMessage(tx: Transaction, { id, definition }: Webhook, event: Event): void {
  tx.db.run(ADD, id, messageId(id, event.seq), event.seq, event.type, tx.at, bodyOf(event, definition));
}

/** Puts a ping into the outbox. @returns its id. */
export function addPing(tx: Transaction, { id, name }: Webhook): string {
  const message = pingId();
  tx.db.run(ADD, id, message, 0, PING, tx.at, pingBody(name, tx.at));
  return message;
}

function toClaimed(tx: Transaction, { id, name, definition, secrets }: Webhook, rows: readonly DueRow[]): Claimed {
  const { url, headers = {}, max_in_flight } = definition;
  return {
    id,
    name,
    url,
    headers,
    max_in_flight,
    secrets: signing(secrets, Number(tx.at / 1_000_000n)).map(({ secret }) => secret),
    messages: rows.map(({ id: message, attempts, body }) => ({ id: message, body, attempt: attempts + 1 })),
  };
}
