import { z } from 'zod';

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration as text, like `5m`; milliseconds come out. */
export const duration = z
  .string()
  .regex(/^[1-9]\d*(ms|s|m|h|d)$/, 'a number above 0 and ms, s, m, h or d, like 5m')
  .transform((text) => Number.parseInt(text, 10) * UNITS[/\D+$/.exec(text)![0] as keyof typeof UNITS])
  .meta({ title: 'duration' });

/** A duration, or null where there is no end. */
export const retention = z.union([z.literal('forever').transform(() => null), duration]);

/** Milliseconds as one writes them, in the largest unit that fits; null is `forever`. */
export function durationText(ms: number | null): string {
  if (ms === null) return 'forever';
  const [unit, size] = Object.entries(UNITS).findLast(([, each]) => ms % each === 0)!;
  return `${ms / size}${unit}`;
}
