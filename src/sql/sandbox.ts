import { fork, type ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { fromRefusalWire, Refusal, type RefusalWire } from '../errors.js';
import type { SqlLimits, SqlResult } from './query.js';

export interface SandboxOptions extends SqlLimits {
  childFile: string;
  processes: number;
  deadlineMs: number;
  /** Bytes of memory past which a process is ended. */
  maxMemory: number;
}

/** Signal with which a process ends itself that takes too much memory. */
export const OUT_OF_MEMORY = 'SIGUSR2';

export interface SandboxRequest {
  file: string;
  sql: string;
  args: readonly unknown[];
  limits: SqlLimits;
}

export type SandboxAnswer = { ok: true; result: SqlResult } | { ok: false; refusal: RefusalWire };

interface Job {
  request: SandboxRequest;
  resolve(result: SqlResult): void;
  reject(error: Error): void;
  deadline?: NodeJS.Timeout;
}

const MAX_QUEUE = 256;

/**
 * Runs SQL that a person or a model wrote in child processes that can be killed. better-sqlite3 cannot
 * interrupt a statement, and a thread inside one can never be stopped; a process can.
 *
 *   idle ──job──▶ busy ──answer──▶ idle
 *                  └──deadline──▶ SIGKILL ──exit──▶ gone (a new process for the next job)
 */
export class SqlSandbox {
  private readonly idle: ChildProcess[] = [];
  private readonly busy = new Map<ChildProcess, Job>();
  private readonly queue: Job[] = [];
  private stopped = false;

  constructor(private readonly options: SandboxOptions) {}

  /** @throws Refusal `sql_refused`, `sql_timeout`, or `unavailable` when too many are waiting. */
  query(file: string, { sql, args }: { sql: string; args: readonly unknown[] }): Promise<SqlResult> {
    if (this.queue.length >= MAX_QUEUE) {
      return Promise.reject(new Refusal('unavailable', 'too many SQL queries are waiting: try again later'));
    }
    const { maxRows, maxBytes } = this.options;
    return new Promise((resolve, reject) => {
      this.queue.push({ request: { file, sql, args, limits: { maxRows, maxBytes } }, resolve, reject });
      this.next();
    });
  }

  stop(): void {
    this.stopped = true;
    for (const child of [...this.idle, ...this.busy.keys()]) child.kill('SIGKILL');
  }

  private next(): void {
    if (this.queue.length === 0 || this.stopped) return;
    const child = this.idle.pop() ?? (this.busy.size < this.options.processes ? this.spawn() : undefined);
    if (!child) return;
    this.run(child, this.queue.shift()!);
  }

  private run(child: ChildProcess, job: Job): void {
    const { deadlineMs } = this.options;
    job.deadline = setTimeout(() => {
      job.reject(new Refusal('sql_timeout', `sql: took longer than ${deadlineMs} ms and was ended`, { deadline_ms: deadlineMs }));
      child.kill('SIGKILL');
    }, deadlineMs);
    this.busy.set(child, job);
    child.once('message', (answer: SandboxAnswer) => {
      clearTimeout(job.deadline);
      this.busy.delete(child);
      this.idle.push(child);
      if (answer.ok) job.resolve(answer.result);
      else job.reject(fromRefusalWire(answer.refusal));
      this.next();
    });
    child.send(job.request);
  }

  private spawn(): ChildProcess {
    const { childFile, maxMemory } = this.options;
    const child = fork(childFile, [String(maxMemory)], { serialization: 'advanced', execArgv: ['--max-old-space-size=256'] });
    // What a statement computes may take what is left of the machine, and little from the writes.
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
    child.on('exit', (code, signal) => {
      const job = this.busy.get(child);
      clearTimeout(job?.deadline);
      // After a deadline the job was answered already, and this reaches nobody.
      job?.reject(
        signal === OUT_OF_MEMORY
          ? new Refusal('sql_too_large', `sql: took more than ${maxMemory} bytes of memory and was ended`, { max_memory: maxMemory })
          : new Refusal('unavailable', `sql: the process of this statement ended (${signal ?? `code ${code}`}): try again`),
      );
      this.busy.delete(child);
      const at = this.idle.indexOf(child);
      if (at >= 0) this.idle.splice(at, 1);
      this.next();
    });
    return child;
  }
}
