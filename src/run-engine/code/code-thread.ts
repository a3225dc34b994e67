import { Worker } from 'node:worker_threads';
import { CodeFailure } from './code-failure.js';
import type { CodeAnswer, CodeSaid, CodeStart } from './messages.js';

export interface CodeSettings {
  /** `code-worker`, as it was built. */
  readonly workerFile: string;
  /** Milliseconds that code may take from one call of tools to the next. */
  readonly timeoutMs: number;
  /** MiB of its heap. */
  readonly memoryMb: number;
}

/** A thread in which the code of one run is at work: what it does harms no other. */
export class CodeThread {
  private readonly worker: Worker;
  private said: CodeSaid | undefined;
  private failure: CodeFailure | undefined;
  private wake: (() => void) | undefined;

  constructor(
    start: CodeStart,
    private readonly settings: CodeSettings,
  ) {
    const { workerFile, memoryMb } = settings;
    this.worker = new Worker(workerFile, {
      workerData: start,
      env: {},
      argv: [],
      execArgv: [],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: Math.max(4, memoryMb / 8), stackSizeMb: 4 },
    });
    // What it prints goes nowhere, and does not pile up.
    this.worker.stdout.resume();
    this.worker.stderr.resume();
    this.worker.on('message', (said: CodeSaid) => {
      this.said = said;
      this.wake?.();
    });
    this.worker.on('error', (error: NodeJS.ErrnoException) => {
      this.fail(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? `it took more memory than ${memoryMb} MiB, code_agents.max_memory_mb of the configuration` : (error.stack ?? String(error)));
    });
    this.worker.on('exit', () => this.fail('it ended its own thread'));
  }

  /** What the code says next, the same until it is answered. @throws CodeFailure */
  async next(signal: AbortSignal, deadlineMs: number): Promise<CodeSaid> {
    const timeoutMs = Math.min(this.settings.timeoutMs, deadlineMs);
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
        timer = setTimeout(() => {
          this.failure ??= new CodeFailure('code_agent_timeout', `the code took longer than ${timeoutMs} ms from one call of a tool to the next: code_agents.timeout of the configuration, or run_timeout_seconds of the agent`);
          resolve();
        }, timeoutMs);
        if (this.said ?? this.failure ?? (signal.aborted || undefined)) resolve();
      });
    } finally {
      clearTimeout(timer);
      this.wake = undefined;
    }
    signal.throwIfAborted();
    if (this.said) return this.said;
    throw this.failure ?? new Error('nothing came of the code');
  }

  answer(answers: readonly CodeAnswer[]): void {
    this.said = undefined;
    this.worker.postMessage(answers);
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private fail(error: string): void {
    this.failure ??= new CodeFailure('code_agent_threw', error);
    this.wake?.();
  }
}
