import { ModelFailure } from './failure.js';

/** Ends an attempt where the model says nothing for too long, or where whoever asked gave up. */
export class Deadline implements Disposable {
  private readonly controller = new AbortController();
  private readonly aborted: Promise<never>;
  private timer: NodeJS.Timeout | undefined;
  private readonly onAbort = (): void => this.controller.abort(this.outer.reason);

  constructor(
    private readonly outer: AbortSignal,
    firstMs: number,
    private readonly idleMs: number,
  ) {
    this.aborted = new Promise((_resolve, reject) => {
      this.signal.addEventListener('abort', () => reject(this.signal.reason as Error), { once: true });
    });
    this.aborted.catch(() => undefined);
    if (outer.aborted) this.onAbort();
    outer.addEventListener('abort', this.onAbort, { once: true });
    this.arm(firstMs, 'said nothing');
  }

  get signal(): AbortSignal {
    return this.controller.signal;
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
    this.outer.removeEventListener('abort', this.onAbort);
  }

  private arm(ms: number, what: string): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.controller.abort(new ModelFailure(`it ${what} for ${ms} ms`, 'timeout')), ms);
  }
}
