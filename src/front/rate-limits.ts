export interface Rate {
  readonly per_second: number;
  /** How many may come at once. */
  readonly burst: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

const MAX_KEPT = 10_000;

/** A token bucket for each key: one token a call, refilled at the rate. */
export class TokenBuckets {
  private readonly buckets = new Map<string, Bucket>();

  constructor(
    private readonly rate: Rate,
    private readonly now: () => number = performance.now.bind(performance),
  ) {}

  /** @returns 0 where the call may go on, else the seconds until one may. */
  take(key: string): number {
    const at = this.now();
    const { per_second: perSecond, burst } = this.rate;
    const bucket = this.buckets.get(key) ?? this.add(key, at);
    bucket.tokens = Math.min(burst, bucket.tokens + ((at - bucket.at) / 1000) * perSecond);
    bucket.at = at;
    if (bucket.tokens < 1) return (1 - bucket.tokens) / perSecond;
    bucket.tokens -= 1;
    return 0;
  }

  private add(key: string, at: number): Bucket {
    makeRoom(this.buckets);
    const bucket = { tokens: this.rate.burst, at };
    this.buckets.set(key, bucket);
    return bucket;
  }
}

const FORGET_MS = 15 * 60_000;
const LONGEST_MS = 60_000;

/** Makes whoever guesses secrets wait: after some failures twice as long for each one more, up to a minute. */
export class FailureBackoff {
  private readonly failures = new Map<string, { count: number; at: number }>();

  constructor(
    /** Failures without a wait; 0 turns waiting off. */
    private readonly free: number,
    private readonly now: () => number = performance.now.bind(performance),
  ) {}

  /** @returns 0 where the address may try, else the seconds until it may. */
  waitFor(address: string): number {
    const failed = this.failures.get(address);
    if (!failed || this.free === 0 || failed.count <= this.free) return 0;
    const wait = Math.min(1000 * 2 ** (failed.count - this.free - 1), LONGEST_MS);
    return Math.max(0, failed.at + wait - this.now()) / 1000;
  }

  failed(address: string): void {
    const at = this.now();
    const before = this.failures.get(address);
    if (!before) makeRoom(this.failures);
    const count = before && at - before.at < FORGET_MS ? before.count : 0;
    this.failures.set(address, { count: count + 1, at });
  }
}

/** Lets the oldest go: its key begins anew. */
function makeRoom(kept: Map<string, unknown>): void {
  const [oldest] = kept.size >= MAX_KEPT ? kept.keys() : [];
  if (oldest !== undefined) kept.delete(oldest);
}
