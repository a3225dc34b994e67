import type { Exchange } from '../exchange.js';
import { Replay } from './replay.js';

export const EVENT_STREAM = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' };
const KEEP_ALIVE = ': keep-alive\n\n';
/** Milliseconds after which a client whose stream was closed is to come back. */
const RETRY_MS = 1000;

/** How a stream begins on an exchange. */
export interface Opening {
  readonly headers?: Readonly<Record<string, string>>;
  /** Goes out before everything else. */
  readonly text: string;
  /** Whether the client knows events without data, which tell it from where to come back. */
  readonly primed: boolean;
  /** Called once, when the exchange brings the stream no more. */
  readonly closed?: (() => void) | undefined;
}

/**
 * What the server says on one stream. It is kept, and an exchange brings it to the client:
 *
 *   kept ──carry──▶ carried ──the client is gone, or close──▶ kept
 *                      │ finish, and everything is out
 *                      ▼
 *                    ended: a client that comes back gets what it has not got
 */
export class ResumableStream {
  private carrier: { readonly exchange: Exchange; readonly closed: (() => void) | undefined } | undefined;
  /** Whether the socket takes no more for now: what waits is in the replay, where it is bounded. */
  private blocked = false;
  /** Newest message that was written to an exchange, or that the client says it has. */
  private sent = 0;
  private finished = false;
  private readonly replay: Replay;

  /** @param prefix of the ids of its events. */
  constructor(prefix = '') {
    this.replay = new Replay(prefix);
  }

  get isCarried(): boolean {
    return this.carrier !== undefined;
  }

  /** Length of what is kept, in characters. */
  get size(): number {
    return this.replay.size;
  }

  /** Goes on after the event that a client got last. @returns false where nothing comes after that any more. */
  goOnAfter(lastEventId: string): boolean {
    this.sent = this.replay.placeOf(lastEventId);
    return !this.finished || this.replay.after(this.sent) !== undefined;
  }

  /** Takes an exchange, in place of an earlier one. It begins with what no exchange has brought yet. */
  carry(exchange: Exchange, { headers, text, primed, closed }: Opening): void {
    this.leave();
    this.carrier = { exchange, closed };
    this.blocked = false;
    exchange.whenGone(() => this.lost(exchange));
    exchange.whenWritable(() => {
      if (this.carrier?.exchange !== exchange) return;
      this.blocked = false;
      this.pump();
    });
    exchange.stream(200, { ...EVENT_STREAM, ...headers }, primed ? text + this.replay.placeAt(this.sent) : text);
    this.pump();
  }

  say(data: string): void {
    this.replay.add(data);
    this.pump();
  }

  /** Nothing more is said. The exchange ends when it has brought everything. */
  finish(): void {
    this.finished = true;
    this.pump();
  }

  /** Nothing more is said, and nothing of what was is wanted. */
  drop(): void {
    this.replay.clear();
    this.finish();
    this.leave();
  }

  /** Ends the exchange and tells its client when to come back. */
  close(): void {
    this.carrier?.exchange.write(`retry: ${RETRY_MS}\n\n`);
    this.leave();
  }

  /** Ends the exchange. */
  leave(): void {
    const exchange = this.carrier?.exchange;
    if (!exchange) return;
    exchange.end();
    this.lost(exchange);
  }

  keepAlive(): void {
    if (!this.blocked) this.carrier?.exchange.write(KEEP_ALIVE);
  }

  private lost(exchange: Exchange): void {
    if (this.carrier?.exchange !== exchange) return;
    const { closed } = this.carrier;
    this.carrier = undefined;
    closed?.();
  }

  private pump(): void {
    while (this.carrier && !this.blocked) {
      const next = this.replay.after(this.sent);
      if (!next) return this.finished ? this.leave() : undefined;
      this.sent = next.seq;
      this.blocked = !this.carrier.exchange.write(next.text);
    }
  }
}
