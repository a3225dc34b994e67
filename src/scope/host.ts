import { toRefusalWire } from '../errors.js';
import type { Synchronous } from '../storage/scope-database.js';
import { failAll, ScopeActor, type Batch, type OperationExecutor } from './actor.js';
import { refusalReply, type CommitFrame, type ScopeCall, type ScopeReply } from './messages.js';
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

/** All scope actors of one worker thread. */
export class ScopeHost {
  private readonly actors = new Map<string, ScopeActor>();

  constructor(private readonly options: HostOptions) {}

  /**
   * Runs one drain of the mailbox: a batch per scope. A single scope commits with its own sync; of
   * many, all are committed first and their logs synced side by side.
   */
  async drain(calls: readonly ScopeCall[], nowMs: number): Promise<Drained> {
    const byScope = groupByScope(calls);
    const many = byScope.size > 1;
    const replies: ScopeReply[] = [];
    const frames: CommitFrame[] = [];
    const syncs: Promise<void>[] = [];
    for (const [key, group] of byScope) {
      const ran = this.runBatch(key, group, nowMs, many);
      if (many && ran.actor && ran.batch.wrote) {
        syncs.push(this.settle(ran.actor, ran.batch, group, replies, frames));
      } else collect(ran.batch, replies, frames);
    }
    await Promise.all(syncs);
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

  private runBatch(
    key: string,
    calls: readonly ScopeCall[],
    nowMs: number,
    deferSync: boolean,
  ): { batch: Batch; actor: ScopeActor | undefined } {
    try {
      const actor = this.actorOf(key);
      return { actor, batch: actor.run(calls, nowMs, deferSync) };
    } catch (error) {
      const cause = toRefusalWire(error).error;
      const refusal = { reason: 'unavailable' as const, error: `the file of scope ${key} cannot be opened: ${cause}` };
      const replies = calls.map((call) => refusalReply(call.id, refusal));
      return { actor: undefined, batch: { replies, frame: undefined, wrote: false } };
    }
  }

  /** After a failed sync nobody knows what the disk holds: the scope is closed and read anew. */
  private async settle(
    actor: ScopeActor,
    batch: Batch,
    calls: readonly ScopeCall[],
    replies: ScopeReply[],
    frames: CommitFrame[],
  ): Promise<void> {
    try {
      await actor.sync();
      collect(batch, replies, frames);
    } catch (error) {
      this.drop(actor.key);
      replies.push(...failAll(calls, error));
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

function collect(batch: Batch, replies: ScopeReply[], frames: CommitFrame[]): void {
  replies.push(...batch.replies);
  if (batch.frame) frames.push(batch.frame);
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
