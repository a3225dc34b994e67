import { unlessAborted } from './abort.js';

/** The place of a run among those at work: it gives it up while all that it does is to wait. */
export class Place {
  /** Calls of the turn that are under way, and how many of them only wait. */
  private working = 0;
  private parked = 0;

  constructor(
    private isHeld: boolean,
    /** Waits for a place, or gives it back. */
    private readonly ask: (want: boolean) => Promise<unknown>,
    private readonly signal: AbortSignal,
  ) {}

  /** A call begins, or ends. */
  atWork(change: 1 | -1): void {
    this.working += change;
  }

  async take(): Promise<void> {
    if (this.isHeld) return;
    this.isHeld = true;
    await unlessAborted(this.ask(true), this.signal);
  }

  async whileWaiting<Result>(wait: () => Promise<Result>): Promise<Result> {
    this.parked += 1;
    if (this.parked >= this.working) await this.leave();
    try {
      return await wait();
    } finally {
      this.parked -= 1;
      if (!this.signal.aborted) await this.take();
    }
  }

  private async leave(): Promise<void> {
    if (!this.isHeld) return;
    this.isHeld = false;
    await this.ask(false);
  }
}
