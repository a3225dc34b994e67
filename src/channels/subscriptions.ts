import type { ChannelHub, LogEvent, LogPage } from './hub.js';
import { selectionKey, selectionOf, type Selection, type Selector } from './selection.js';

/** Whose log: as the client names it, and as events are labelled. */
export interface Target {
  readonly scope: string;
  readonly agent?: string | undefined;
}

/** What a connection is told beside events. */
export type Notice =
  | { type: 'subscribed'; id: string; seq: number }
  | { type: 'unsubscribed'; id: string }
  /** Something may be gone of what was asked for. */
  | { type: 'reset'; id: string; oldest_seq: number }
  /** The connection fell behind: these subscriptions have ended, and begin again with `after`. */
  | { type: 'resync'; scope: string; agent?: string | undefined; ids: string[]; after: number }
  | { type: 'error'; id: string; code: string; error: string; data?: unknown };

/** One connection, as subscriptions see it. */
export interface Wire {
  /** How its events are written; connections that write them alike share groups. */
  readonly framing: Framing;
  send(text: string): void;
  notify(notice: Notice): void;
  /** Calls back when little enough waits to be sent; at once where that is so already. */
  whenDrained(then: () => void): void;
  /** Enters and leaves the shared fan-out of a group. */
  enter(group: string): void;
  exit(group: string): void;
}

export interface Framing {
  readonly name: string;
  /** @param events JSON objects joined by commas. */
  readonly frame: (target: Target, events: string) => string;
}

/** Everything that subscriptions need of the runtime. */
export interface ChannelAccess {
  hub: ChannelHub;
  /** First segments of topics that the principal may not read. */
  readonly hidden: string[];
  /** Publishes one text to all connections that entered the group. */
  publish(group: string, text: string): void;
  /** As `ReadLog`, for the principal of this connection; refusals come as `error`. */
  read(
    target: Target,
    after: number | null,
    select: readonly Selector[],
    done: (answer: { key: string; page: LogPage } | { code: string; error: string; data?: unknown }) => void,
  ): void;
}

export interface SubscribeRequest {
  readonly id: string;
  readonly target: Target;
  readonly selectors: readonly Selector[];
  /** Everything after it is wanted; without it everything from now on. */
  readonly after?: number | undefined;
}

const MAX_SUBSCRIPTIONS = 1000;

interface Subscription extends SubscribeRequest {
  selection: Selection;
  /** Seq after which every event that it takes reaches this connection by this subscription. */
  from: number;
  key: string;
}

/** A request whose backlog is being read. */
interface CatchUp extends SubscribeRequest {
  selection: Selection;
  /** Subscriptions that ended meanwhile, and up to which seq their events had gone out. */
  ended: { subscription: Subscription; upto: number }[];
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
  private catchingUp: CatchUp | undefined;
  private busy = false;
  private closed = false;

  constructor(
    private readonly wire: Wire,
    private readonly access: ChannelAccess,
  ) {}

  subscribe(request: SubscribeRequest): void {
    const { id } = request;
    this.enqueue(id, this.active.size, () => {
      if (this.active.has(id)) {
        this.fail(id, 'invalid_input', `subscription "${id}" exists on this connection: unsubscribe it first`);
        return this.finish();
      }
      const { hidden } = this.access;
      const selectors = hidden.length === 0 ? request.selectors : request.selectors.map((each) => ({ ...each, hidden }));
      const catchUp = { ...request, selectors, selection: selectionOf(selectors), ended: [] };
      this.catchingUp = catchUp;
      this.wire.whenDrained(() => this.readOn(catchUp, request.after ?? null));
    });
  }

  unsubscribe(id: string): void {
    this.enqueue(id, 0, () => {
      const subscription = this.active.get(id);
      if (!subscription) this.fail(id, 'not_found', `there is no subscription "${id}" on this connection`);
      else {
        this.active.delete(id);
        this.regroup(subscription, 0);
        this.wire.notify({ type: 'unsubscribed', id });
      }
      this.finish();
    });
  }

  /**
   * Ends all that is live, because the connection takes less than comes. What went out so far still reaches
   * it; what comes from now on it asks for again.
   */
  resync(): void {
    const { hub } = this.access;
    for (const [key, group] of [...this.groups]) {
      const ended = [...this.active.values()].filter((each) => each.key === key);
      const after = hub.lastSeq(key)!;
      this.groups.delete(key);
      this.leave(key, group);
      for (const subscription of ended) {
        this.active.delete(subscription.id);
        this.catchingUp?.ended.push({ subscription, upto: after });
      }
      this.wire.notify({ type: 'resync', ...ended[0]!.target, ids: ended.map(({ id }) => id), after });
    }
  }

  /** Seq up to which everything for a subscription has gone out; undefined while its backlog is read. */
  placeOf(id: string): number | undefined {
    const subscription = this.active.get(id);
    return subscription && this.access.hub.lastSeq(subscription.key);
  }

  close(): void {
    this.closed = true;
    this.waiting.length = 0;
    for (const [key, group] of this.groups) this.access.hub.leave(key, group);
    this.groups.clear();
  }

  private readOn(request: CatchUp, after: number | null, begun?: number): void {
    const { id, target, selectors } = request;
    this.access.read(target, after, selectors, (answer) => {
      if (this.closed) return;
      if ('error' in answer) {
        this.fail(id, answer.code, answer.error, answer.data);
        return this.finish();
      }
      const { key, page } = answer;
      if (begun === undefined) this.wire.notify({ type: 'subscribed', id, seq: page.head });
      if (page.reset) this.wire.notify({ type: 'reset', id, ...page.reset });
      // A wire that was asked for no more than its beginning is closed by now.
      if (this.closed) return;
      const fresh = page.events.filter((event) => !this.delivered(request, key, event));
      if (fresh.length > 0) this.wire.send(this.wire.framing.frame(target, fresh.map((event) => JSON.stringify(event)).join(',')));
      const from = begun ?? after ?? page.head;
      if (page.upto < page.head) return this.wire.whenDrained(() => this.readOn(request, page.upto, from));
      const subscription = { id, target, selectors, selection: request.selection, key, from };
      this.active.set(id, subscription);
      this.regroup(subscription, page.head);
      this.finish();
    });
  }

  /** Whether another subscription of this connection brought the event already. */
  private delivered({ ended }: CatchUp, key: string, event: LogEvent): boolean {
    const by = (other: Subscription): boolean => other.key === key && event.seq > other.from && other.selection.takes(event);
    for (const other of this.active.values()) if (by(other)) return true;
    return ended.some(({ subscription, upto }) => event.seq <= upto && by(subscription));
  }

  /** A connection is in one group per scope: that of all its selectors, so that an event comes once. */
  private regroup({ key, target }: Subscription, head: number): void {
    const { hub, publish } = this.access;
    const { framing } = this.wire;
    const selectors = [...this.active.values()].filter((each) => each.key === key).flatMap((each) => each.selectors);
    const before = this.groups.get(key);
    const group = selectors.length === 0 ? undefined : `${framing.name}\n${key}\n${selectionKey(selectors)}`;
    if (before === group) return;
    if (group !== undefined) {
      hub.join(key, selectors, head, group, (events) => publish(group, framing.frame(target, events)));
      this.wire.enter(group);
      this.groups.set(key, group);
    } else this.groups.delete(key);
    if (before !== undefined) this.leave(key, before);
  }

  private leave(key: string, group: string): void {
    this.wire.exit(group);
    this.access.hub.leave(key, group);
  }

  private fail(id: string, code: string, error: string, data?: unknown): void {
    this.wire.notify({ type: 'error', id, code, error, ...(data === undefined ? {} : { data }) });
  }

  /** @param held subscriptions that count against the limit, beside the requests that wait. */
  private enqueue(id: string, held: number, work: () => void): void {
    if (held + this.waiting.length >= MAX_SUBSCRIPTIONS) {
      this.fail(id, 'too_many', `a connection holds at most ${MAX_SUBSCRIPTIONS} subscriptions: use a pattern, or another connection`);
      return;
    }
    this.waiting.push(work);
    if (!this.busy) this.finish();
  }

  private finish(): void {
    this.catchingUp = undefined;
    const next = this.waiting.shift();
    this.busy = next !== undefined;
    next?.();
  }
}
