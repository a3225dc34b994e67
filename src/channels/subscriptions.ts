import type { ChannelHub, LogEvent, LogPage } from './hub.js';
import { topicMatcher } from './pattern.js';

/** One connection, as subscriptions see it. */
export interface Wire {
  send(text: string): void;
  /** Calls back when little enough waits to be sent; at once where that is so already. */
  whenDrained(then: () => void): void;
  /** Enters and leaves the shared fan-out of a group. */
  enter(group: string): void;
  exit(group: string): void;
}

/** Everything that subscriptions need of the runtime. */
export interface ChannelAccess {
  hub: ChannelHub;
  /** Publishes one text to all connections that entered the group. */
  publish(group: string, text: string): void;
  /** As `ReadLog`, for the principal of this connection; refusals come as `error`. */
  read(
    scope: string,
    after: number | null,
    patterns: readonly string[],
    done: (answer: { key: string; page: LogPage } | { code: string; error: string; data?: unknown }) => void,
  ): void;
}

const MAX_SUBSCRIPTIONS = 1000;

interface Subscription {
  id: string;
  scope: string;
  topic: string;
  matches(topic: string): boolean;
  /** Seq after which every matching event reaches this connection by this subscription. */
  from: number;
  key: string;
}

/**
 * The subscriptions of one connection.
 *
 *   subscribe ─▶ read a page ─▶ (backlog is longer: next page) ─▶ live: member of a group of the hub
 *
 * A page is read through the scope's mailbox and frames come in the same order, so that joining while
 * the last page is handled leaves no gap and no duplicate. Requests are taken one after the other.
 */
export class Subscriptions {
  private readonly active = new Map<string, Subscription>();
  /** Scope key to the group in which this connection is. */
  private readonly groups = new Map<string, string>();
  private readonly waiting: (() => void)[] = [];
  private busy = false;
  private closed = false;

  constructor(
    private readonly wire: Wire,
    private readonly access: ChannelAccess,
  ) {}

  subscribe(id: string, scope: string, topic: string, after: number | undefined): void {
    if (this.active.size + this.waiting.length >= MAX_SUBSCRIPTIONS) {
      this.fail(id, 'too_many', `a connection holds at most ${MAX_SUBSCRIPTIONS} subscriptions: use a pattern, or another connection`);
      return;
    }
    this.enqueue(() => {
      if (this.active.has(id)) {
        this.fail(id, 'invalid_input', `subscription "${id}" exists on this connection: unsubscribe it first`);
        return this.finish();
      }
      this.catchUp({ id, scope, topic, matches: topicMatcher([topic]) }, after ?? null);
    });
  }

  unsubscribe(id: string): void {
    this.enqueue(() => {
      const subscription = this.active.get(id);
      if (!subscription) this.fail(id, 'not_found', `there is no subscription "${id}" on this connection`);
      else {
        this.active.delete(id);
        this.regroup(subscription, 0);
        this.wire.send(JSON.stringify({ type: 'unsubscribed', id }));
      }
      this.finish();
    });
  }

  close(): void {
    this.closed = true;
    this.waiting.length = 0;
    for (const [key, group] of this.groups) this.access.hub.leave(key, group);
    this.groups.clear();
  }

  private catchUp(request: Omit<Subscription, 'from' | 'key'>, after: number | null, from?: number): void {
    this.access.read(request.scope, after, [request.topic], (answer) => {
      if (this.closed) return;
      if ('error' in answer) {
        this.fail(request.id, answer.code, answer.error, answer.data);
        return this.finish();
      }
      const { key, page } = answer;
      if (from === undefined) this.wire.send(JSON.stringify({ type: 'subscribed', id: request.id, seq: page.head }));
      if (page.reset) this.wire.send(JSON.stringify({ type: 'reset', id: request.id, ...page.reset }));
      const fresh = page.events.filter((event) => !this.delivered(key, event));
      if (fresh.length > 0) this.wire.send(framed(request.scope, fresh.map((event) => JSON.stringify(event)).join(',')));
      const begun = from ?? after ?? page.head;
      if (page.upto < page.head) return this.wire.whenDrained(() => this.catchUp(request, page.upto, begun));
      const subscription = { ...request, key, from: begun };
      this.active.set(request.id, subscription);
      this.regroup(subscription, page.head);
      this.finish();
    });
  }

  /** Whether another subscription of this connection brought the event already. */
  private delivered(key: string, event: LogEvent): boolean {
    for (const other of this.active.values()) {
      if (other.key === key && event.seq > other.from && other.matches(event.topic)) return true;
    }
    return false;
  }

  /** A connection is in one group per scope: that of all its patterns, so that an event comes once. */
  private regroup({ key, scope }: Subscription, head: number): void {
    const { hub, publish } = this.access;
    const topics = [...this.active.values()].filter((each) => each.key === key).map((each) => each.topic);
    const patterns = [...new Set(topics)].sort();
    const before = this.groups.get(key);
    const group = patterns.length === 0 ? undefined : `${key}\n${patterns.join('\n')}`;
    if (before === group) return;
    if (group !== undefined) {
      hub.join(key, patterns, head, group, (events) => publish(group, framed(scope, events)));
      this.wire.enter(group);
      this.groups.set(key, group);
    } else this.groups.delete(key);
    if (before !== undefined) {
      this.wire.exit(before);
      hub.leave(key, before);
    }
  }

  private fail(id: string, code: string, error: string, data?: unknown): void {
    this.wire.send(JSON.stringify({ type: 'error', id, code, error, ...(data === undefined ? {} : { data }) }));
  }

  private enqueue(work: () => void): void {
    this.waiting.push(work);
    if (!this.busy) this.finish();
  }

  private finish(): void {
    const next = this.waiting.shift();
    this.busy = next !== undefined;
    next?.();
  }
}

function framed(scope: string, events: string): string {
  return `{"type":"events","scope":"${scope}","events":[${events}]}`;
}
