import { setTimeout as wait } from 'node:timers/promises';

const FIRST_MS = 100;
const LONGEST_MS = 2000;

/** Waits between attempts: each about twice as long as the one before, until the time is over. */
export class Retries {
  private nextMs = FIRST_MS;

  /** @param until of `performance.now()`; Infinity for attempts without end. */
  constructor(private readonly until: number) {}

  static within(ms: number): Retries {
    return new Retries(performance.now() + ms);
  }

  /** @returns false, at once, where the next attempt would come too late; and when the signal ended the wait. */
  async pause(signal: AbortSignal, atLeastMs = 0): Promise<boolean> {
    // Spread, so that many who wait for one upstream do not all come back in one moment.
    const ms = Math.max(atLeastMs, this.nextMs * (0.75 + Math.random() / 2));
    this.nextMs = Math.min(this.nextMs * 2, LONGEST_MS);
    if (performance.now() + ms > this.until) return false;
    await wait(ms, undefined, { signal }).catch(() => undefined);
    return !signal.aborted;
  }
}
