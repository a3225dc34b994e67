import { hash, randomBytes } from 'node:crypto';
import { isLogTopic } from '../channels/definition.js';
import { isoTime } from '../channels/messages.js';
import { topicMatcher } from '../channels/pattern.js';
import { WEBHOOKS_TOPIC, type WebhookDefinition } from './definition.js';

/** An event of the log. */
export interface LogEntry {
  readonly seq: number;
  readonly topic: string;
  readonly ts: number;
}

/** An event that a webhook is to have. */
export interface Event extends LogEntry {
  /** JSON, as it stands in the log. */
  readonly payload: string;
  readonly type: string;
}

/** The `webhook-id` of an event for a webhook: made of both, so that it is the same however often it is sent. */
export function messageId(webhook: string, seq: number): string {
  return `msg_${hash('sha256', `${webhook}.${seq}`).slice(0, 32)}`;
}

export function pingId(): string {
  return `msg_${randomBytes(16).toString('hex')}`;
}

/** What an event is called: `documents.update_chunk` for one of the runtime, `orders.new` for a message of the channel `orders/new`. */
export function typeOf(topic: string, payload: Readonly<Record<string, unknown>>): string {
  if (isLogTopic(topic) && typeof payload.op === 'string') return `${topic.split('/', 1)[0]!}.${payload.op}`;
  return topic.replaceAll('/', '.');
}

/** The body of a message. The payload goes in as text: its nanoseconds do not fit a JavaScript number. */
export function bodyOf({ seq, topic, ts, payload, type }: Event, { scope, agent }: WebhookDefinition): string {
  const whose = JSON.stringify({ topic, seq, scope, ...(agent === undefined ? {} : { agent }) });
  return `{"type":${JSON.stringify(type)},"timestamp":"${isoTime(ts)}","data":${whose.slice(0, -1)},"payload":${payload}}}`;
}

export const PING = 'webhooks.ping';

export function pingBody(name: string, at: bigint): string {
  return JSON.stringify({ type: PING, timestamp: isoTime(at), data: { webhook: name } });
}

/** Which topics a webhook hears. What happens to webhooks it hears only by name: failing to tell of a failure would be told, too. */
export function topicsOf({ topic }: WebhookDefinition): (topic: string) => boolean {
  const matches = topicMatcher([topic]);
  return (each) => (each === WEBHOOKS_TOPIC ? topic === WEBHOOKS_TOPIC : matches(each));
}

/** Which types a webhook wants. */
export function typesOf({ event_types: wanted }: WebhookDefinition): (type: string) => boolean {
  if (!wanted) return () => true;
  return (type) => wanted.some((each) => each === type || (each.endsWith('.*') && type.startsWith(each.slice(0, -1))));
}
