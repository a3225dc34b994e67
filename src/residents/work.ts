import type { LogEvent, LogPage } from '../channels/hub.js';
import type { Wake } from './protocol.js';

/** One wake that is to be, or is tried again. */
export interface Job {
  /** Jobs of one key run one after the other. */
  readonly key: string;
  readonly reason: Wake['reason'];
  events: LogEvent[];
  readonly reset?: Wake['reset'] | undefined;
  /** Seq that its end brings the cursor to; undefined where that follows from the others. */
  upto?: number | undefined;
  /** When its timer fired, in unix milliseconds. */
  readonly firedAt?: number | undefined;
  readonly deadWake?: number | undefined;
  /** How often it was tried. */
  attempts: number;
  /** Unix milliseconds before which it is not tried. */
  notBefore: number;
  running: boolean;
}

/** What a job is known by across restarts: what it begins with, and whether it is one event. */
export function idOf({ reason, events, deadWake, firedAt }: Pick<Job, 'reason' | 'events' | 'deadWake' | 'firedAt'>): string {
  if (deadWake !== undefined) return `dead ${deadWake}`;
  if (events.length === 0) return firedAt === undefined ? reason : 'timer';
  return `${events[0]!.seq}${events.length > 1 ? '+' : ''}`;
}

/**
 * The jobs of a resident, oldest first.
 *
 * One wake at a time: a page of the log is one job, and its end brings the cursor to the end of the page.
 * Several: the events of a page are one job for each key. The cursor goes as far as no event before it is
 * in a job, so that what is past it and dealt with has to be kept for its own sake.
 */
export class Work {
  private jobs: Job[] = [];
  /** Seq up to which the log was read. */
  readTo = 0;

  constructor(
    readonly maxInFlight: number,
    private readonly keyOf: (event: LogEvent) => string,
    private readonly attemptsOf: (id: string) => number,
  ) {}

  get size(): number {
    return this.jobs.length;
  }

  get inFlight(): number {
    return this.jobs.filter(({ running }) => running).length;
  }

  get parallel(): boolean {
    return this.maxInFlight > 1;
  }

  get events(): number {
    return this.jobs.reduce((sum, { events }) => sum + events.length, 0);
  }

  /** Time of the oldest event in unix milliseconds. */
  get oldestAt(): number | null {
    return this.jobs.reduce<number | null>((oldest, { events: [first] }) => {
      if (!first || (oldest !== null && oldest * 1e6 <= first.ts)) return oldest;
      return Math.floor(first.ts / 1e6);
    }, null);
  }

  /** Forgets everything: the log is read from here. */
  restart(readTo: number): void {
    this.jobs = [];
    this.readTo = readTo;
  }

  add(job: Pick<Job, 'reason' | 'events' | 'reset' | 'upto' | 'firedAt' | 'deadWake'> & { key?: string }): void {
    const key = this.parallel ? (job.key ?? `${job.reason} ${job.deadWake ?? ''}`) : '';
    this.jobs.push({ ...job, key, attempts: this.attemptsOf(idOf(job)), notBefore: 0, running: false });
  }

  /** @param reason `start` where it is the first page. */
  addPage({ events, upto, reset }: LogPage, reason: 'start' | 'events'): void {
    this.readTo = upto;
    if (!this.parallel) {
      if (events.length > 0 || reset || reason === 'start') this.add({ reason, events, upto, reset });
      return;
    }
    if (reason === 'start' || reset) this.add({ reason, events: [], reset });
    for (const event of events) {
      const key = `key ${this.keyOf(event)}`;
      const last = this.jobs.findLast((job) => job.key === key);
      if (last && !last.running && last.attempts === 0) last.events.push(event);
      else this.add({ key, reason: 'events', events: [event] });
    }
  }

  /** The next job that may begin. */
  next(now: number): Job | undefined {
    if (this.inFlight >= this.maxInFlight) return undefined;
    const seen = new Set<string>();
    return this.jobs.find(({ key, notBefore }) => {
      const first = !seen.has(key);
      seen.add(key);
      return first && notBefore <= now && !this.jobs.some((job) => job.key === key && job.running);
    });
  }

  /** The first job that waits for its time to be tried again. */
  nextRetry(now: number): Job | undefined {
    return this.jobs.filter(({ notBefore }) => notBefore > now).reduce<Job | undefined>((first, job) => (first && first.notBefore <= job.notBefore ? first : job), undefined);
  }

  /** Whether there is a job of the timer. */
  get timed(): boolean {
    return this.jobs.some(({ firedAt }) => firedAt !== undefined);
  }

  remove(job: Job): void {
    this.jobs = this.jobs.filter((each) => each !== job);
  }

  /** One job for each event in place of a job, so that one bad event does not take the others along. */
  split(job: Job): void {
    const last = job.events.length - 1;
    const parts = job.events.map((event, at): Job => {
      const part = { reason: 'events' as const, events: [event], upto: job.upto === undefined ? undefined : at === last ? job.upto : event.seq };
      return { ...part, key: job.key, attempts: this.attemptsOf(idOf(part)), notBefore: 0, running: false };
    });
    this.jobs = this.jobs.flatMap((each) => (each === job ? parts : [each]));
  }

  /** Seq up to which all that was read is dealt with. */
  get prefix(): number {
    const waiting = this.jobs.flatMap(({ events, deadWake }) => (deadWake === undefined ? events.map(({ seq }) => seq) : []));
    return waiting.length === 0 ? this.readTo : Math.min(...waiting) - 1;
  }

  has(deadWake: number): boolean {
    return this.jobs.some((job) => job.deadWake === deadWake);
  }
}
