import { isDeepStrictEqual } from 'node:util';
import type { LogEvent, LogPage } from '../channels/hub.js';
import { Refusal } from '../errors.js';
import type { CursorAdvance } from '../scope/messages.js';
import { ResidentPlace, type Call } from './place.js';
import { NOTHING_DONE, type Resident, type ResidentState, type ResidentTask, type WakeBegin } from './protocol.js';
import type { Push } from './pushed.js';
import { LONGEST_WAIT_MS, timerClock, type TimerClock } from './timer.js';
import { idOf, Work, type Job } from './work.js';

export interface RunnerOptions {
  readonly task: ResidentTask;
  readonly resident: Resident;
  readonly signal: AbortSignal;
  now(): Date;
  readonly call: Call;
  /** Runs the code of the agent so that its calls are known to be of this wake. @returns whether the cursor went with one of them. */
  within(wake: CursorAdvance, run: () => Promise<void>): Promise<{ effect: 'none' | 'done' | 'unknown'; error?: unknown }>;
  report(state: ResidentState): void;
  began(wake: WakeBegin): void;
  ended(id: string): void;
}

const PAGE = 200;
/** Events in jobs past which no more are read. */
const ENOUGH_EVENTS = 1000;
const NO_PLACE_RETRY_MS = 500;

/**
 * Wakes a resident and keeps its place in the channel log.
 *
 *   starting ─▶ working ─▶ idle ──log moved, timer, dead letter redriven──▶ working
 *      ▲           │ └──it threw──▶ retrying ──after a pause, the same events──▶ working
 *      │           │                   └──too often──▶ dead letter, the cursor moves on
 *      └── waiting ◀── lease lost: nothing takes effect until it is taken again
 *
 * The place is the durable cursor of the consumer `resident:<name>`, held by a lease. After a crash the events
 * past the cursor come again, so that whatever was half done is done.
 */
export class ResidentRunner {
  private readonly work: Work;
  private readonly place: ResidentPlace;
  private readonly clock: TimerClock | undefined;
  private readonly state: ResidentState = { ...NOTHING_DONE };
  private told: ResidentState | undefined;
  /** The log may have more than what was pushed. */
  private moved = true;
  private redriven = true;
  private paused = false;
  private lost = false;
  private started = false;
  /** Why nothing could be read or written, and until when that is not tried again. */
  private heldUntil = 0;
  private firedAt = 0;
  private awaken: () => void = () => undefined;
  private readonly flights = new Set<Promise<void>>();

  constructor(private readonly options: RunnerOptions) {
    const { task, call, now } = options;
    this.work = new Work(task.maxInFlight, (event) => keyOf(event, task.key), (id) => task.attempts[id] ?? 0);
    this.place = new ResidentPlace(task, call, () => now().getTime());
    this.clock = task.timer && timerClock(task.timer);
  }

  /** The log of the scope has something new. */
  logMoved(push: Push | undefined): void {
    if (push) this.place.pushed.add(push, this.work.readTo);
    else this.moved = true;
    this.awaken();
  }

  /** Dead letters are to be woken for once more. */
  lettersRedriven(): void {
    this.redriven = true;
    this.awaken();
  }

  pause(paused: boolean): void {
    this.paused = paused;
    this.awaken();
  }

  /** Under what right a call is made that is part of no wake. */
  get holding(): CursorAdvance | undefined {
    return this.place.holding;
  }

  /** Runs until the signal ends it. */
  async run(): Promise<void> {
    const { signal } = this.options;
    signal.addEventListener('abort', () => this.awaken());
    while (!signal.aborted) {
      const news = new Promise<void>((resolve) => (this.awaken = resolve));
      try {
        await this.step();
      } catch (error) {
        if (signal.aborted) break;
        this.hold(error);
      }
      await this.until(news);
    }
    await Promise.all(this.flights);
  }

  private async step(): Promise<void> {
    const now = this.now();
    if (this.lost) {
      // Nothing of the old lease may be under way when the new one is taken.
      if (this.work.inFlight > 0) return;
      this.place.leave();
      this.lost = false;
    }
    if (this.heldUntil > now) return;
    if (!this.place.taken) await this.take();
    this.fire();
    if (!this.paused) {
      if (this.redriven) await this.readRedriven();
      if (this.isBehind || !this.started) await this.read();
    }
    await this.settle();
    for (let job = this.next(); job; job = this.next()) this.begin(job);
    this.report();
  }

  private async take(): Promise<void> {
    const { seq, done, fired_at: firedAt, paused, dead_wakes: deadWakes } = await this.place.take();
    this.firedAt = firedAt;
    this.paused = paused;
    this.state.cursor = seq;
    this.state.dead_letters = deadWakes;
    this.work.restart(seq);
    this.place.skip(done);
    this.moved = true;
    this.redriven = true;
  }

  /** One job for all that the timer missed. */
  private fire(): void {
    const { clock } = this;
    if (!clock) return;
    const now = this.now();
    if (!this.paused && this.started && !this.work.timed && clock.next(this.firedAt) <= now) {
      this.firedAt = clock.fired(this.firedAt, now);
      this.work.add({ reason: 'time', events: [], firedAt: this.firedAt });
    }
    const next = clock.next(this.firedAt);
    this.state.next_timer_at = Number.isFinite(next) ? new Date(next).toISOString() : null;
  }

  private async readRedriven(): Promise<void> {
    this.redriven = false;
    const room = ENOUGH_EVENTS - this.work.events;
    if (room <= 0) return;
    for (const { id, reason, events } of await this.place.redriven()) {
      if (!this.work.has(id)) this.work.add({ reason: reason as Job['reason'], events: events as LogEvent[], deadWake: id });
    }
  }

  private async read(): Promise<void> {
    const { work } = this;
    const room = work.parallel ? work.events < ENOUGH_EVENTS : work.size === 0;
    if (!room) return;
    const ask = this.moved || !this.started;
    this.moved = false;
    let page: LogPage;
    try {
      page = await this.place.read(work.readTo, PAGE, ask);
    } catch (error) {
      this.moved = true;
      throw error;
    }
    if (page.upto < page.head) this.moved = true;
    work.addPage(page, this.started ? 'events' : 'start');
    this.started = true;
    if (work.size === 0) this.state.cursor = page.upto;
  }

  /** Brings the durable cursor to where the work is, where several wakes share it. */
  private async settle(): Promise<void> {
    const { work, place } = this;
    if (!work.parallel || !place.taken) return;
    if (place.hasDoneBefore(work.prefix)) await place.settle({ ...place.wake, from: place.seq, seq: work.prefix });
    this.state.cursor = work.prefix;
  }

  private next(): Job | undefined {
    return this.paused || this.lost || this.options.signal.aborted ? undefined : this.work.next(this.now());
  }

  private begin(job: Job): void {
    job.running = true;
    const flight = this.dealWith(job)
      .catch((error: unknown) => this.hold(error))
      .finally(() => {
        job.running = false;
        this.flights.delete(flight);
        this.awaken();
      });
    this.flights.add(flight);
  }

  private async dealWith(job: Job): Promise<void> {
    const { task, began, ended } = this.options;
    const id = idOf(job);
    if (job.attempts >= task.retry.attempts) {
      // It ended with its thread, too often.
      await this.giveUp(job, 'the thread of the agent ended while it was awake for this');
      return;
    }
    const cursor = this.advanceOf(job);
    this.state.wakes += 1;
    this.state.last_wake_at = this.options.now().toISOString();
    began({ id, attempt: job.attempts + 1, delayMs: this.delayOf(job) });
    this.report();
    const { reason, events, reset } = job;
    const { effect, error } = await this.options
      .within(cursor, () => this.options.resident.wake({ reason, events, cursor, ...(reset ? { reset } : {}) }))
      .finally(() => ended(id));
    if (error === undefined || effect === 'done') return this.succeeded(job, cursor, effect === 'done', error);
    if (this.options.signal.aborted) return;
    await this.failed(job, error, effect === 'unknown');
  }

  private async succeeded(job: Job, cursor: CursorAdvance, moved: boolean, error: unknown): Promise<void> {
    if (!moved) await this.place.end(cursor);
    this.finish(job, cursor);
    this.state.last_error = error === undefined ? null : textOf(error);
    if (job.deadWake !== undefined) this.state.dead_letters = Math.max(0, this.state.dead_letters - 1);
  }

  private async failed(job: Job, error: unknown, unknown: boolean): Promise<void> {
    this.state.last_error = textOf(error);
    if (unknown || isLost(error)) {
      this.lost = true;
      if (!unknown) this.heldUntil = this.now() + NO_PLACE_RETRY_MS;
      return;
    }
    const { first, longest, attempts } = this.options.task.retry;
    this.state.failures += 1;
    job.attempts += 1;
    if (job.attempts >= attempts) await this.giveUp(job, textOf(error));
    else job.notBefore = this.now() + Math.min(first * 2 ** (job.attempts - 1), longest);
  }

  private async giveUp(job: Job, error: string): Promise<void> {
    if (job.events.length > 1 && job.deadWake === undefined) {
      this.work.split(job);
      return;
    }
    const cursor = this.advanceOf(job);
    this.state.dead_letters = await this.place.bury(job, error, cursor);
    this.finish(job, cursor);
  }

  private finish(job: Job, cursor: CursorAdvance): void {
    this.work.remove(job);
    this.place.moved(cursor);
    if (!this.work.parallel && job.upto !== undefined) this.state.cursor = job.upto;
  }

  /** What the end of a job changes in the file. */
  private advanceOf({ events, upto, firedAt, deadWake }: Job): CursorAdvance {
    const { place, work } = this;
    const extra = { ...(firedAt === undefined ? {} : { fired_at: firedAt }), ...(deadWake === undefined ? {} : { dead_wake: deadWake }) };
    if (!work.parallel) return { ...place.wake, from: place.seq, seq: upto ?? place.seq, ...extra };
    if (deadWake !== undefined || events.length === 0) return { ...place.wake, ...extra };
    return { ...place.wake, seq: events.at(-1)!.seq, done: events.map(({ seq }) => seq), ...extra };
  }

  /** Of the first attempt only, and only of what did not wait for another wake. */
  private delayOf({ reason, events: [first], attempts, deadWake }: Job): number | undefined {
    if (reason !== 'events' || !first || attempts > 0 || deadWake !== undefined) return undefined;
    return Math.max(0, performance.timeOrigin + performance.now() - first.ts / 1e6);
  }

  private hold(error: unknown): void {
    if (isLost(error)) this.lost = true;
    const until = error instanceof Refusal && error.reason === 'lease_held' ? Number(error.data?.expires_at) : 0;
    this.heldUntil = Math.max(until, this.now() + NO_PLACE_RETRY_MS);
    this.state.last_error = textOf(error);
    this.report();
  }

  private report(): void {
    const { state, work } = this;
    const now = this.now();
    state.in_flight = work.inFlight;
    state.waiting_events = work.events;
    state.waiting_since = work.oldestAt;
    state.paused = this.paused;
    const retry = work.nextRetry(now);
    state.attempts = retry?.attempts ?? 0;
    const next = this.heldUntil > now ? this.heldUntil : this.paused ? undefined : retry?.notBefore;
    state.next_attempt_at = next === undefined ? null : new Date(next).toISOString();
    if (!this.place.taken || this.lost) state.state = this.heldUntil > now ? 'waiting' : 'starting';
    else if (state.in_flight > 0) state.state = 'working';
    else if (this.paused) state.state = 'paused';
    else if (next !== undefined) state.state = 'retrying';
    else state.state = work.size > 0 || this.isBehind ? 'working' : 'idle';
    // Told across threads, so only where it says something new.
    if (isDeepStrictEqual(this.told, state)) return;
    this.told = { ...state };
    this.options.report(this.told);
  }

  /** Waits for news, or until there is something to do at a time. */
  private async until(news: Promise<void>): Promise<void> {
    const now = this.now();
    const asleep = this.paused || this.lost;
    const timer = this.clock && !asleep && !this.work.timed ? this.clock.next(this.firedAt) : Number.POSITIVE_INFINITY;
    const held = this.heldUntil > now ? this.heldUntil : Number.POSITIVE_INFINITY;
    const retry = asleep ? Number.POSITIVE_INFINITY : (this.work.nextRetry(now)?.notBefore ?? Number.POSITIVE_INFINITY);
    const renew = this.place.renewAt(this.work.inFlight > 0);
    // What became due since the step looked is no news: nobody would say so again.
    const due = this.mustReadOn() || this.next() ? now : Number.POSITIVE_INFINITY;
    const at = Number.isFinite(held) ? held : Math.min(timer, retry, renew, due);
    const wait = setTimeout(this.awaken, Math.min(Math.max(0, at - now), LONGEST_WAIT_MS));
    if (!this.options.signal.aborted) await news;
    clearTimeout(wait);
    if (this.place.taken && this.place.renewAt(this.work.inFlight > 0) <= this.now()) this.place.renew().catch((error: unknown) => this.hold(error));
  }

  private mustReadOn(): boolean {
    if (this.paused || this.lost || !this.isBehind) return false;
    return this.work.parallel ? this.work.events < ENOUGH_EVENTS : this.work.size === 0;
  }

  private get isBehind(): boolean {
    return this.moved || this.place.pushed.hasAfter(this.work.readTo);
  }

  private now(): number {
    return this.options.now().getTime();
  }
}


function keyOf({ topic, payload }: LogEvent, key: string): string {
  const value = payload[key];
  return value === undefined ? `topic ${topic}` : JSON.stringify(value);
}

function isLost(error: unknown): boolean {
  return error instanceof Refusal && error.reason === 'lease_lost';
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
