import type { Progress } from '../runs/store.js';
import type { DayUse } from '../runs/store.js';
import type { RunEvent } from '../runs/types.js';

/** Pieces of text are kept together for so long, so that a fast model costs a commit per moment and not per word. */
const GATHER_MS = 40;

/** The run has been ended by somebody else: nothing more of it is kept. */
export class RunOver extends Error {}

type Keep = (progress: Progress) => Promise<{ running: boolean; day: DayUse[] }>;

/** Keeps what a run does, in order: events now and then, everything else at once with the events before it. */
export class Recorder {
  private waiting: RunEvent[] = [];
  private timer: NodeJS.Timeout | undefined;
  /** Ends when all that was handed over is kept; fails with the first that was not. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly keep: Keep,
    /** Called when something could not be kept, or the run is over. */
    private readonly failed: (error: Error) => void,
  ) {}

  tell(event: RunEvent): void {
    const before = this.waiting.at(-1);
    if (before && (before.type === 'text' || before.type === 'thinking') && event.type === before.type) {
      this.waiting[this.waiting.length - 1] = { type: before.type, text: before.text + event.text };
    } else this.waiting.push(event);
    this.timer ??= setTimeout(() => void this.record({}).catch((error: unknown) => this.failed(error as Error)), GATHER_MS);
  }

  /** @returns what its agents used today, where the progress brings use. @throws RunOver, Refusal */
  async record(progress: Progress): Promise<DayUse[]> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const events = [...this.waiting.splice(0), ...(progress.events ?? [])];
    const kept = this.last.then(async () => {
      const { running, day } = await this.keep({ ...progress, events });
      if (!running) throw new RunOver('the run has been ended');
      return day;
    });
    this.last = kept.catch(() => undefined);
    return kept;
  }

  /** The events that were told and not kept, for the last entry of the run. */
  async close(): Promise<RunEvent[]> {
    clearTimeout(this.timer);
    await this.last;
    return this.waiting.splice(0);
  }
}
