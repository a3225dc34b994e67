import { randomBytes } from 'node:crypto';
import { hasScope, type Principal } from '../../identity/principal.js';
import { missingScope } from '../authenticate.js';
import type { Exchange } from '../exchange.js';
import { HttpError } from '../http-error.js';
import { ResumableStream, type Opening } from './resumable-stream.js';

/** Streams of one session that wait for their client, and characters in them: past these the oldest goes. */
const MAX_WAITING = 32;
const MAX_SIZE = 16 * 1024 * 1024;
/** Milliseconds that a stream waits for a client that is gone, or that may not have got the answer. */
export const WAITS_MS = 5 * 60 * 1000;
/** Milliseconds after which the connection of a stream is ended, for its client to come back. */
export const OPEN_MS = 30 * 60 * 1000;

const EVENT_ID = /^([0-9a-f]{12})-\d+$/;

/** The answer to one call, and what is said before it. */
export class AnswerStream extends ResumableStream {
  underWay = true;
  /** Since when it has its connection, or has none. */
  since = Date.now();

  constructor(
    readonly name: string,
    readonly principal: Principal,
    readonly onAbandoned: () => void,
  ) {
    super(`${name}-`);
  }
}

/**
 * The streams of one session that answer calls, for clients that lose them. The ids of their events begin with a name
 * that nobody else knows, by which a GET of the same session finds the stream.
 */
export class AnswerStreams {
  /** By name; who waits for longest comes first. */
  private readonly streams = new Map<string, AnswerStream>();

  /** @param onAbandoned runs where the call is under way and its client has not come back in time. */
  begin(principal: Principal, onAbandoned: () => void): AnswerStream {
    const stream = new AnswerStream(randomBytes(6).toString('hex'), principal, onAbandoned);
    this.streams.set(stream.name, stream);
    return stream;
  }

  /**
   * The stream that an event belongs to; undefined for an event that is none of an answer.
   *
   * @throws HttpError 400 where this session does not have it, 403 for a bearer that may do less than that of the call.
   */
  find(lastEventId: string, principal: Principal): AnswerStream | undefined {
    const [, name] = EVENT_ID.exec(lastEventId) ?? [];
    if (name === undefined) return undefined;
    const stream = this.streams.get(name);
    if (!stream) throw new HttpError(400, 'bad_request', `this session has no answer with the event ${lastEventId}: it is no longer kept, or another session's`);
    const missing = stream.principal.scopes.find((scope) => !hasScope(principal, scope));
    if (missing !== undefined) throw missingScope(missing);
    return stream;
  }

  carry(stream: AnswerStream, exchange: Exchange, { closed, ...opening }: Opening): void {
    this.touch(stream);
    stream.carry(exchange, {
      ...opening,
      closed: () => {
        closed?.();
        this.touch(stream);
        this.trim();
      },
    });
  }

  /** The call has ended with this answer. */
  answer(stream: AnswerStream, data: string): void {
    stream.underWay = false;
    stream.say(data);
    stream.finish();
    this.trim();
  }

  /** The call was cancelled: who comes back learns that there is nothing to come. */
  cancel(stream: AnswerStream): void {
    stream.underWay = false;
    stream.drop();
  }

  /** @param mayClose whether clients come back where their connection is ended. */
  tick(now: number, mayClose: boolean): void {
    for (const stream of [...this.streams.values()]) {
      const forMs = now - stream.since;
      if (!stream.isCarried) {
        if (forMs > WAITS_MS) this.forget(stream);
      } else if (mayClose && stream.underWay && forMs > OPEN_MS) stream.close();
      else stream.keepAlive();
    }
  }

  close(): void {
    for (const stream of [...this.streams.values()]) stream.leave();
    this.streams.clear();
  }

  private touch(stream: AnswerStream): void {
    stream.since = Date.now();
    if (this.streams.delete(stream.name)) this.streams.set(stream.name, stream);
  }

  private trim(): void {
    const waiting = [...this.streams.values()].filter(({ isCarried }) => !isCarried);
    let size = waiting.reduce((sum, stream) => sum + stream.size, 0);
    while (waiting.length > MAX_WAITING || (size > MAX_SIZE && waiting.length > 1)) {
      const oldest = waiting.shift()!;
      size -= oldest.size;
      this.forget(oldest);
    }
  }

  private forget(stream: AnswerStream): void {
    this.streams.delete(stream.name);
    if (stream.underWay) stream.onAbandoned();
  }
}
