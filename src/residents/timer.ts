import { Cron } from 'croner';
import type { Timer } from './protocol.js';

/** Longest that `setTimeout` waits; who waits longer looks again then. */
export const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** The times at which a resident is woken by the clock. All times are unix milliseconds. */
export interface TimerClock {
  /** The first time after `last`. */
  next(last: number): number;
  /** What is kept as the last time once the timer has fired at `now`: all that was missed by then is one. */
  fired(last: number, now: number): number;
}

export function timerClock(timer: Timer): TimerClock {
  if ('every' in timer) {
    const { every } = timer;
    return {
      next: (last) => last + every,
      // It keeps its beat, however late it was.
      fired: (last, now) => last + Math.max(1, Math.floor((now - last) / every)) * every,
    };
  }
  const cron = new Cron(timer.cron, { paused: true, mode: '5-part', timezone: timer.timezone });
  return {
    next: (last) => cron.nextRun(new Date(last))?.getTime() ?? Number.POSITIVE_INFINITY,
    fired: (_last, now) => now,
  };
}

/** The timer as it stands in the file: where it is another one, it begins to run anew. */
export function timerText(timer: Timer | undefined): string | null {
  if (!timer) return null;
  return 'every' in timer ? `every ${timer.every}` : `cron ${timer.cron} ${timer.timezone}`;
}
