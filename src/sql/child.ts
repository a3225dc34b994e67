import { fork, type ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { fromRefusalWire, Refusal, type RefusalWire } from '../errors.js';
import type { MemoryWork } from './memory/work.js';
import type { SqlLimits } from './query.js';

/** A statement over the documents of a scope, on a connection that only reads. */
export interface DocumentQuery {
  type: 'query';
  file: string;
  sql: string;
  args: readonly unknown[];
  limits: SqlLimits;
}

export type SandboxRequest = DocumentQuery | MemoryWork;

/** `depth` is how many transactions of SQL memory are open in the process, one in the other. */
export type SandboxAnswer = ({ ok: true; result: unknown } | { ok: false; refusal: RefusalWire }) & { depth: number };

/** First message of a process. */
export const READY = 'ready';
/** Signal with which a process ends itself that takes too much memory. */
export const OUT_OF_MEMORY = 'SIGUSR2';

/**
 * A statement that takes longer gets what the machine has left: beside hostile statements with a priority
 * of their own the slowest writes took up to four times as long as alone.
 */
const SLOW_MS = 50;

interface Asked {
  resolve(result: unknown): void;
  reject(error: Error): void;
  timer?: NodeJS.Timeout;
  slow?: NodeJS.Timeout;
  deadlineMs: number;
  late: boolean;
}

/** One process that runs SQL of callers, a request at a time. It can be killed at any moment. */
export class SqlChild {
  /** Open transactions, as of the last answer. */
  depth = 0;
  alive = true;
  /** Whether it has lost its priority, for good: nobody but root can give one back. */
  slowed = false;
  readonly exited: Promise<void>;
  private readonly process: ChildProcess;
  private asked: Asked | undefined;
  private ready = false;

  /** @param maxMemory bytes of memory past which the process ends itself. */
  constructor(
    childFile: string,
    private readonly maxMemory: number,
  ) {
    this.process = fork(childFile, [String(maxMemory)], { serialization: 'advanced', execArgv: ['--max-old-space-size=256'] });
    this.process.on('message', (message: typeof READY | SandboxAnswer) => this.heard(message));
    this.exited = new Promise((resolve) => {
      this.process.on('exit', (code, signal) => {
        this.ended(signal ?? `code ${code}`);
        resolve();
      });
    });
  }

  /**
   * @throws Refusal of the request, or `sql_timeout`: by then the process is gone, and with it all that it
   *   had not committed.
   */
  ask(request: SandboxRequest, deadlineMs: number): Promise<unknown> {
    if (!this.alive) return Promise.reject(new Refusal('unavailable', 'sql: the process of this statement ended: try again'));
    return new Promise((resolve, reject) => {
      this.asked = { resolve, reject, deadlineMs, late: false };
      if (this.ready) this.startTimer();
      // That the process went away meanwhile is told by its exit.
      if (this.process.connected) this.process.send(request);
    });
  }

  kill(): void {
    this.alive = false;
    this.process.kill('SIGKILL');
  }

  /** The time that a process takes to start is not that of its first statement. */
  private startTimer(): void {
    const { asked } = this;
    if (!asked) return;
    asked.slow = setTimeout(() => this.slowDown(), SLOW_MS);
    asked.timer = setTimeout(() => {
      asked.late = true;
      this.kill();
    }, asked.deadlineMs);
  }

  private slowDown(): void {
    if (this.slowed || !this.alive || this.process.pid === undefined) return;
    this.slowed = true;
    setPriority(this.process.pid, constants.priority.PRIORITY_LOW);
  }

  private heard(answer: typeof READY | SandboxAnswer): void {
    if (answer === READY) {
      this.ready = true;
      return this.startTimer();
    }
    const { asked } = this;
    this.asked = undefined;
    this.depth = answer.depth;
    clearTimeout(asked?.slow);
    clearTimeout(asked?.timer);
    if (answer.ok) asked?.resolve(answer.result);
    else asked?.reject(fromRefusalWire(answer.refusal));
  }

  private ended(how: string): void {
    const { asked } = this;
    this.asked = undefined;
    this.alive = false;
    this.depth = 0;
    if (!asked) return;
    clearTimeout(asked.slow);
    clearTimeout(asked.timer);
    asked.reject(this.causeOf(asked, how));
  }

  private causeOf({ late, deadlineMs }: Asked, how: string): Refusal {
    const { maxMemory } = this;
    if (late) return new Refusal('sql_timeout', `sql: took longer than ${deadlineMs} ms and was ended`, { deadline_ms: deadlineMs });
    if (how === OUT_OF_MEMORY) {
      return new Refusal('sql_too_large', `sql: took more than ${maxMemory} bytes of memory and was ended`, { max_memory: maxMemory });
    }
    return new Refusal('unavailable', `sql: the process of this statement ended (${how}): try again`);
  }
}
