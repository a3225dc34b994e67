import type { Principal } from '../../identity/principal.js';
import type { RunSecrets } from '../../runs/protocol.js';
import type { RunRow } from '../../runs/types.js';
import type { ServiceCall } from '../operation.js';

/** A run that is under way in this process. */
export class LiveRun {
  /** Puts a question of the run, or of one below it, to whoever began it. */
  ask: ServiceCall['ask'];
  /** Settles when the run ends; rejects with a Refusal where it was lost. */
  readonly ended: Promise<RunRow>;
  private settle!: (row: RunRow) => void;
  private fail!: (error: Error) => void;
  private readonly watchers = new Set<object>();
  private leaving: NodeJS.Timeout | undefined;

  constructor(
    public row: RunRow,
    readonly principal: Principal,
    /** Of its scope. */
    readonly key: string,
    readonly secrets: RunSecrets,
    /** Called when all that watched a run which does not outlive its client are gone for a while. */
    private readonly abandoned: () => void,
    private readonly graceMs: number,
  ) {
    this.ended = new Promise((resolve, reject) => {
      this.settle = resolve;
      this.fail = reject;
    });
    this.ended.catch(() => undefined);
  }

  end(row: RunRow): void {
    clearTimeout(this.leaving);
    this.settle(row);
  }

  lose(error: Error): void {
    clearTimeout(this.leaving);
    this.fail(error);
  }

  /** Somebody watches the run. @returns what to call when that ends. */
  watch(): () => void {
    const watcher = {};
    this.watchers.add(watcher);
    clearTimeout(this.leaving);
    return () => {
      if (!this.watchers.delete(watcher) || this.watchers.size > 0 || this.row.request.interactive) return;
      this.leaving = setTimeout(this.abandoned, this.graceMs);
    };
  }
}
