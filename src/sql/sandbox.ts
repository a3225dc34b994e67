import { Refusal } from '../errors.js';
import { SqlChild, type SandboxRequest } from './child.js';
import type { SqlLimits, SqlResult } from './query.js';

export interface SandboxOptions extends SqlLimits {
  childFile: string;
  processes: number;
  deadlineMs: number;
  /** Bytes of memory past which a process is ended. */
  maxMemory: number;
}

interface Job {
  request: SandboxRequest;
  deadlineMs: number;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

const MAX_QUEUE = 256;

/**
 * Runs SQL that a person or a model wrote in child processes that can be killed. better-sqlite3 cannot
 * interrupt a statement, and a thread inside one can never be stopped; a process can.
 *
 *   idle ──job──▶ busy ──answer──▶ idle
 *    │             ├──deadline──▶ SIGKILL ──exit──▶ gone (a new process for the next job)
 *    │             └──slow──▶ lowest priority ──answer──▶ gone
 *    └──pin──▶ of one caller, beside the pool ──unpin──▶ idle
 */
export class SqlSandbox {
  private idle: SqlChild[] = [];
  private readonly busy = new Set<SqlChild>();
  private readonly pinned = new Set<SqlChild>();
  private readonly queue: Job[] = [];
  private stopped = false;

  constructor(private readonly options: SandboxOptions) {}

  /** Reads the documents of a scope file. @throws Refusal `sql_refused`, `sql_timeout`, or as `run`. */
  query(file: string, { sql, args }: { sql: string; args: readonly unknown[] }): Promise<SqlResult> {
    const { maxRows, maxBytes, deadlineMs } = this.options;
    return this.run({ type: 'query', file, sql, args, limits: { maxRows, maxBytes } }, deadlineMs) as Promise<SqlResult>;
  }

  /** Runs a request on whichever process is free. @throws Refusal `unavailable` when too many are waiting. */
  run(request: SandboxRequest, deadlineMs: number): Promise<unknown> {
    if (this.queue.length >= MAX_QUEUE) {
      return Promise.reject(new Refusal('unavailable', 'too many SQL statements are waiting: try again later'));
    }
    return new Promise((resolve, reject) => {
      this.queue.push({ request, deadlineMs, resolve, reject });
      this.next();
    });
  }

  /** A process for one caller alone, beside those that share the work. */
  pin(): SqlChild {
    const child = this.idle.pop() ?? this.spawn();
    this.pinned.add(child);
    return child;
  }

  unpin(child: SqlChild): void {
    this.pinned.delete(child);
    this.giveBack(child);
  }

  stop(): void {
    this.stopped = true;
    for (const child of [...this.idle, ...this.busy, ...this.pinned]) child.kill();
  }

  private next(): void {
    if (this.queue.length === 0 || this.stopped) return;
    const child = this.idle.pop() ?? (this.busy.size < this.options.processes ? this.spawn() : undefined);
    if (!child) return;
    const job = this.queue.shift()!;
    this.busy.add(child);
    child
      .ask(job.request, job.deadlineMs)
      .then(job.resolve, job.reject)
      .finally(() => {
        this.busy.delete(child);
        this.giveBack(child);
      });
  }

  private giveBack(child: SqlChild): void {
    if (child.slowed || this.idle.length + this.busy.size >= this.options.processes) child.kill();
    else if (child.alive) this.idle.push(child);
    this.next();
  }

  private spawn(): SqlChild {
    const { childFile, maxMemory } = this.options;
    const child = new SqlChild(childFile, maxMemory);
    void child.exited.then(() => {
      this.idle = this.idle.filter((each) => each !== child);
    });
    return child;
  }
}
