import type { Transport, TransportSendOptions } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage, MessageExtraInfo, RequestId } from '@modelcontextprotocol/sdk/types.js';
import type { Principal } from '../../identity/principal.js';
import type { Exchange } from '../exchange.js';
import { AnswerStreams, type AnswerStream } from './answer-streams.js';
import { EVENT_STREAM, ResumableStream } from './resumable-stream.js';

/** From this version on clients know events without data, and come back where the server ends a stream. */
const PRIMED_SINCE = '2025-11-25';
/** Milliseconds, once or twice, after which a call that is not answered becomes one that its client can come back to. */
const SOON_MS = 1000;
/** A comment: headers leave with the first bytes, and the stream is open at once. */
const OPEN = ': open\n\n';

/** A request that is being answered. */
interface Call {
  /** That brought it. */
  readonly exchange: Exchange;
  readonly principal: Principal;
  /** From when something is said before the answer, or the answer is not soon. */
  stream?: AnswerStream;
  /** Whether it has been waiting at the last look. */
  waited: boolean;
  /** What is to be done when nobody waits for the answer any more. */
  whenGone?: (() => void)[];
}

/**
 * Streamable HTTP of one session, on exchanges of our front: a request is answered on the exchange that
 * brought it, with what belongs to it (progress), or on that with which its client came back; everything else
 * that the server says goes to the session's GET stream, and is kept for a client that lost it.
 */
export class SessionTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage, extra?: MessageExtraInfo) => void;
  /** What client and server have agreed on; `""` before. */
  version = '';

  // An idle session holds neither.
  private calls: Map<RequestId, Call> | undefined;
  private answers: AnswerStreams | undefined;
  private looking: NodeJS.Timeout | undefined;
  private readonly stream = new ResumableStream();

  constructor(readonly sessionId: string) {}

  async start(): Promise<void> {
    // Exchanges are handed in; there is nothing to open.
  }

  /** Whether the client has its stream open, or waits for an answer. */
  get inUse(): boolean {
    return this.stream.isCarried || this.calls !== undefined;
  }

  /**
   * Takes an exchange to answer a request on.
   *
   * @returns false where a request with this id is still being answered.
   */
  begin(exchange: Exchange, id: RequestId, principal: Principal): boolean {
    const calls = (this.calls ??= new Map());
    if (calls.has(id)) return false;
    const call: Call = { exchange, principal, waited: false };
    calls.set(id, call);
    // Who has an event of a stream can come back.
    exchange.whenGone(() => {
      if (!call.stream) this.abandon(id, call);
    });
    if (this.isPrimed) this.look();
    return true;
  }

  /** Runs `then` when a request is cancelled, the session ends before its answer, or its client is gone for good. */
  whenGone(id: RequestId, then: () => void): void {
    const call = this.calls?.get(id);
    if (call) (call.whenGone ??= []).push(then);
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
    this.stream.leave();
    const lastEventId = exchange.header('last-event-id');
    if (lastEventId !== undefined && lastEventId !== '') this.stream.goOnAfter(lastEventId);
    this.stream.carry(exchange, { text: OPEN, primed: this.isPrimed, closed });
  }

  /** The answer that an event belongs to; undefined for an event of the session's stream. @throws HttpError */
  answerWith(lastEventId: string, principal: Principal): AnswerStream | undefined {
    return this.streams.find(lastEventId, principal);
  }

  /** Goes on with an answer on another exchange. @param closed called once, when that is over. */
  resume(exchange: Exchange, stream: AnswerStream, lastEventId: string, closed: () => void): void {
    if (stream.goOnAfter(lastEventId)) return this.streams.carry(stream, exchange, { ...this.opening, text: OPEN, closed });
    closed();
    // To clients of event streams: do not come again.
    exchange.send(204, {});
  }

  /** Ends the connection that answers a request, where its client comes back for the answer. */
  closeAnswer(id: RequestId): void {
    if (this.isPrimed) this.streamOf(id)?.close();
  }

  /** Ends the stream; the session goes on. */
  closeStream(): void {
    this.stream.leave();
  }

  tick(now: number): void {
    this.stream.keepAlive();
    this.answers?.tick(now, this.isPrimed);
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    if (!('method' in message) && message.id !== undefined) return this.answer(message.id, message);
    const related = options?.relatedRequestId;
    const stream = related === undefined ? undefined : this.streamOf(related);
    (stream ?? this.stream).say(JSON.stringify(message));
  }

  async close(): Promise<void> {
    clearTimeout(this.looking);
    const { calls } = this;
    this.calls = undefined;
    this.stream.leave();
    this.answers?.close();
    for (const { exchange, whenGone = [] } of calls?.values() ?? []) {
      for (const then of whenGone) then();
      exchange.json(404, '{"code":"not_found","error":"the session has ended"}');
    }
    this.onclose?.();
  }

  /** Answers a request, unless nobody waits for that any more. */
  answer(id: RequestId, message: JSONRPCMessage): void {
    const call = this.calls?.get(id);
    if (!call) return;
    this.forget(id);
    const { exchange, stream } = call;
    const text = JSON.stringify(message);
    if (stream) return this.streams.answer(stream, text);
    const headers = { 'mcp-session-id': this.sessionId };
    if (accepts(exchange, 'application/json')) exchange.json(200, text, headers);
    else exchange.send(200, { ...EVENT_STREAM, ...headers }, `data: ${text}\n\n`);
  }

  private get isPrimed(): boolean {
    return this.version >= PRIMED_SINCE;
  }

  private get streams(): AnswerStreams {
    return (this.answers ??= new AnswerStreams());
  }

  private get opening(): { headers: Record<string, string>; primed: boolean } {
    return { headers: { 'mcp-session-id': this.sessionId }, primed: this.isPrimed };
  }

  /** The stream that answers a call, from now on where it was none; undefined where the answer cannot be one. */
  private streamOf(id: RequestId): AnswerStream | undefined {
    const call = this.calls?.get(id);
    if (!call || call.stream || !accepts(call.exchange, 'text/event-stream')) return call?.stream;
    call.stream = this.streams.begin(call.principal, () => this.abandon(id, call));
    this.streams.carry(call.stream, call.exchange, { ...this.opening, text: '' });
    return call.stream;
  }

  /** One timer looks after all calls: most are answered before it comes to them. */
  private look(): void {
    this.looking ??= setTimeout(() => {
      this.looking = undefined;
      for (const [id, call] of this.calls ?? []) {
        if (call.waited) this.streamOf(id);
        call.waited = true;
      }
      if (this.calls) this.look();
    }, SOON_MS).unref();
  }

  /** A cancelled request gets no answer: its exchange must not stay open for one. */
  private cancelled(id: unknown): void {
    const call = typeof id === 'string' || typeof id === 'number' ? this.calls?.get(id) : undefined;
    if (!call) return;
    this.abandon(id as RequestId, call);
    if (call.stream) this.streams.cancel(call.stream);
    else call.exchange.send(202, {});
  }

  private abandon(id: RequestId, call: Call): void {
    if (this.calls?.get(id) !== call) return;
    this.forget(id);
    for (const then of call.whenGone ?? []) then();
  }

  private forget(id: RequestId): void {
    this.calls?.delete(id);
    // An idle session holds no empty map.
    if (this.calls?.size === 0) this.calls = undefined;
  }
}

/** Who sends no `Accept` takes JSON, the first of the two. */
function accepts(exchange: Exchange, type: 'application/json' | 'text/event-stream'): boolean {
  const accept = exchange.header('accept');
  if (accept === undefined) return type === 'application/json';
  return accept.includes(type) || accept.includes('*/*') || accept.includes(`${type.split('/')[0]}/*`);
}
