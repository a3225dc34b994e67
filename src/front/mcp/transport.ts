import type { Transport, TransportSendOptions } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage, MessageExtraInfo, RequestId } from '@modelcontextprotocol/sdk/types.js';
import type { Exchange } from '../exchange.js';
import { Replay } from './replay.js';

const EVENT_STREAM = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' };
const KEEP_ALIVE = ': keep-alive\n\n';
/** From this version on clients know events without data, which tell them from where to come back. */
const PRIMED_SINCE = '2025-11-25';

/** A request that is being answered. */
interface Waiting {
  readonly exchange: Exchange;
  /** Whether its answer has begun as a stream, because something is said before the answer. */
  streaming: boolean;
  /** What is to be done when it is cancelled. */
  cancel?: (() => void)[];
}

/**
 * Streamable HTTP of one session, on exchanges of our front: a request is answered on the exchange that
 * brought it, with what belongs to it (progress); everything else that the server says goes to the
 * session's GET stream, and is kept for a client that lost it.
 */
export class SessionTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage, extra?: MessageExtraInfo) => void;

  private waiting: Map<RequestId, Waiting> | undefined;
  private stream: { readonly exchange: Exchange; readonly closed: () => void } | undefined;
  /** Whether the socket of the stream takes no more for now. */
  private blocked = false;
  private readonly replay = new Replay();
  /** Newest message that was written to a stream, or that the client says it has. */
  private sent = 0;

  constructor(readonly sessionId: string) {}

  async start(): Promise<void> {
    // Exchanges are handed in; there is nothing to open.
  }

  /** Whether the client has its stream open, or waits for an answer. */
  get inUse(): boolean {
    return this.stream !== undefined || this.waiting !== undefined;
  }

  /**
   * Takes an exchange to answer a request on.
   *
   * @returns false where a request with this id is still being answered.
   */
  begin(exchange: Exchange, id: RequestId): boolean {
    const waiting = (this.waiting ??= new Map());
    if (waiting.has(id)) return false;
    waiting.set(id, { exchange, streaming: false });
    exchange.whenGone(() => this.forget(id, exchange));
    return true;
  }

  /** Runs `then` when a request is cancelled, or the session ends before its answer. */
  whenCancelled(id: RequestId, then: () => void): void {
    const asker = this.waiting?.get(id);
    if (asker) (asker.cancel ??= []).push(then);
  }

  /** Takes what wants no answer: notifications, and answers to what the server asked. */
  take(exchange: Exchange, message: JSONRPCMessage): void {
    this.onmessage?.(message);
    exchange.send(202, {});
    if ('method' in message && message.method === 'notifications/cancelled') this.cancelled(message.params?.requestId);
  }

  /**
   * Takes an exchange as the session's stream, in place of an earlier one. It begins with what no stream
   * has brought yet; where the client says what it got last, with what came after that.
   *
   * @param closed called once, when the exchange is the stream no more.
   */
  openStream(exchange: Exchange, closed: () => void): void {
    this.closeStream();
    const lastEventId = exchange.header('last-event-id');
    if (lastEventId !== undefined && lastEventId !== '') this.sent = this.replay.placeOf(lastEventId);
    this.stream = { exchange, closed };
    this.blocked = false;
    exchange.whenGone(() => this.lost(exchange));
    exchange.whenWritable(() => {
      if (this.stream?.exchange !== exchange) return;
      this.blocked = false;
      this.pump();
    });
    // Headers leave with the first bytes: a comment makes the stream open at once.
    const primed = (exchange.header('mcp-protocol-version') ?? '') >= PRIMED_SINCE;
    exchange.stream(200, EVENT_STREAM, primed ? `: open\n\nid: ${this.sent}\ndata:\n\n` : ': open\n\n');
    this.pump();
  }

  /** Ends the stream; the session goes on. */
  closeStream(): void {
    const exchange = this.stream?.exchange;
    if (!exchange) return;
    exchange.end();
    this.lost(exchange);
  }

  keepAlive(): void {
    if (!this.blocked) this.stream?.exchange.write(KEEP_ALIVE);
    for (const { exchange, streaming } of this.waiting?.values() ?? []) if (streaming) exchange.write(KEEP_ALIVE);
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    if (!('method' in message) && message.id !== undefined) return this.answer(message.id, message);
    const related = options?.relatedRequestId;
    const asker = related === undefined ? undefined : this.waiting?.get(related);
    if (asker && accepts(asker.exchange, 'text/event-stream')) return this.sayBefore(asker, message);
    this.replay.add(JSON.stringify(message));
    this.pump();
  }

  async close(): Promise<void> {
    this.closeStream();
    for (const { exchange, streaming, cancel = [] } of this.waiting?.values() ?? []) {
      for (const then of cancel) then();
      if (streaming) exchange.end();
      else exchange.json(404, '{"code":"not_found","error":"the session has ended"}');
    }
    this.waiting = undefined;
    this.onclose?.();
  }

  /** Answers a request, unless it was cancelled or its client is gone. */
  answer(id: RequestId, message: JSONRPCMessage): void {
    const asker = this.waiting?.get(id);
    if (!asker) return;
    const { exchange, streaming } = asker;
    this.forget(id, exchange);
    const headers = { 'mcp-session-id': this.sessionId };
    if (streaming) {
      exchange.write(sse(message));
      exchange.end();
    } else if (accepts(exchange, 'application/json')) exchange.json(200, JSON.stringify(message), headers);
    else exchange.send(200, { ...EVENT_STREAM, ...headers }, sse(message));
  }

  /** Without an id: what belongs to one call is not replayed on another stream. */
  private sayBefore(asker: Waiting, message: JSONRPCMessage): void {
    if (asker.streaming) asker.exchange.write(sse(message));
    else asker.exchange.stream(200, { ...EVENT_STREAM, 'mcp-session-id': this.sessionId }, sse(message));
    asker.streaming = true;
  }

  /** A cancelled request gets no answer: its exchange must not stay open for one. */
  private cancelled(id: unknown): void {
    const asker = typeof id === 'string' || typeof id === 'number' ? this.waiting?.get(id) : undefined;
    if (!asker) return;
    this.forget(id as RequestId, asker.exchange);
    for (const then of asker.cancel ?? []) then();
    if (asker.streaming) asker.exchange.end();
    else asker.exchange.send(202, {});
  }

  private forget(id: RequestId, exchange: Exchange): void {
    if (this.waiting?.get(id)?.exchange !== exchange) return;
    this.waiting.delete(id);
    // An idle session holds no empty map.
    if (this.waiting.size === 0) this.waiting = undefined;
  }

  private lost(exchange: Exchange): void {
    if (this.stream?.exchange !== exchange) return;
    const { closed } = this.stream;
    this.stream = undefined;
    closed();
  }

  /** What a slow client does not take waits in the replay, where it is bounded. */
  private pump(): void {
    while (this.stream && !this.blocked) {
      const next = this.replay.after(this.sent);
      if (!next) return;
      this.sent = next.id;
      this.blocked = !this.stream.exchange.write(next.text);
    }
  }
}

function sse(message: JSONRPCMessage): string {
  return `data: ${JSON.stringify(message)}\n\n`;
}

/** Who sends no `Accept` takes JSON, the first of the two. */
function accepts(exchange: Exchange, type: 'application/json' | 'text/event-stream'): boolean {
  const accept = exchange.header('accept');
  if (accept === undefined) return type === 'application/json';
  return accept.includes(type) || accept.includes('*/*') || accept.includes(`${type.split('/')[0]}/*`);
}
