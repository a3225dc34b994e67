import type { CommitEvent, CommitFrame } from '../scope/messages.js';
import { topicMatcher } from './pattern.js';

/** A page of a scope's channel log, already matched against the patterns that were asked for. */
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
export type ReadLog = (key: string, after: number | null, patterns: readonly string[] | null, done: (page: LogPage | undefined) => void) => void;

/** All listeners of a scope with the same set of patterns: they get the same text, made once. */
interface Group {
  matches(topic: string): boolean;
  deliver(events: string): void;
  members: number;
}

interface Watched {
  /** Newest seq that went out. The log is dense, so that a missing frame shows as a gap. */
  last: number;
  recovering: boolean;
  /** Readers that wait for the recovery, see `whenLive`. */
  waiting: (() => void)[];
  groups: Map<string, Group>;
}

/**
 * Fan-out of committed events. Listeners of a scope join a group by their patterns; a commit costs one
 * text per group, however many listeners it has.
 *
 *   live ──frame.first = last+1──▶ live
 *     └──gap, or the scope's worker died──▶ recovering (frames are dropped, the log is read) ──▶ live
 */
export class ChannelHub {
  private readonly watched = new Map<string, Watched>();

  constructor(private readonly readLog: ReadLog) {}

  /** Every topic that any group of the patterns hears of goes to `deliver`, as JSON objects joined by commas. */
  join(key: string, patterns: readonly string[], head: number, group: string, deliver: (events: string) => void): void {
    let scope = this.watched.get(key);
    if (!scope) {
      scope = { last: head, recovering: false, waiting: [], groups: new Map() };
      this.watched.set(key, scope);
    }
    const joined = scope.groups.get(group);
    if (joined) joined.members += 1;
    else scope.groups.set(group, { matches: topicMatcher(patterns), deliver, members: 1 });
  }

  leave(key: string, group: string): void {
    const scope = this.watched.get(key);
    const left = scope?.groups.get(group);
    if (!scope || !left) return;
    left.members -= 1;
    if (left.members === 0) scope.groups.delete(group);
    if (scope.groups.size === 0) this.watched.delete(key);
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
    const { topics, json, events } = frame;
    for (const group of scope.groups.values()) {
      const heard = topics.filter((topic) => group.matches(topic));
      if (heard.length === 0) continue;
      group.deliver(heard.length === topics.length ? json : joinMatching(events!, group));
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
    const events = page.events.map((event): CommitEvent => ({ topic: event.topic, json: JSON.stringify(event) }));
    for (const group of scope.groups.values()) {
      const text = joinMatching(events, group);
      if (text !== '') group.deliver(text);
    }
  }
}

function joinMatching(events: readonly CommitEvent[], group: Group): string {
  return events
    .filter((event) => group.matches(event.topic))
    .map((event) => event.json)
    .join(',');
}
