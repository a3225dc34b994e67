import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { send } from './channels.js';
import { TOKEN, type Answer, type TestServer } from './server.js';
import { Watched } from './watched.js';

/** What a webhook brings. */
export interface Body {
  type: string;
  timestamp: string;
  data: { topic: string; seq: number; scope: string; payload: Record<string, unknown> & { value?: unknown } };
}

export interface Received {
  id: string;
  headers: IncomingHttpHeaders;
  text: string;
  body: Body;
}

/** How a receiver answers a request: with a status, or by itself. */
export type Respond = (request: Received, response: ServerResponse, count: number) => number | void;

/** A receiver of webhooks as somebody else would write one: a real HTTP server that remembers what came. */
export class Receiver extends Watched {
  readonly received: Received[] = [];

  private constructor(
    private readonly server: Server,
    readonly url: string,
    public respond: Respond,
  ) {
    super();
  }

  static async start(respond: Respond = () => 204): Promise<Receiver> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const { headers } = request;
        const came = { id: String(headers['webhook-id']), headers, text, body: JSON.parse(text) as Body };
        receiver.received.push(came);
        const status = receiver.respond(came, response, receiver.received.length);
        if (status !== undefined) response.writeHead(status).end();
        receiver.changed();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const receiver = new Receiver(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, respond);
    return receiver;
  }

  get ids(): string[] {
    return this.received.map(({ id }) => id);
  }

  /** What the messages of channels carried. */
  get values(): unknown[] {
    return this.received.map(({ body }) => body.data.payload.value);
  }

  /** Waits until so many requests came. */
  async count(n: number): Promise<Received[]> {
    return this.until(() => this.received.length >= n && this.received);
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}

/** Verifies a request as its receiver would. @throws where the signature is not by this secret. */
export function verify({ text, headers }: Received, secret: string): unknown {
  return new Webhook(secret).verify(text, headers as Record<string, string>);
}

export interface Delivery {
  id: number;
  message_id: string;
  seq: number;
  type: string;
  attempt: number;
  status: string;
  at: string;
  duration_ms: number;
  response_code?: number;
  response?: string;
  error?: string;
  next_attempt_at?: string;
}

export interface WebhookBody {
  id: string;
  name: string;
  secret: string;
  enabled: boolean;
  disabled_reason?: string;
  failing_since?: string;
  paused_until?: string;
  secrets: { secret: string; until?: string }[];
  revision: number;
  seq: number;
  waiting: number;
  dead: number;
}

/** The tool `outgoing_webhook`, as one principal. */
export class Webhooks {
  constructor(
    private readonly server: TestServer,
    private readonly token = TOKEN,
  ) {}

  answer<Result = Record<string, unknown>>(op: string, input: Record<string, unknown> = {}): Promise<Answer<Result>> {
    return send<Result>(this.server, 'POST', '/v1/_outgoing_webhook', { op, ...input }, this.token);
  }

  /** An op that must succeed. */
  async call<Result = Record<string, unknown>>(op: string, input: Record<string, unknown> = {}): Promise<Result> {
    const { status, body } = await this.answer<Result>(op, input);
    if (status !== 200) throw new Error(`${op}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  create(name: string, receiver: Receiver, topic: string, more: Record<string, unknown> = {}): Promise<WebhookBody> {
    return this.call<WebhookBody>('create', { name, url: receiver.url, topic, ...more });
  }

  get(name: string, more: Record<string, unknown> = {}): Promise<WebhookBody> {
    return this.call<WebhookBody>('get', { name, ...more });
  }

  async deliveries(name: string, more: Record<string, unknown> = {}): Promise<Delivery[]> {
    return (await this.call<{ deliveries: Delivery[] }>('deliveries', { name, ...more })).deliveries;
  }

  /** Asks until it is so: an answer to the receiver is noted a moment after it left. */
  async until<Found>(ask: () => Promise<Found>, isSo: (found: Found) => boolean): Promise<Found> {
    for (;;) {
      const found = await ask();
      if (isSo(found)) return found;
    }
  }

  /** The reason of an op that must be refused. */
  async refusal(op: string, input: Record<string, unknown>): Promise<string> {
    const { status, body } = await this.answer(op, input);
    if (status === 200) throw new Error(`${op} was not refused: ${JSON.stringify(body)}`);
    return String(body.reason);
  }
}

/** Lets webhooks go to this machine, and lets them retry at once. */
export const LOCAL = { allow_private: ['127.0.0.1'], retry: ['10ms', '20ms'] };
