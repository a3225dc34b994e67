import type { CommitFrame } from '../scope/messages.js';
import { selectionOf, type Selection, type Selector } from './selection.js';

/** A page of a scope's channel log: of it, what was asked for. */
export interface LogPage {
  /** Newest seq of the scope when the page was read. */
  head: number;
  /** Seq up to which the log was read. */
  upto: number;
  events: LogEvent[];
  /** Something may be gone of what was asked for: the oldest that is still there. */
  reset?: { oldest_seq: number };
}

export interface LogEvent {
  topic: string;
  seq: number;
  ts: number;
  payload: Record<string, unknown>;
}

/** Reads the log through the scope's actor; null means from now, and every topic. `done` gets undefined where that failed. */
export type ReadLog = (key: string, after: number | null, select: readonly Selector[] | null, done: (page: LogPage | undefined) => void) => void;

/** What of the log was given to a group, while frames come without a gap. */
export interface Span {
  /** Since this seq every event that the group takes was given to it. */
  readonly since: number;
  readonly upto: number;
}

/** Gets events as JSON objects joined by commas. `span` is undefined for those that a recovery read: some may be missing before them. */
export type Deliver = (events: string, span: Span | undefined) => void;

/** All listeners of a scope with the same selection: they get the same text, made once. */
interface Group {
  selection: Selection;
  readonly deliver: Deliver;
  members: number;
}

interface Watched {
  /** Newest seq that went out. The log is dense, so that a missing frame shows as a gap. */
  last: number;
  /** Since this seq frames have come without a gap. */
  live: number;
  recovering: boolean;
  /** Readers that wait for the recovery, see `whenLive`. */
  waiting: (() => void)[];
  groups: Map<string, Group>;
}

/**
 * Fan-out of committed events. Listeners of a scope join a group by what they select; a commit costs one
 * text per group, however many listeners it has. Only groups that filter look into the events.
 *
 *   live ──frame.first = last+1──▶ live
 *     └──gap, or the scope's worker died──▶ recovering (frames are dropped, the log is read) ──▶ live
 */
export class ChannelHub {
  private readonly watched = new Map<string, Watched>();

  constructor(private readonly readLog: ReadLog) {}

  /** Every event that any of the selectors takes goes to `deliver`. */
  join(key: string, selectors: readonly Selector[], head: number, group: string, deliver: Deliver): void {
    let scope = this.watched.get(key);
    if (!scope) {
      scope = { last: head, live: head, recovering: false, waiting: [], groups: new Map() };
      this.watched.set(key, scope);
    }
    const joined = scope.groups.get(group);
    if (joined) joined.members += 1;
    else scope.groups.set(group, { selection: selectionOf(selectors), deliver, members: 1 });
  }

  leave(key: string, group: string): void {
    const scope = this.watched.get(key);
    const left = scope?.groups.get(group);
    if (!scope || !left) return;
    left.members -= 1;
    if (left.members === 0) scope.groups.delete(group);
    if (scope.groups.size === 0) this.watched.delete(key);
  }

  /** Seq up to which all groups of a scope got everything; undefined where nobody listens. */
  lastSeq(key: string): number | undefined {
    return this.watched.get(key)?.last;
  }

  /**
   * Runs `read` when the scope is live. Who reads a page in order to join must go through here: what a
   * recovery brings to a group would reach a newcomer a second time.
   */
  whenLive(key: string, read: () => void): void {
    const scope = this.watched.get(key);
    if (scope?.recovering) scope.waiting.push(read);
    else read();
  }

  onFrame(frame: CommitFrame): void {
    const scope = this.watched.get(frame.key);
    if (!scope || scope.recovering || frame.last <= scope.last) return;
    if (frame.first !== scope.last + 1) {
      this.recover(frame.key, scope);
      return;
    }
    scope.last = frame.last;
    const { topics, json } = frame;
    const span: Span = { since: scope.live, upto: scope.last };
    let events: readonly HubEvent[] | undefined;
    for (const { selection, deliver } of scope.groups.values()) {
      const heard = topics.filter((topic) => selection.hears(topic));
      if (heard.length === 0) continue;
      if (heard.length === topics.length && !selection.filtered) deliver(json, span);
      else deliverTaken((events ??= eventsOf(frame)), selection, (text) => deliver(text, span), json);
    }
  }

  /** The worker of these scopes died: what it committed and did not send is read from the log. */
  onCrash(ownsScope: (key: string) => boolean): void {
    for (const [key, scope] of this.watched) {
      if (ownsScope(key) && !scope.recovering) this.recover(key, scope);
    }
  }

  private recover(key: string, scope: Watched): void {
    scope.recovering = true;
    this.readLog(key, scope.last, null, (page) => {
      if (page) this.catchUp(scope, page);
      // Everybody left meanwhile, or the scope cannot be read: who still waits finds out for itself.
      if (page && page.upto < page.head && this.watched.get(key) === scope) return this.recover(key, scope);
      scope.recovering = false;
      for (const read of scope.waiting.splice(0)) read();
    });
  }

  private catchUp(scope: Watched, page: LogPage): void {
    scope.last = page.upto;
    scope.live = page.upto;
    const events = page.events.map((event) => new HubEvent(event.topic, undefined, event));
    for (const { selection, deliver } of scope.groups.values()) deliverTaken(events, selection, (text) => deliver(text, undefined));
  }
}

/** An event as text and as an object; each is made from the other when somebody first asks for it. */
class HubEvent {
  constructor(
    readonly topic: string,
    private text: string | undefined,
    private object?: LogEvent,
  ) {}

  get json(): string {
    return (this.text ??= JSON.stringify(this.object));
  }

  get parsed(): LogEvent {
    return (this.object ??= JSON.parse(this.text!) as LogEvent);
  }
}

function eventsOf({ events, json }: CommitFrame): HubEvent[] {
  if (events) return events.map(({ topic, json: text }) => new HubEvent(topic, text));
  return (JSON.parse(`[${json}]`) as LogEvent[]).map((event) => new HubEvent(event.topic, undefined, event));
}

/** @param all the text of all the events, where it is there already. */
function deliverTaken(events: readonly HubEvent[], { filtered, hears, takes }: Selection, deliver: (events: string) => void, all?: string): void {
  const taken = events.filter((event) => hears(event.topic) && (!filtered || takes(event.parsed)));
  if (taken.length === events.length && all !== undefined) deliver(all);
  else if (taken.length > 0) deliver(taken.map(({ json }) => json).join(','));
}
