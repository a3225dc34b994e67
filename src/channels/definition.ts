import { Refusal } from '../errors.js';
import { hasScope, type Principal, type ScopeName } from '../identity/principal.js';
import type { Transaction } from '../scope/transaction.js';

export const CHANNEL_SCOPES = ['global', 'user', 'agent'] as const;
export type ChannelScope = (typeof CHANNEL_SCOPES)[number];

/** What a channel is: as it was declared, with defaults. Durations are seconds. */
export interface ChannelDefinition {
  readonly name: string;
  /** Whose file holds the messages. The storage of the tenant is for topics of documents only. */
  readonly scope: ChannelScope | 'tenant';
  /** `queue`: each message goes to one reader of a consumer, under a lease. `broadcast`: to every consumer. */
  readonly semantic: 'queue' | 'broadcast';
  readonly description?: string | undefined;
  /** `system`: clients cannot publish. */
  readonly publisher: '' | 'system';
  readonly default_ttl?: number | undefined;
  readonly max_messages?: number | undefined;
  readonly max_bytes?: number | undefined;
  readonly max_age?: number | undefined;
  /** What happens to a publish that would push out messages of a queue that nobody has acknowledged. */
  readonly overflow: 'drop_oldest' | 'reject';
  readonly max_deliveries: number;
  readonly visibility_timeout: number;
  /** Of a queue: whether `<name>/dead` keeps what was delivered too often or pushed out unread. */
  readonly dead_letter: boolean;
  /** `log`: a topic of documents, read as a channel. */
  readonly source: 'yaml' | 'runtime' | 'dead_letter' | 'log';
}

export const DEFAULT_MAX_DELIVERIES = 5;
export const DEFAULT_VISIBILITY_TIMEOUT = 30;
/** Dead letters that a channel keeps where nobody said otherwise. */
const DEAD_LETTERS_KEPT = 10_000;

const NAME = /^[A-Za-z0-9_.-]{1,128}(\/[A-Za-z0-9_.-]{1,128})*$/;
const MAX_NAME = 512;

/** First segments of what the runtime itself logs, and the scope that whoever reads it needs beside `channel:read`. */
const LOG_TOPICS: ReadonlyMap<string, ScopeName> = new Map([
  ['documents', 'documents:read'],
  ['types', 'documents:read'],
  ['paths', 'documents:read'],
  ['memory', 'memory:read'],
  ['webhooks', 'substrate:tenant'],
  ['runs', 'runs:read'],
  ['run-states', 'runs:read'],
]);
const SYSTEM = '_system';

export function isChannelName(name: string): boolean {
  return name.length <= MAX_NAME && NAME.test(name) && !name.split('/').some((segment) => segment === '.' || segment === '..');
}

function firstSegment(name: string): string {
  return name.split('/', 1)[0]!;
}

/** Whether this is a topic of the log that belongs to documents and the like: readable, never declared or published to. */
export function isLogTopic(name: string): boolean {
  return LOG_TOPICS.has(firstSegment(name));
}

/** First segments of topics that are not for the eyes of a principal. */
export function hiddenTopics(principal: Principal): string[] {
  return [...LOG_TOPICS].filter(([, scope]) => !hasScope(principal, scope)).map(([segment]) => segment);
}

/** @throws Refusal `forbidden` where a topic or pattern asks for what the principal may not read. */
export function requireReadable(principal: Principal, topic: string): void {
  const scope = LOG_TOPICS.get(firstSegment(topic));
  if (scope === undefined || hasScope(principal, scope)) return;
  throw new Refusal('forbidden', `events of ${topic} need the scope ${scope}`, { scope });
}

export function isSystemName(name: string): boolean {
  return firstSegment(name) === SYSTEM;
}

/** A topic of documents as a channel: everybody who may read the scope reads it, nobody publishes to it. */
export function logChannel(name: string, scope: ChannelDefinition['scope']): ChannelDefinition {
  return {
    name,
    scope,
    semantic: 'broadcast',
    publisher: 'system',
    overflow: 'drop_oldest',
    max_deliveries: DEFAULT_MAX_DELIVERIES,
    visibility_timeout: DEFAULT_VISIBILITY_TIMEOUT,
    dead_letter: false,
    source: 'log',
  };
}

const DEAD = '/dead';

/** Name of the dead letter channel of a queue. */
function deadLettersOf(name: string): string {
  return `${name}${DEAD}`;
}

/** The queue whose dead letter channel would have this name; undefined for any other name. */
export function queueOfDeadLetters(name: string): string | undefined {
  return name.endsWith(DEAD) ? name.slice(0, -DEAD.length) : undefined;
}

/** Whether a channel has dead letters. */
export function keepsDeadLetters({ semantic, dead_letter }: ChannelDefinition): boolean {
  return semantic === 'queue' && dead_letter;
}

/** The dead letter channel of a queue: nobody declares it. */
export function deadLetterChannel(queue: Pick<ChannelDefinition, 'name' | 'scope'>): ChannelDefinition {
  return {
    ...logChannel(deadLettersOf(queue.name), queue.scope),
    semantic: 'queue',
    description: `What ${queue.name} could not deliver`,
    max_messages: DEAD_LETTERS_KEPT,
    source: 'dead_letter',
  };
}

/** The definitions that the main thread looked up for the call: the operation never takes one from a client. */
export function givenChannels(tx: Transaction): ReadonlyMap<string, ChannelDefinition> {
  return new Map((tx.given as readonly ChannelDefinition[]).map((definition) => [definition.name, definition]));
}

/** The definition of the one channel that the call is about. */
export function givenChannel(tx: Transaction): ChannelDefinition {
  return (tx.given as readonly ChannelDefinition[])[0]!;
}

/** @throws Refusal where clients may not publish to the channel. */
export function requirePublishable(definition: ChannelDefinition): void {
  const { name, source, publisher } = definition;
  if (source === 'log') {
    throw new Refusal('forbidden', `topic ${name} is written by the runtime: publish to a declared channel`, { channel: name });
  }
  if (source === 'dead_letter') {
    throw new Refusal('forbidden', `${name} takes what its queue could not deliver: publish to the queue`, { channel: name });
  }
  if (publisher === 'system') {
    throw new Refusal('forbidden', `only the runtime publishes to ${name}`, { channel: name });
  }
}

export function nanoseconds(seconds: number): bigint {
  return BigInt(Math.round(seconds * 1000)) * 1_000_000n;
}
