import type { LogPage } from '../channels/hub.js';
import type { Selector } from '../channels/selection.js';
import type { CursorAdvance } from '../scope/messages.js';
import type { Resident, ResidentState, Wake } from './protocol.js';

export interface RunnerOptions {
  readonly name: string;
  readonly scope: string;
  /** What wakes it. */
  readonly select: readonly Selector[];
  readonly everyMs: number | undefined;
  readonly resident: Resident;
  readonly signal: AbortSignal;
  now(): Date;
  call<Result>(tool: string, input: Record<string, unknown>, cursor?: CursorAdvance): Promise<Result>;
  report(state: ResidentState): void;
}

const PAGE = 200;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 60_000;

/**
 * Wakes a resident, one wake at a time, and keeps its place in the channel log.
 *
 *   starting ─▶ working ─▶ idle ──log moved, or time──▶ working
 *                  └──it threw──▶ retrying ──after a pause, the same events──▶ working
 *
 * The place is the durable cursor of the consumer `resident:<name>`. After a crash the events past the
 * cursor come again, so that whatever was half done is done.
 */
export class ResidentRunner {
  private readonly state: ResidentState = {
    state: 'starting',
    cursor: 0,
    wakes: 0,
    last_wake_at: null,
    last_error: null,
  };
  /** Whether the durable cursor has been read. */
  private placed = false;
  private moved = false;
  private due: Wake['reason'] | undefined = 'start';
  private awaken: (() => void) | undefined;
  private failures = 0;
  private nextTickAt: number;

  constructor(private readonly options: RunnerOptions) {
    this.nextTickAt = this.options.now().getTime() + (options.everyMs ?? Number.POSITIVE_INFINITY);
  }

  /** The log of the scope has something new. */
  logMoved(): void {
    this.moved = true;
    this.awaken?.();
  }

  /** Runs until the signal ends it. */
  async run(): Promise<void> {
    const { signal } = this.options;
    signal.addEventListener('abort', () => this.awaken?.());
    while (!signal.aborted) {
      try {
        await this.step();
        this.failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        this.failures += 1;
        this.moved = true;
        this.report('retrying', error instanceof Error ? error.message : String(error));
        await this.pause(Math.min(FIRST_RETRY_MS * 2 ** (this.failures - 1), LAST_RETRY_MS), false);
      }
    }
  }

  private async step(): Promise<void> {
    const { call, name, scope } = this.options;
    if (!this.placed) {
      const { seq } = await call<{ seq: number }>('_log', { op: 'cursor', scope, consumer: consumerOf(name) });
      this.state.cursor = seq;
      this.placed = true;
    }
    const now = this.options.now().getTime();
    if (now >= this.nextTickAt) {
      this.due ??= 'time';
      this.nextTickAt = now + this.options.everyMs!;
    }
    if (!this.due && !this.moved) {
      this.report('idle');
      await this.pause(Math.min(this.nextTickAt - now, 2 ** 31 - 1), true);
      return;
    }
    this.moved = false;
    const page = await call<LogPage>('_log', {
      op: 'read',
      scope,
      after: this.state.cursor,
      select: this.options.select,
      limit: PAGE,
    });
    if (page.upto < page.head) this.moved = true;
    await this.wake(page);
  }

  private async wake(page: LogPage): Promise<void> {
    const { resident, call, name, scope } = this.options;
    const reason = this.due ?? 'events';
    if (page.events.length === 0 && reason === 'events' && !page.reset) {
      // Other topics moved: nothing to do, and no reason to write that down.
      this.state.cursor = page.upto;
      return;
    }
    this.state.wakes += 1;
    this.state.last_wake_at = this.options.now().toISOString();
    this.report('working');
    const cursor: CursorAdvance = { consumer: consumerOf(name), seq: page.upto };
    await resident.wake({ reason, events: page.events, cursor, ...(page.reset ? { reset: page.reset } : {}) });
    if (page.upto > this.state.cursor) await call('_log', { op: 'open', scope }, cursor);
    this.state.cursor = page.upto;
    this.state.last_error = null;
    this.due = undefined;
  }

  private report(state: ResidentState['state'], error?: string): void {
    this.state.state = state;
    if (error !== undefined) this.state.last_error = error;
    this.options.report({ ...this.state });
  }

  /** @param wakeable whether news ends the pause early. */
  private async pause(ms: number, wakeable: boolean): Promise<void> {
    const { signal } = this.options;
    await new Promise<void>((resolve) => {
      const timer = Number.isFinite(ms) ? setTimeout(resolve, Math.max(0, ms)) : undefined;
      this.awaken = () => {
        if (!wakeable && !signal.aborted) return;
        clearTimeout(timer);
        resolve();
      };
      if (signal.aborted || (wakeable && this.moved)) this.awaken();
    });
    this.awaken = undefined;
  }
}

export function consumerOf(name: string): string {
  return `resident:${name}`;
}
