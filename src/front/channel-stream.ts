import { z } from 'zod';
import { filterSchema } from '../channels/filter.js';
import { topicPattern } from '../channels/pattern.js';
import type { Authenticator } from './authenticate.js';
import type { AccessFor, EventStreams } from './event-streams.js';
import type { Exchange } from './exchange.js';
import { HttpError } from './http-error.js';

const MAX_TOPICS = 64;

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
  constructor(
    private readonly auth: Authenticator,
    private readonly streams: EventStreams,
    private readonly accessFor: AccessFor,
  ) {}

  handle(exchange: Exchange): void {
    // A page of another site could open one: as for a WebSocket, that counts as a state change.
    const principal = this.auth.requireScope(exchange, 'channel:read', true);
    const { scope, agent, topic: topics, after, filter } = parse(exchange);
    this.streams.open(exchange, principal, this.accessFor, {
      target: agent === undefined ? { scope } : { scope, agent },
      selectors: topics.map((topic) => ({ topic, filter })),
      after,
    });
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
