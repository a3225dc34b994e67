import type { Piscina } from 'piscina';
import type { Synchronous } from '../storage/scope-database.js';
import {
  refusalReply,
  type CommitFrame,
  type FromScopeWorker,
  type ScopeCall,
  type ScopeReply,
  type ToScopeWorker,
} from './messages.js';
import { ResidentTask, residentPool } from './resident-task.js';
import type { ScopeSettings } from './settings.js';

export interface PlacementOptions {
  readonly workerFile: string;
  readonly workers: number;
  readonly dataDir: string;
  readonly synchronous: Synchronous;
  readonly idleMs: number;
  readonly settings: ScopeSettings;
  /** Gets every commit, in order within a scope, before the replies of that commit. */
  onFrame(frame: CommitFrame): void;
  /** A worker died: events that it committed and did not send are in the log only. */
  onCrash(ownsScope: (key: string) => boolean, error: Error): void;
}

type Done = (reply: ScopeReply) => void;

interface Lane {
  task: ResidentTask;
  outbox: ScopeCall[];
  pending: Map<number, Done>;
}

/** Sends each call to the one worker thread that owns its scope, and answers come back here. */
export class Placement {
  private readonly pool: Piscina;
  private readonly lanes: Lane[];
  private nextId = 1;
  private flushing = false;

  constructor(private readonly options: PlacementOptions) {
    const { workerFile, workers, dataDir, synchronous, idleMs, settings } = options;
    this.pool = residentPool(workerFile, workers);
    this.lanes = Array.from({ length: workers }, (_, index) => {
      const task = new ResidentTask(
        this.pool,
        { dataDir, synchronous, idleMs, settings },
        { message: (message) => this.receive(index, message as FromScopeWorker), crashed: (error) => this.crashed(index, error) },
      );
      return { task, outbox: [], pending: new Map<number, Done>() };
    });
  }

  /** @param done called once; never from within this call. */
  call(call: Omit<ScopeCall, 'id'>, done: Done): void {
    const id = this.nextId++;
    const lane = this.lanes[this.laneOf(call.key)]!;
    lane.pending.set(id, done);
    lane.outbox.push({ ...call, id });
    // One message per turn of the event loop: everything that this turn read from the network goes along.
    if (!this.flushing) {
      this.flushing = true;
      setImmediate(() => this.flush());
    }
  }

  async stop(): Promise<void> {
    this.flush();
    await Promise.all(this.lanes.map((lane) => lane.task.stop({ type: 'stop' } satisfies ToScopeWorker)));
    await this.pool.destroy();
  }

  private flush(): void {
    this.flushing = false;
    for (const lane of this.lanes) {
      if (lane.outbox.length === 0) continue;
      lane.task.post({ type: 'calls', calls: lane.outbox } satisfies ToScopeWorker);
      lane.outbox = [];
    }
  }

  private receive(index: number, message: FromScopeWorker): void {
    if (message.type === 'stopped') return;
    for (const frame of message.frames) this.options.onFrame(frame);
    const { pending } = this.lanes[index]!;
    for (const reply of message.replies) {
      const done = pending.get(reply.id);
      pending.delete(reply.id);
      done?.(reply);
    }
  }

  private crashed(index: number, error: Error): void {
    const lane = this.lanes[index]!;
    const lost = [...lane.pending].filter(([id]) => !lane.outbox.some((call) => call.id === id));
    for (const [id, done] of lost) {
      lane.pending.delete(id);
      done(
        refusalReply(id, {
          reason: 'unavailable',
          error: 'the worker of this scope ended before it answered: whether a write took effect is unknown, read again and retry',
          data: { effect: 'unknown' },
        }),
      );
    }
    this.options.onCrash((key) => this.laneOf(key) === index, error);
  }

  private laneOf(key: string): number {
    let hash = 0x811c9dc5;
    for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
    return (hash >>> 0) % this.lanes.length;
  }
}
