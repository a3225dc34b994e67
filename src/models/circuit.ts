export type CircuitState = 'closed' | 'open' | 'half_open';

/** How long a call waits for the one that tries a provider out. */
const TRIAL_WAIT_MS = 1000;

/**
 * Keeps calls from a provider that fails: after some failures in a row it opens for a time, then lets one call through.
 * That one closes it again, or opens it once more. Times are milliseconds.
 */
export class Circuit {
  private failures = 0;
  private openUntil: number | undefined;
  private heldUntil = 0;
  private trying = false;

  constructor(
    private readonly settings: { readonly failures: number; readonly openMs: number },
    private readonly now: () => number,
  ) {}

  get state(): CircuitState {
    if (this.heldUntil > this.now()) return 'open';
    if (this.openUntil === undefined) return 'closed';
    return this.openUntil > this.now() ? 'open' : 'half_open';
  }

  /** How long until a call may be made; 0 for now. */
  waitMs(): number {
    const held = Math.max(0, this.heldUntil - this.now());
    if (this.openUntil === undefined) return held;
    const left = this.openUntil - this.now();
    return Math.max(held, left > 0 ? left : this.trying ? TRIAL_WAIT_MS : 0);
  }

  /** A call begins. What it returns must be told once how the call ended; `none` says nothing about the provider. */
  begin(): (outcome: 'success' | 'failure' | 'none') => void {
    const isTrial = this.state === 'half_open';
    if (isTrial) this.trying = true;
    return (outcome) => {
      if (isTrial) this.trying = false;
      if (outcome === 'success') this.close();
      if (outcome === 'failure') this.fail(isTrial);
    };
  }

  /** The provider asked to be left alone until then. */
  holdUntil(time: number): void {
    this.heldUntil = Math.max(this.heldUntil, time);
  }

  private close(): void {
    this.failures = 0;
    this.openUntil = undefined;
  }

  private fail(isTrial: boolean): void {
    this.failures += 1;
    // A call that began before it opened does not keep it open for longer.
    if (isTrial || (this.openUntil === undefined && this.failures >= this.settings.failures)) this.openUntil = this.now() + this.settings.openMs;
  }
}
