import type { Synchronous } from '../storage/scope-database.js';
import { refuseAll, ScopeActor, type Batch, type OperationExecutor } from './actor.js';
import type { CommitFrame, ScopeCall, ScopeReply } from './messages.js';
import { scopeFile } from './scope.js';

export interface HostOptions {
  readonly dataDir: string;
  readonly synchronous: Synchronous;
  readonly executor: OperationExecutor;
  /** An actor without a call for so long is closed. */
  readonly idleMs: number;
}

export interface Drained {
  readonly replies: ScopeReply[];
  readonly frames: CommitFrame[];
}

interface Ran {
  actor: ScopeActor | undefined;
  calls: readonly ScopeCall[];
  batch: Batch;
}

/** All scope actors of one worker thread. */
export class ScopeHost {
  private readonly actors = new Map<string, ScopeActor>();

  constructor(private readonly options: HostOptions) {}

  /**
   * Runs one drain of the mailbox: a batch per scope. A single scope commits with its own sync; of many,
   * all are committed first and their logs synced side by side.
   */
  async drain(calls: readonly ScopeCall[], nowMs: number): Promise<Drained> {
    const replies: ScopeReply[] = [];
    const frames: CommitFrame[] = [];
    const groups = [...groupByScope(calls)];
    const many = groups.length > 1;
    const batches = groups.map(([key, group]) => this.runBatch(key, group, nowMs, many));
    await Promise.all(
      batches.map(async ({ actor, batch, calls }) => {
        try {
          if (many && batch.wrote) await actor!.sync();
          replies.push(...batch.replies);
          if (batch.frame) frames.push(batch.frame);
        } catch (error) {
          // Nobody knows what the disk holds: the scope is closed, and read anew by whoever comes next.
          this.drop(actor!.key);
          replies.push(...refuseAll(calls, `whether this was written is unknown: the disk failed (${String(error)})`, 'unknown'));
        }
      }),
    );
    return { replies, frames };
  }

  closeIdle(nowMs: number): void {
    for (const [key, actor] of this.actors) {
      if (nowMs - actor.lastUsedAt > this.options.idleMs) this.drop(key);
    }
  }

  close(): void {
    for (const key of [...this.actors.keys()]) this.drop(key);
  }

  private runBatch(key: string, calls: readonly ScopeCall[], nowMs: number, deferSync: boolean): Ran {
    try {
      const actor = this.actorOf(key);
      return { actor, calls, batch: actor.run(calls, nowMs, deferSync) };
    } catch (error) {
      const replies = refuseAll(calls, `the file of scope ${key} cannot be opened: ${String(error)}`, 'none');
      return { actor: undefined, calls, batch: { replies, frame: undefined, wrote: false } };
    }
  }

  private actorOf(key: string): ScopeActor {
    let actor = this.actors.get(key);
    if (!actor) {
      const { dataDir, synchronous, executor } = this.options;
      actor = new ScopeActor(key, scopeFile(dataDir, key), synchronous, executor);
      this.actors.set(key, actor);
    }
    return actor;
  }

  private drop(key: string): void {
    this.actors.get(key)?.close();
    this.actors.delete(key);
  }
}

function groupByScope(calls: readonly ScopeCall[]): Map<string, ScopeCall[]> {
  const groups = new Map<string, ScopeCall[]>();
  for (const call of calls) {
    const group = groups.get(call.key);
    if (group) group.push(call);
    else groups.set(call.key, [call]);
  }
  return groups;
}
