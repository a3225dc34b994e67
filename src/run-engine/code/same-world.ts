import { createHash } from 'node:crypto';

/** What code could find different when it runs again. What it needs of the world it gets by its tools. */
const GONE = ['fetch', 'WebSocket', 'EventSource', 'setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate', 'performance', 'crypto'];

/** Makes the globals of this thread the same each time a run's code runs: chance, time, and no other events than those of tools. */
export function makeSameWorld(seed: string, now: number): void {
  for (const name of GONE) Object.defineProperty(globalThis, name, { value: undefined, configurable: true, writable: true });
  Math.random = randomOf(seed);
  const still = new Proxy(Date, {
    construct: (date, given: unknown[], target) => Reflect.construct(date, given.length === 0 ? [now] : given, target) as Date,
    apply: () => new Date(now).toString(),
    get: (date, key, receiver) => (key === 'now' ? () => now : (Reflect.get(date, key, receiver) as unknown)),
  });
  Date.prototype.constructor = still;
  globalThis.Date = still;
}

/** Numbers from 0 to below 1 (mulberry32, T. Ettinger, public domain). */
function randomOf(seed: string): () => number {
  let state = createHash('sha256').update(seed).digest().readUInt32BE();
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
