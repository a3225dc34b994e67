import { Refusal } from '../../errors.js';

export interface Concurrency {
  /** Runs at work at once, of everybody. */
  readonly max_concurrent_runs: number;
  /** New runs that may wait for a place. */
  readonly max_queue_depth: number;
  /** Milliseconds that a new run waits at most. */
  readonly queue_timeout_ms: number;
  /** Runs at work at once for one user; 0: no limit of its own. */
  readonly max_concurrent_runs_per_user: number;
}

interface Waiter {
  readonly id: string;
  /** Whether the run is new: those that have begun wait without a limit. */
  readonly fresh: boolean;
  admit(): void;
  refuse(error: Refusal): void;
}

/**
 * The places of runs at work. Who waits gets one in turn: user after user, and of each user who came first. A run
 * that only waits, for a person or for those that it began, holds none.
 */
export class Slots {
  /** User of each run that holds a place. */
  private readonly holders = new Map<string, string>();
  /** Users in the order of their turns, with their runs that wait. */
  private readonly queues = new Map<string, Waiter[]>();

  constructor(private readonly limits: Concurrency) {}

  /**
   * A place for a new run.
   * @throws Refusal `quota_exhausted` where its user has too many already, `backpressure` where too many wait or it waited too long.
   */
  admit(user: string, id: string): Promise<void> {
    const { max_concurrent_runs_per_user: cap, max_queue_depth: depth, queue_timeout_ms: timeout } = this.limits;
    if (cap > 0 && this.heldBy(user) + this.freshOf(user) >= cap) {
      return Promise.reject(new Refusal('quota_exhausted', `you have ${cap} runs already, and may have no more at once: wait for one to end`, { user_id: user, cap }));
    }
    if (this.free(user)) return this.take(user, id);
    const waiting = [...this.queues.values()].flat().filter(({ fresh }) => fresh).length;
    const { max_concurrent_runs: most } = this.limits;
    if (waiting >= depth) return Promise.reject(new Refusal('backpressure', `${most} runs are at work and ${waiting} wait: try again later`, { running: this.holders.size, waiting }));
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        // Before it is forgotten, which refuses it as a run that has ended.
        reject(new Refusal('backpressure', `no place came free within ${timeout} ms: try again later`, { running: this.holders.size }));
        this.forget(id);
      }, timeout);
      this.enqueue(user, {
        id,
        fresh: true,
        admit: () => {
          clearTimeout(late);
          resolve();
        },
        refuse: (error) => {
          clearTimeout(late);
          reject(error);
        },
      });
    });
  }

  /** A place for a run that has begun: it waits for as long as that takes. */
  rejoin(user: string, id: string): Promise<void> {
    if (this.holders.has(id)) return Promise.resolve();
    if (this.free(user)) return this.take(user, id);
    return new Promise((resolve, reject) => this.enqueue(user, { id, fresh: false, admit: resolve, refuse: reject }));
  }

  /** Gives the place of a run back, or its place in the queue. */
  release(id: string): void {
    this.holders.delete(id);
    this.forget(id);
    this.next();
  }

  get running(): number {
    return this.holders.size;
  }

  private take(user: string, id: string): Promise<void> {
    this.holders.set(id, user);
    return Promise.resolve();
  }

  private free(user: string): boolean {
    const { max_concurrent_runs: most, max_concurrent_runs_per_user: cap } = this.limits;
    return this.holders.size < most && (cap === 0 || this.heldBy(user) < cap);
  }

  private heldBy(user: string): number {
    let held = 0;
    for (const each of this.holders.values()) if (each === user) held += 1;
    return held;
  }

  private freshOf(user: string): number {
    return (this.queues.get(user) ?? []).filter(({ fresh }) => fresh).length;
  }

  private enqueue(user: string, waiter: Waiter): void {
    this.queues.set(user, [...(this.queues.get(user) ?? []), waiter]);
  }

  private next(): void {
    for (const [user, waiters] of [...this.queues]) {
      if (!this.free(user)) continue;
      const [first, ...rest] = waiters;
      // The user goes to the end of the line.
      this.queues.delete(user);
      if (rest.length > 0) this.queues.set(user, rest);
      this.holders.set(first!.id, user);
      first!.admit();
    }
  }

  private forget(id: string): void {
    for (const [user, waiters] of this.queues) {
      const rest = waiters.filter((each) => each.id !== id);
      if (rest.length === waiters.length) continue;
      for (const each of waiters) if (each.id === id) each.refuse(new Refusal('run_ended', 'the run has ended'));
      if (rest.length > 0) this.queues.set(user, rest);
      else this.queues.delete(user);
    }
  }
}
