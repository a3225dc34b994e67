import { once } from 'node:events';
import { WebSocket } from 'ws';
import { TOKEN, type TestServer } from './server.js';
import { Watched } from './watched.js';

export interface SocketEvent {
  topic: string;
  seq: number;
  ts: number;
  payload: Record<string, unknown>;
}

export interface Frame {
  type: string;
  id?: string;
  seq?: number;
  scope?: string;
  agent?: string;
  events?: SocketEvent[];
  /** Of `resync`. */
  ids?: string[];
  after?: number;
  code?: string;
  error?: string;
}

/** A subscriber over a real WebSocket that remembers every frame it got. */
export class Subscriber extends Watched {
  readonly frames: Frame[] = [];

  private constructor(private readonly socket: WebSocket) {
    super();
    socket.on('message', (data: Buffer) => {
      this.frames.push(JSON.parse(data.toString()) as Frame);
      this.changed();
    });
  }

  static async open(server: TestServer, token = TOKEN): Promise<Subscriber> {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/v1/_channels/ws`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const subscriber = new Subscriber(socket);
    await once(socket, 'open');
    return subscriber;
  }

  get events(): SocketEvent[] {
    return this.frames.flatMap((frame) => frame.events ?? []);
  }

  send(message: Record<string, unknown>): void {
    this.socket.send(JSON.stringify(message));
  }

  /** Subscribes and waits for the answer. */
  async subscribe(id: string, topic: string, after?: number, more: Record<string, unknown> = {}): Promise<Frame> {
    const answered = this.frames.length;
    this.send({ type: 'subscribe', id, scope: 'user', topic, ...(after === undefined ? {} : { after }), ...more });
    return this.until(() => this.frames.slice(answered).find((frame) => ['subscribed', 'error'].includes(frame.type) && frame.id === id));
  }

  /** Waits until all that was sent is on its way, or the connection is gone. */
  flushed(): Promise<void> {
    return new Promise((resolve) => {
      this.socket.ping(undefined, undefined, () => resolve());
      this.socket.once('close', () => resolve());
    });
  }

  /** Stops reading from the network, as a client that hangs. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** Waits until all that was sent before has been handled. */
  async settle(): Promise<void> {
    const pongs = (): number => this.frames.filter((frame) => frame.type === 'pong').length;
    const before = pongs();
    this.send({ type: 'ping' });
    await this.until(() => pongs() > before);
  }

  /** Waits until the server ends it. @returns the code. */
  async closed(): Promise<number> {
    const [code] = (await once(this.socket, 'close')) as [number];
    return code;
  }

  /** Ends it without a word. */
  terminate(): void {
    this.socket.terminate();
  }

  async close(): Promise<void> {
    // The server may have gone first.
    if (this.socket.readyState === WebSocket.CLOSED) return;
    const closed = once(this.socket, 'close');
    this.socket.close();
    await closed;
  }
}
