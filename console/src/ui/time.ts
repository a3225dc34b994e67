import { useSyncExternalStore } from 'react';

const NANOS_PER_MS = 1e6;

export const fromNanos = (nanos: number): number => nanos / NANOS_PER_MS;

/** "now", "12 s ago", "5 min ago", "3 h ago", "6 d ago", then the date. Both arguments are unix milliseconds. */
export function ago(at: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  if (seconds < 3) return 'now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  if (seconds < 14 * 86_400) return `${Math.floor(seconds / 86_400)} d ago`;
  return new Date(at).toLocaleDateString(undefined, { year: 'numeric', month: 'short', day: 'numeric' });
}

/** "in 12 s", "in 5 min", then the date and time; "now" for what is due. Both arguments are unix milliseconds. */
export function ahead(at: number, now: number): string {
  const seconds = Math.ceil((at - now) / 1000);
  if (seconds <= 0) return 'now';
  if (seconds < 60) return `in ${seconds} s`;
  if (seconds < 3600) return `in ${Math.round(seconds / 60)} min`;
  return new Date(at).toLocaleString(undefined, { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
}

const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
  [1, 'ms'],
] as const;

/** An exact time in milliseconds as "1 h 30 min". */
export function inUnits(ms: number): string {
  const parts = UNITS.flatMap(([size, unit], index) => {
    const count = Math.floor((index === 0 ? ms : ms % UNITS[index - 1]![0]) / size);
    return count > 0 ? [`${count} ${unit}`] : [];
  });
  return parts.join(' ') || '0 ms';
}

/** Today's date in the user's time zone as YYYY-MM-DD. */
export function today(): string {
  const now = new Date();
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 10);
}

/** A YYYY-MM-DD date as "30 Jun", or with its weekday; any other text as it is. */
export function shortDate(date: string, weekday = false): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return date;
  return new Date(`${date}T00:00:00`).toLocaleDateString(undefined, {
    weekday: weekday ? 'short' : undefined,
    day: 'numeric',
    month: 'short',
  });
}

const TICK_MS = 1000;
let now = Date.now();
let timer: number | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    now = Date.now();
    timer = window.setInterval(() => {
      now = Date.now();
      for (const each of listeners) each();
    }, TICK_MS);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    window.clearInterval(timer);
    timer = undefined;
  };
}

/** The present as unix milliseconds, rounded down to `stepMs`, so that a component renders once per step. */
export const useNow = (stepMs: number): number =>
  useSyncExternalStore(subscribe, () => Math.floor(now / stepMs) * stepMs);
