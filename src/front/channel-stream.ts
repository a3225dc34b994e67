import { z } from 'zod';
import { filterSchema } from '../channels/filter.js';
import { topicPattern } from '../channels/pattern.js';
import { Subscriptions, type ChannelAccess } from '../channels/subscriptions.js';
import type { Principal } from '../identity/principal.js';
import type { Authenticator } from './authenticate.js';
import { EventStream, StreamGroups } from './event-stream.js';
import type { Exchange } from './exchange.js';
import { HttpError } from './http-error.js';
import type { SlowReaders } from './slow-readers.js';

const MAX_TOPICS = 64;
/** Each stream is one subscription. */
const ID = 'stream';

const seq = z
  .string()
  .regex(/^\d{1,15}$/, 'is not a seq')
  .transform(Number);
const json = z.string().transform((text, ctx): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    ctx.addIssue({ code: 'custom', message: `not JSON: ${(error as Error).message}` });
    return z.NEVER;
  }
});

/** Query of `GET /v1/_channels/stream`; `topic` may stand in it several times. */
export const streamQuery = z.strictObject({
  scope: z.string().default('user').describe('Whose log: user, agent, tenant or global'),
  agent: z.string().optional().describe('Name of the agent, with scope agent'),
  topic: z.array(topicPattern).min(1, 'say which topics, with topic=').max(MAX_TOPICS).describe('Topics or patterns; the key once for each'),
  after: seq.optional().describe('Last seq that you have; from now on without it'),
  filter: json.pipe(filterSchema).optional().describe('Conditions on the payload, as JSON'),
});

/** `GET /v1/_channels/stream`: one subscription as server-sent events. */
export class ChannelStreams {
  private readonly groups = new StreamGroups();
  private readonly open = new Set<{ stream: EventStream; subscriptions: Subscriptions }>();
  private readonly ticker: NodeJS.Timeout;

  constructor(
    private readonly auth: Authenticator,
    private readonly slow: SlowReaders,
    keepAliveMs: number,
    private readonly accessFor: (principal: Principal, publish: (group: string, text: string) => void) => ChannelAccess,
  ) {
    this.ticker = setInterval(() => this.keepAlive(), keepAliveMs);
  }

  handle(exchange: Exchange): void {
    // A page of another site could open one: as for a WebSocket, that counts as a state change.
    const principal = this.auth.requireScope(exchange, 'channel:read', true);
    const { scope, agent, topic: topics, after, filter } = parse(exchange);
    const stream = new EventStream(exchange, this.groups, this.slow.pauseAbove, after, () => {
      this.open.delete(entry);
      this.slow.remove(reader);
      release();
      subscriptions.close();
    });
    const subscriptions = new Subscriptions(
      stream,
      this.accessFor(principal, (group, text) => this.publish(group, text)),
    );
    const release = this.auth.follow(principal, () => stream.close());
    const entry = { stream, subscriptions };
    const reader = { waiting: () => stream.waiting, resync: () => subscriptions.resync() };
    this.open.add(entry);
    this.slow.add(reader);
    subscriptions.subscribe({
      id: ID,
      target: agent === undefined ? { scope } : { scope, agent },
      selectors: topics.map((topic) => ({ topic, filter })),
      after,
    });
  }

  close(): void {
    clearInterval(this.ticker);
  }

  private publish(group: string, text: string): void {
    this.groups.publish(group, text);
    this.slow.published(text);
  }

  private keepAlive(): void {
    for (const { stream, subscriptions } of this.open) stream.keepAlive(subscriptions.placeOf(ID));
  }
}

/** @throws HttpError 400 */
function parse(exchange: Exchange): z.output<typeof streamQuery> {
  const query = new URLSearchParams(exchange.query);
  const lastEventId = exchange.header('last-event-id');
  const parsed = streamQuery.safeParse({
    ...Object.fromEntries(query),
    topic: query.getAll('topic'),
    // What a client got last goes before where it first began.
    ...(lastEventId ? { after: lastEventId } : {}),
  });
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new HttpError(400, 'bad_request', issues);
}
