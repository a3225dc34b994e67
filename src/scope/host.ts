import type { Synchronous } from '../storage/scope-database.js';
import { ALARM_TOOL, ScopeMarkers } from './alarms.js';
import { refuseAll, ScopeActor, type Batch, type OperationExecutor } from './actor.js';
import type { CommitFrame, ScopeCall, ScopeReply } from './messages.js';
import { scopeFile } from './scope.js';
import type { ScopeSettings } from './settings.js';

export interface HostOptions {
  readonly dataDir: string;
  readonly synchronous: Synchronous;
  readonly settings: ScopeSettings;
  readonly executor: OperationExecutor;
  /** An actor without a call for so long is closed. */
  readonly idleMs: number;
  /** Takes the call that runs what is due in a scope; its reply goes to nobody. */
  onAlarm(call: ScopeCall): void;
}

/** Reply id that nobody waits for. */
const NOBODY = 0;
/** An alarm that rang and is still due has failed: it is tried again after so long. */
const RETRY_MS = 1000;
/** Longest delay that a timer takes. */
const MAX_DELAY_MS = 2 ** 31 - 1;

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
  /** Timers of scopes with an alarm, whether or not their actor is open. */
  private readonly timers = new Map<string, { at: number; timer: NodeJS.Timeout }>();
  private readonly markers: ScopeMarkers;

  constructor(private readonly options: HostOptions) {
    this.markers = new ScopeMarkers(options.dataDir, 'alarms');
  }

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
          if (actor) this.arm(actor, nowMs);
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
    for (const { timer } of this.timers.values()) clearTimeout(timer);
    for (const key of [...this.actors.keys()]) this.drop(key);
  }

  private runBatch(key: string, calls: readonly ScopeCall[], nowMs: number, deferSync: boolean): Ran {
    try {
      const opened = !this.actors.has(key);
      const actor = this.actorOf(key, nowMs);
      // What fell due while the scope was closed comes first: no call sees the scope without it.
      const due = opened && actor.alarmAt !== undefined && actor.alarmAt <= nowMs;
      return { actor, calls, batch: actor.run(due ? [fireCall(key), ...calls] : calls, nowMs, deferSync) };
    } catch (error) {
      const replies = refuseAll(calls, `the file of scope ${key} cannot be opened: ${String(error)}`, 'none');
      return { actor: undefined, calls, batch: { replies, frame: undefined, wrote: false } };
    }
  }

  private actorOf(key: string, nowMs: number): ScopeActor {
    let actor = this.actors.get(key);
    if (!actor) {
      const { dataDir, synchronous, settings, executor } = this.options;
      actor = new ScopeActor(key, scopeFile(dataDir, key), synchronous, executor, this.markers, settings);
      if (actor.alarmAt === undefined) this.markers.remove(key);
      else this.arm(actor, nowMs);
      this.actors.set(key, actor);
    }
    return actor;
  }

  /** Sets the timer to the scope's next alarm, after what said so is on disk. */
  private arm({ key, alarmAt }: ScopeActor, nowMs: number): void {
    const armed = this.timers.get(key);
    if (alarmAt === armed?.at) return;
    clearTimeout(armed?.timer);
    this.timers.delete(key);
    if (alarmAt === undefined) this.markers.remove(key);
    else this.ringAt(key, alarmAt, Math.max(alarmAt - nowMs, 0));
  }

  private ringAt(key: string, at: number, delayMs: number): void {
    const timer = setTimeout(() => {
      if (Date.now() < at) return this.ringAt(key, at, at - Date.now());
      // Should it fail, it rings again.
      this.ringAt(key, at, RETRY_MS);
      this.options.onAlarm(fireCall(key));
    }, Math.min(delayMs, MAX_DELAY_MS));
    this.timers.set(key, { at, timer });
  }

  private drop(key: string): void {
    this.actors.get(key)?.close();
    this.actors.delete(key);
  }
}

/** The call that runs what is due in a scope. */
function fireCall(key: string): ScopeCall {
  const author = { actor: '', agent: null, transport: 'runtime' as const };
  return { id: NOBODY, key, tool: ALARM_TOOL, op: 'fire', input: '{"op":"fire"}', author, cursor: null };
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
