import type { Framing, Notice, Wire } from '../channels/subscriptions.js';
import type { LogEvent } from '../channels/hub.js';
import { channelRefusal } from './channel-errors.js';
import type { Exchange } from './exchange.js';
import type { RefusalWire } from '../errors.js';

const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  // Proxies of the nginx family would keep events back until they have a buffer full.
  'x-accel-buffering': 'no',
};

/** What a stream tells, and when it is over. */
export interface StreamForm {
  readonly framing: Framing;
  /** Goes out before the first event. */
  readonly opening: string;
  /** Whether nothing comes after this text. */
  isLast(text: string): boolean;
}

const EVENT_STREAM: Framing = {
  name: 'stream',
  frame: (_target, events) => (JSON.parse(`[${events}]`) as LogEvent[]).map((event) => message('message', event, event.seq)).join(''),
};

export const ENDLESS: StreamForm = { framing: EVENT_STREAM, opening: '', isLast: () => false };

/** Groups of streams: what is published to one goes to each stream in it. */
export class StreamGroups {
  private readonly groups = new Map<string, Set<EventStream>>();

  enter(group: string, stream: EventStream): void {
    this.groups.set(group, (this.groups.get(group) ?? new Set()).add(stream));
  }

  exit(group: string, stream: EventStream): void {
    const streams = this.groups.get(group);
    streams?.delete(stream);
    if (streams?.size === 0) this.groups.delete(group);
  }

  publish(group: string, text: string): void {
    for (const stream of this.groups.get(group) ?? []) stream.send(text);
  }
}

/**
 * Server-sent events of one subscription on an exchange of our front.
 *
 *   (a refusal: an answer of JSON) ◀─ asked ─ subscribed ─▶ open ─ resync, or an error ─▶ ended
 *
 * While the socket takes no more, texts wait here and leave together as soon as it does.
 */
export class EventStream implements Wire {
  private open = false;
  private ending = false;
  /** Bytes that were handed to a socket which did not take all of them; 0 where it takes more. */
  private unsent = 0;
  private queue: string[] = [];
  private queued = 0;
  private readonly onDrained: (() => void)[] = [];
  /** A stream has one subscription, and is in one group at a time. */
  private group: string | undefined;

  constructor(
    private readonly exchange: Exchange,
    private readonly groups: StreamGroups,
    private readonly pauseAbove: number,
    /** Last seq that the client has, where it said so. */
    private readonly after: number | undefined,
    /** Called once, when nothing more will be sent. */
    private readonly ended: () => void,
    private readonly form: StreamForm,
  ) {
    exchange.whenWritable(() => this.drain());
    exchange.whenGone(() => this.over());
  }

  get framing(): Framing {
    return this.form.framing;
  }

  /** Bytes that wait to be sent. */
  get waiting(): number {
    return this.unsent + this.queued;
  }

  send(text: string): void {
    if (this.ending) return;
    if (this.unsent === 0) this.write(text);
    else {
      this.queue.push(text);
      this.queued += Buffer.byteLength(text);
    }
    if (this.form.isLast(text)) this.end();
  }

  notify(notice: Notice): void {
    switch (notice.type) {
      case 'subscribed':
        return this.begin(this.after ?? notice.seq);
      case 'reset':
        return this.send(message('reset', { oldest_seq: notice.oldest_seq }));
      case 'resync': {
        const { scope, agent, after } = notice;
        this.send(message('resync', { scope, agent, after }, after));
        return this.end();
      }
      case 'error':
        return this.open ? this.end() : this.refuse(notice);
      case 'unsubscribed':
    }
  }

  whenDrained(then: () => void): void {
    if (this.waiting < this.pauseAbove) then();
    else this.onDrained.push(then);
  }

  enter(group: string): void {
    this.group = group;
    this.groups.enter(group, this);
  }

  exit(group: string): void {
    this.groups.exit(group, this);
  }

  /** Shows that the stream lives, and up to where it has come though nothing was for it. */
  keepAlive(seq: number | undefined): void {
    if (this.open && this.waiting === 0) this.send(`: keep-alive\n${idLine(seq)}\n`);
  }

  private begin(seq: number): void {
    this.open = true;
    if (this.exchange.method === 'HEAD') {
      this.exchange.send(200, HEADERS);
      return this.over();
    }
    // A client that is cut off before its first event comes back with this id, and misses nothing.
    this.exchange.stream(200, HEADERS, `: open\n${idLine(seq)}\n${this.form.opening}`);
  }

  private refuse({ code, error, data }: Extract<Notice, { type: 'error' }>): void {
    const { status, body, headers } = channelRefusal({ reason: code, error, data } as RefusalWire);
    this.exchange.json(status, body, headers);
    this.over();
  }

  /** Ends the stream when what waits is gone; the client comes back with the last id that it got. */
  private end(): void {
    this.ending = true;
    if (this.unsent === 0) this.close();
  }

  /** Ends the stream at once. */
  close(): void {
    this.exchange.end();
    this.over();
  }

  private over(): void {
    if (this.group !== undefined) this.exit(this.group);
    this.ended();
  }

  private write(text: string): void {
    if (!this.exchange.write(text)) this.unsent = Buffer.byteLength(text);
  }

  private drain(): void {
    this.unsent = 0;
    if (this.queue.length > 0) {
      const text = this.queue.join('');
      this.queue = [];
      this.queued = 0;
      this.write(text);
    }
    if (this.unsent > 0) return;
    if (this.ending) return this.close();
    for (const then of this.onDrained.splice(0)) then();
  }
}

/** One event of a stream. */
export function message(name: string, data: object, id?: number): string {
  return `${idLine(id)}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

function idLine(id: number | undefined): string {
  return id === undefined ? '' : `id: ${id}\n`;
}
