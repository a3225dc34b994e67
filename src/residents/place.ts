import type { LogPage } from '../channels/hub.js';
import { LOG_TOOL, RESIDENT_TOOL } from '../operations/tool-names.js';
import type { DeadWake } from '../scope/dead-wakes.js';
import type { Taken } from '../scope/leases.js';
import type { CursorAdvance } from '../scope/messages.js';
import type { ResidentTask } from './protocol.js';
import { Pushed } from './pushed.js';
import { timerText } from './timer.js';
import type { Job } from './work.js';

/** Calls an operation as the resident. @param wake under what right; that of the cursor where it carries one. */
export type Call = <Result>(tool: string, input: Record<string, unknown>, cursor?: CursorAdvance, wake?: CursorAdvance) => Promise<Result>;

/** How long others stay away from a resident whose process says nothing more. */
const LEASE_MS = 30_000;
const RENEW_MS = LEASE_MS / 3;
const MANY_DEAD_WAKES = 20;

/** The place of a resident in the file of its scope: the lease by which it holds it, and how far it has come. */
export class ResidentPlace {
  /** The durable cursor. */
  seq = 0;
  private token: number | undefined;
  private renewedAt = 0;
  /** Events past the cursor that are dealt with. */
  private done = new Set<number>();
  /** What need not be read from the log. */
  readonly pushed = new Pushed();
  /** The first time it takes over from whoever had it: the data directory is this process's alone. */
  private takeover = true;

  constructor(
    private readonly task: ResidentTask,
    private readonly call: Call,
    private readonly now: () => number,
  ) {}

  get taken(): boolean {
    return this.token !== undefined;
  }

  /** What every wake is under. Only where the lease is taken. */
  get wake(): CursorAdvance {
    return { consumer: consumerOf(this.task.name), seq: this.seq, lease: { scope: this.task.scopeKey, token: this.token! } };
  }

  get holding(): CursorAdvance | undefined {
    return this.taken ? this.wake : undefined;
  }

  /** @throws Refusal `lease_held` */
  async take(): Promise<Taken & { dead_wakes: number }> {
    const { holder, timer, paused } = this.task;
    const input = { holder, ttl_ms: LEASE_MS, takeover: this.takeover, schedule: timerText(timer), paused };
    const taken = await this.own<Taken & { dead_wakes: number }>('take', input);
    this.takeover = false;
    this.token = taken.token;
    this.seq = taken.seq;
    this.renewedAt = this.now();
    return taken;
  }

  /** The lease is no longer there. */
  leave(): void {
    this.token = undefined;
  }

  /** These events are dealt with. */
  skip(done: readonly number[]): void {
    this.done = new Set(done);
  }

  /** When the lease is to be renewed, in unix milliseconds. Who is idle need not: a lease that ran out is good until another is taken. */
  renewAt(awake: boolean): number {
    return awake && this.taken ? this.renewedAt + RENEW_MS : Number.POSITIVE_INFINITY;
  }

  async renew(): Promise<void> {
    this.renewedAt = this.now();
    await this.own('renew', { token: this.token, ttl_ms: LEASE_MS });
  }

  /** The events after a seq that are not dealt with. @param ask whether there may be more than what was pushed. */
  async read(after: number, limit: number, ask: boolean): Promise<LogPage> {
    const { scope, select } = this.task;
    const pushed = ask ? undefined : this.pushed.take(after, limit, this.now());
    const page = pushed ?? (await this.call<LogPage>(LOG_TOOL, { op: 'read', scope, after, select, limit }));
    return { ...page, events: page.events.filter(({ seq }) => !this.done.has(seq)) };
  }

  async redriven(): Promise<DeadWake[]> {
    const { dead_wakes: deadWakes } = await this.own<{ dead_wakes: DeadWake[] }>('redriven', { limit: MANY_DEAD_WAKES });
    return deadWakes;
  }

  /** A wake has ended without moving the cursor itself. */
  async end(cursor: CursorAdvance): Promise<void> {
    const { from, seq, done, fired_at: firedAt, dead_wake: deadWake } = cursor;
    const moves = (from !== undefined && seq > from) || done !== undefined || firedAt !== undefined || deadWake !== undefined;
    if (moves) await this.own('settle', {}, cursor);
  }

  /** The file says what a wake made of the place. */
  moved({ from, seq, done = [] }: CursorAdvance): void {
    if (from !== undefined) this.seq = seq;
    for (const each of done) this.done.add(each);
  }

  hasDoneBefore(prefix: number): boolean {
    for (const each of this.done) if (each <= prefix) return true;
    return false;
  }

  /** Moves the durable cursor over what is dealt with. */
  async settle(cursor: CursorAdvance): Promise<void> {
    await this.own('settle', {}, cursor);
    this.seq = cursor.seq;
    for (const each of this.done) if (each <= cursor.seq) this.done.delete(each);
  }

  /** @returns how many dead wakes there are. */
  async bury(job: Job, error: string, cursor: CursorAdvance): Promise<number> {
    const { reason, events, attempts, deadWake } = job;
    const input = { reason, events, attempts, error, ...(deadWake === undefined ? {} : { dead_wake: deadWake }) };
    // A cursor with a dead wake would end it.
    const { dead_wake: _kept, ...advance } = cursor;
    const { dead_wakes: count } = await this.own<{ dead_wakes: number }>('bury', input, advance);
    return count;
  }

  private own<Result>(op: string, input: Record<string, unknown>, cursor?: CursorAdvance): Promise<Result> {
    const { scope, name } = this.task;
    return this.call<Result>(RESIDENT_TOOL, { op, scope, consumer: consumerOf(name), ...input }, cursor);
  }
}

export function consumerOf(name: string): string {
  return `resident:${name}`;
}

