import { hash } from 'node:crypto';
import type { Piscina } from 'piscina';
import type { McpServerDefinition } from '../../definitions/mcp-server-definition.js';
import { fromRefusalWire, Refusal, toRefusalWire } from '../../errors.js';
import { log } from '../../log.js';
import type { Compacted, Discovered, FromRunWorker, RunCall, RunSecrets, ToRunWorker } from '../../runs/protocol.js';
import type { RunRow } from '../../runs/types.js';
import { residentPool, ResidentTask } from '../../scope/resident-task.js';

export interface RunPoolOptions {
  readonly workerFile: string;
  readonly threads: number;
  /** What a thread is started with: plain data. */
  readonly data: object;
  /** Answers what a run asks. Rejects with a Refusal. */
  call(runId: string, call: RunCall): Promise<unknown>;
  ended(run: RunRow): void;
  /** A run stays in its file as it is, and is not at work any more. */
  lost(runId: string, error: Error): void;
  /** The thread of this number died: its runs have to be started again. */
  crashed(thread: number): void;
}

/** The threads that runs are at work in, each begun with its first run: a server without any has none. A run and all that it begins share one. */
export class RunPool {
  private pool: Piscina | undefined;
  /** By number of the thread. */
  private readonly tasks = new Map<number, ResidentTask>();
  /** What is asked of runs, and waits for its answer. */
  private readonly asked = new Map<number, { run_id: string; resolve(result: unknown): void; reject(error: Error): void }>();
  private lastId = 0;

  constructor(private readonly options: RunPoolOptions) {}

  threadOf({ root_run_id: root }: Pick<RunRow, 'root_run_id'>): number {
    return hash('sha256', root, 'buffer').readUInt32BE() % this.options.threads;
  }

  post(run: Pick<RunRow, 'root_run_id'>, message: ToRunWorker): void {
    this.taskOf(this.threadOf(run)).post(message);
  }

  /** Rejects with a Refusal where the run is in the middle of a turn. */
  compact(run: Pick<RunRow, 'root_run_id' | 'run_id'>): Promise<Compacted> {
    return this.ask(run, (id) => ({ type: 'compact', run_id: run.run_id, id }));
  }

  /** Asks an MCP server for its tools, from where runs reach it, and has them ask anew. Rejects with a Refusal. */
  async discover(server: McpServerDefinition, secrets: RunSecrets): Promise<Discovered> {
    const found = await this.ask<Discovered>({ root_run_id: server.name, run_id: '' }, (id) => ({ type: 'discover', id, server, secrets }));
    for (const task of this.tasks.values()) task.post({ type: 'relist', server: server.name } satisfies ToRunWorker);
    return found;
  }

  /** A run has ended, or is at work no more: nothing of it answers. */
  forget(runId: string): void {
    for (const [id, { run_id, reject }] of this.asked) {
      if (run_id !== runId) continue;
      this.asked.delete(id);
      reject(new Refusal('run_ended', `the run ${runId} has ended`, { run_id: runId }));
    }
  }

  /** Ends when the threads have: runs stay in their files as they are. */
  async stop(): Promise<void> {
    await Promise.all([...this.tasks.values()].map((task) => task.stop({ type: 'stop' } satisfies ToRunWorker)));
    await this.pool?.destroy();
    this.refuseAsked('the runtime is stopping');
  }

  private ask<Result>(run: Pick<RunRow, 'root_run_id' | 'run_id'>, message: (id: number) => ToRunWorker): Promise<Result> {
    const id = (this.lastId += 1);
    return new Promise<Result>((resolve, reject) => {
      this.asked.set(id, { run_id: run.run_id, resolve: resolve as (result: unknown) => void, reject });
      this.post(run, message(id));
    });
  }

  private taskOf(thread: number): ResidentTask {
    const { workerFile, threads } = this.options;
    this.pool ??= residentPool(workerFile, threads, 0);
    const task = this.tasks.get(thread) ?? this.task(this.pool, thread);
    this.tasks.set(thread, task);
    return task;
  }

  private task(pool: Piscina, thread: number): ResidentTask {
    return new ResidentTask(pool, this.options.data, {
      message: (message, reply) => this.receive(message as FromRunWorker, reply),
      crashed: (error) => {
        log('error', 'a thread of runs ended and is started anew', { error: error.stack });
        this.refuseAsked('the thread of the run ended');
        this.options.crashed(thread);
      },
    });
  }

  private refuseAsked(why: string): void {
    for (const { reject } of this.asked.values()) reject(new Refusal('unavailable', why));
    this.asked.clear();
  }

  private receive(message: FromRunWorker, reply: (answer: ToRunWorker) => void): void {
    switch (message.type) {
      case 'call': {
        const { id, run_id, call } = message;
        this.options.call(run_id, call).then(
          (result) => reply({ type: 'answer', id, ok: true, json: JSON.stringify(result ?? null) }),
          (error: unknown) => reply({ type: 'answer', id, ok: false, refusal: toRefusalWire(error) }),
        );
        return;
      }
      case 'ended':
        return this.options.ended(message.run);
      case 'lost':
        return this.options.lost(message.run_id, new Error(message.error));
      case 'asked': {
        const waiting = this.asked.get(message.id);
        this.asked.delete(message.id);
        if (message.ok) waiting?.resolve(message.result);
        else waiting?.reject(fromRefusalWire(message.refusal));
      }
    }
  }
}
