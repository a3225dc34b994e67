import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { TOKEN, type TestServer } from './server.js';
import type { SocketEvent } from './socket.js';
import { Watched } from './watched.js';

export interface StreamMessage {
  event: string;
  id?: string;
  data: unknown;
}

export interface StreamOptions {
  /** Query of the stream; a list is a key that stands in it several times. */
  query?: Record<string, string | string[]>;
  /** Route and query as they are, instead. */
  path?: string;
  headers?: Record<string, string>;
  token?: string | null;
  /** JSON to send with POST. */
  body?: unknown;
}

/** A reader of server-sent events that remembers every message it got. */
export class StreamReader extends Watched {
  readonly messages: StreamMessage[] = [];
  readonly comments: string[] = [];
  /** What an EventSource would send as Last-Event-ID. */
  lastId: string | undefined;
  ended = false;
  private text = '';

  private constructor(private readonly response: IncomingMessage) {
    super();
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      this.text += chunk;
      const blocks = this.text.split('\n\n');
      this.text = blocks.pop()!;
      for (const block of blocks) this.take(block);
      this.changed();
    });
    const end = (): void => {
      this.ended = true;
      this.changed();
    };
    response.on('end', end);
    response.on('error', end);
  }

  static async open(server: TestServer, { query = {}, path, headers = {}, token = TOKEN, body }: StreamOptions): Promise<StreamReader> {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) for (const each of [value].flat()) search.append(name, each);
    const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
    const sent = request(server.url + (path ?? `/v1/_channels/stream?${search}`), { method: body === undefined ? 'GET' : 'POST', headers: { ...authorization, ...headers } }).end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return new StreamReader(response);
  }

  get status(): number {
    return this.response.statusCode!;
  }

  get headers(): IncomingHttpHeaders {
    return this.response.headers;
  }

  get events(): SocketEvent[] {
    return this.messages.filter(({ event }) => event === 'message').map(({ data }) => data as SocketEvent);
  }

  /** The answer of a stream that was refused. */
  async json<Body = { code: string; error: string }>(): Promise<Body> {
    await this.until(() => this.ended);
    return JSON.parse(this.text) as Body;
  }

  /** Stops reading from the network, as a client that hangs. */
  pause(): void {
    this.response.pause();
  }

  resume(): void {
    this.response.resume();
  }

  close(): void {
    this.response.destroy();
  }

  private take(block: string): void {
    const message: StreamMessage = { event: 'message', data: undefined };
    let data: string | undefined;
    for (const line of block.split('\n')) {
      const [, name, value] = /^(\w*): ?(.*)$/.exec(line)!;
      if (name === '') this.comments.push(value!);
      else if (name === 'id') this.lastId = message.id = value!;
      else if (name === 'event') message.event = value!;
      else if (name === 'data') data = value!;
    }
    // Without data there is no message, as for an EventSource.
    if (data !== undefined && data !== '') this.messages.push({ ...message, data: JSON.parse(data) });
  }
}
