import { parseMessage, type ChannelEvent, type ServerMessage } from './protocol.js';

export type LiveState = 'live' | 'reconnecting';

export interface LiveHandlers {
  onEvents(events: readonly ChannelEvent[]): void;
  onState(state: LiveState): void;
  /** Events may have been missed: whatever is cached has to be read again. */
  onGap(): void;
  /** Another topic is listened to from now on; what happened to it before is not replayed. */
  onFromNow(topic: string): void;
  /** The socket closed before it was subscribed; the session may be gone. */
  onRefused(): void;
}

const CHUNKS = { type: 'subscribe', id: 'chunks', scope: 'user', topic: 'documents/*/chunks' };
/** Types that hold in every document; those of one document come with its chunks. */
const TYPES = { type: 'subscribe', id: 'types', scope: 'user', topic: 'types' };
/** Names of documents and of whatever else has one. */
const PATHS = { type: 'subscribe', id: 'paths', scope: 'user', topic: 'paths' };
/** How the runs of the user go on, and what they ask. A user who may not read them goes without. */
const RUNS = { type: 'subscribe', id: 'run-states', scope: 'user', topic: 'run-states' };
const QUESTIONS = { type: 'subscribe', id: 'interrupts', scope: 'user', topic: '_system/interrupts/*' };
const OPTIONAL: readonly (string | undefined)[] = [RUNS.id, QUESTIONS.id];
const PING_MS = 20_000;
const SILENCE_MS = 45_000;
const FIRST_BACKOFF_MS = 300;
const LAST_BACKOFF_MS = 10_000;

/**
 * Subscriptions to every document's chunk events, to the types, the names and the runs, kept alive:
 *
 *   stopped → connecting → live → waiting → connecting → …
 *
 * A reconnect resumes after the last event seen. Where the server cannot resume, the
 * subscription starts anew and `onGap` is called.
 */
export class LiveConnection {
  private socket: WebSocket | undefined;
  private lastSeq: number | undefined;
  private failures = 0;
  private heardAt = 0;
  private retryTimer: number | undefined;
  private pingTimer: number | undefined;
  private stopped = true;

  constructor(
    private readonly url: string,
    private readonly handlers: LiveHandlers,
  ) {}

  start(): void {
    this.stopped = false;
    this.pingTimer = window.setInterval(() => this.checkPulse(), PING_MS);
    window.addEventListener('online', this.reconnectNow);
    document.addEventListener('visibilitychange', this.reconnectNow);
    this.connect();
  }

  stop(): void {
    this.stopped = true;
    window.clearInterval(this.pingTimer);
    window.clearTimeout(this.retryTimer);
    window.removeEventListener('online', this.reconnectNow);
    document.removeEventListener('visibilitychange', this.reconnectNow);
    this.socket?.close();
    this.socket = undefined;
  }

  private connect(): void {
    window.clearTimeout(this.retryTimer);
    this.retryTimer = undefined;
    const socket = new WebSocket(this.url);
    let subscribed = false;
    this.socket = socket;
    this.heardAt = Date.now();
    socket.addEventListener('open', () => this.subscribe(socket));
    socket.addEventListener('message', ({ data }) => {
      if (this.socket !== socket) return;
      this.heardAt = Date.now();
      const message = parseMessage(data);
      if (message?.type === 'subscribed') subscribed = true;
      if (message) this.receive(socket, message);
    });
    socket.addEventListener('close', () => {
      if (this.socket !== socket) return;
      this.socket = undefined;
      this.handlers.onState('reconnecting');
      if (!subscribed) this.handlers.onRefused();
      this.retryLater();
    });
  }

  private subscribe(socket: WebSocket): void {
    socket.send(JSON.stringify({ ...CHUNKS, after: this.lastSeq }));
    // After the chunks, whose backlog would otherwise come behind later events of the others.
    socket.send(JSON.stringify(TYPES));
    for (const each of [PATHS, RUNS, QUESTIONS]) socket.send(JSON.stringify(each));
  }

  private receive(socket: WebSocket, message: ServerMessage): void {
    switch (message.type) {
      case 'subscribed': {
        if (message.id !== CHUNKS.id) return this.handlers.onFromNow(message.id);
        this.failures = 0;
        // With `after` the backlog is still to come, so only a first subscription starts at the
        // server's sequence; a lower one than ours means that its log began anew.
        const anew = this.lastSeq === undefined || message.seq < this.lastSeq;
        if (anew) this.lastSeq = message.seq;
        this.handlers.onState('live');
        if (anew) this.handlers.onGap();
        return;
      }
      case 'events': {
        const fresh = message.events.filter(({ seq }) => this.lastSeq === undefined || seq > this.lastSeq);
        const last = fresh.at(-1);
        if (!last) return;
        this.lastSeq = last.seq;
        this.handlers.onEvents(fresh);
        return;
      }
      case 'resync':
        this.lastSeq = message.after;
        return this.subscribe(socket);
      case 'reset':
        return this.handlers.onGap();
      case 'error':
        if (OPTIONAL.includes(message.id)) return;
        // Whatever it was, a connection that starts anew gets over it.
        this.lastSeq = undefined;
        return socket.close();
      case 'pong':
        return;
    }
  }

  private checkPulse(): void {
    const socket = this.socket;
    if (!socket) return;
    if (Date.now() - this.heardAt > SILENCE_MS) socket.close();
    else if (socket.readyState === WebSocket.OPEN) socket.send('{"type":"ping"}');
  }

  private retryLater(): void {
    if (this.stopped) return;
    const ceiling = Math.min(LAST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** this.failures);
    this.failures += 1;
    this.retryTimer = window.setTimeout(() => this.connect(), ceiling * (0.5 + Math.random() / 2));
  }

  private readonly reconnectNow = (): void => {
    if (this.retryTimer !== undefined && !document.hidden) this.connect();
  };
}
