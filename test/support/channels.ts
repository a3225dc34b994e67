import { TOKEN, type Answer, type TestServer } from './server.js';

export interface Message {
  id: string;
  seq: number;
  value: unknown;
  published_at: string;
  published_by: string;
  deliveries?: number;
}

export interface Batch {
  channel: string;
  messages: Message[];
  next_cursor: string;
  lease_id?: string;
  reset?: { oldest_seq: number; oldest_cursor: string };
}

/** Any request of JSON. */
export async function send<Body = Record<string, unknown>>(
  server: TestServer,
  method: string,
  route: string,
  body?: unknown,
  token = TOKEN,
): Promise<Answer<Body>> {
  const response = await fetch(`${server.url}${route}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as Body };
}

/** The tool `channel`, as one principal. */
export class Channels {
  constructor(
    private readonly server: TestServer,
    private readonly token = TOKEN,
  ) {}

  answer<Body = Record<string, unknown>>(op: string, input: Record<string, unknown> = {}): Promise<Answer<Body>> {
    return send<Body>(this.server, 'POST', '/v1/_channel', { op, ...input }, this.token);
  }

  /** An op that must succeed. */
  async call<Body = Record<string, unknown>>(op: string, input: Record<string, unknown> = {}): Promise<Body> {
    const { status, body } = await this.answer<Body>(op, input);
    if (status !== 200) throw new Error(`${op}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  publish(channel: string, value: unknown, more: Record<string, unknown> = {}): Promise<{ message_id: string; dropped_oldest: number }> {
    return this.call('publish', { channel, value, ...more });
  }

  subscribe(channel: string, more: Record<string, unknown> = {}): Promise<Batch> {
    return this.call<Batch>('subscribe', { channel, ...more });
  }

  /** The reason of an op that must be refused. */
  async refusal(op: string, input: Record<string, unknown>): Promise<string> {
    const { status, body } = await this.answer(op, input);
    if (status === 200) throw new Error(`${op} was not refused: ${JSON.stringify(body)}`);
    return String(body.reason);
  }
}

/** The values of a batch. */
export function values({ messages }: { messages: readonly Message[] }): unknown[] {
  return messages.map(({ value }) => value);
}
