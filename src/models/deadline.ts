import { ModelFailure } from './failure.js';

/** Ends an attempt where the model says nothing for too long, or where whoever asked gave up. */
export class Deadline implements Disposable {
  private readonly controller = new AbortController();
  private readonly aborted: Promise<never>;
  private timer: NodeJS.Timeout | undefined;
  readonly signal: AbortSignal;

  constructor(
    outer: AbortSignal,
    firstMs: number,
    private readonly idleMs: number,
  ) {
    this.signal = AbortSignal.any([outer, this.controller.signal]);
    this.aborted = new Promise((_resolve, reject) => {
      const onAbort = (): void => reject(this.signal.reason as Error);
      if (this.signal.aborted) onAbort();
      else this.signal.addEventListener('abort', onAbort, { once: true });
    });
    this.aborted.catch(() => undefined);
    this.arm(firstMs, 'said nothing');
  }

  /** The model said something. */
  heard(): void {
    this.arm(this.idleMs, 'fell silent');
  }

  /** @throws what ended the attempt: a `ModelFailure`, or the reason of the outer signal */
  race<T>(promise: PromiseLike<T>): Promise<T> {
    return Promise.race([promise, this.aborted]);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.timer);
  }

  private arm(ms: number, what: string): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.controller.abort(new ModelFailure(`it ${what} for ${ms} ms`, 'timeout')), ms);
  }
}
