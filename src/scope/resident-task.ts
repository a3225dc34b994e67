import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { setTimeout } from 'node:timers/promises';
import { Piscina } from 'piscina';

/** A thread that lived so long is restarted at once when it dies; one that did not, after a growing pause. */
const STEADY_MS = 10_000;

/**
 * A thread that runs one task for as long as the process lives and talks over its own port.
 * Piscina supervises: when the thread dies the task fails, and it is started anew on a new thread.
 */
export class ResidentTask {
  private port: MessagePort | undefined;
  private stopping = false;
  /** Ends the pause before a restart. */
  private readonly pause = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private restarts = 0;
  private startedAt = 0;
  private pauseMs = 0;

  constructor(
    private readonly pool: Piscina,
    private readonly data: object,
    private readonly on: {
      /** @param reply answers the very thread that sent it: a later one counts its calls anew. */
      message(message: unknown, reply: (answer: unknown) => void): void;
      /** The thread died and a new one is being started; what was under way is lost. */
      crashed(error: Error, restarts: number): void;
    },
  ) {
    this.start(0);
  }

  post(message: unknown): void {
    this.port?.postMessage(message);
  }

  /** @param farewell message that makes the task end. */
  async stop(farewell: unknown): Promise<void> {
    this.stopping = true;
    this.pause.abort();
    this.post(farewell);
    await this.running;
  }

  private start(pauseMs: number): void {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    port1.on('message', (message: unknown) => this.on.message(message, (answer) => port1.postMessage(answer)));
    this.startedAt = Date.now() + pauseMs;
    this.running = setTimeout(pauseMs, undefined, { signal: this.pause.signal })
      .then(() => this.pool.run({ ...this.data, port: port2 }, { transferList: [port2] }))
      .catch((error: unknown) => this.restart(error instanceof Error ? error : new Error(String(error))))
      .finally(() => port1.close()) as Promise<void>;
  }

  private restart(error: Error): void {
    if (this.stopping) return;
    this.restarts += 1;
    const { restarts } = this;
    const shortLived = Date.now() - this.startedAt < STEADY_MS;
    this.pauseMs = shortLived ? Math.min(Math.max(100, this.pauseMs * 2), STEADY_MS) : 0;
    // The new port exists before anyone is told and before the thread does: what is posted waits in it.
    this.start(this.pauseMs);
    this.on.crashed(error, restarts);
  }
}

/** A pool in which every thread runs one resident task. @param atOnce threads that are there before their tasks */
export function residentPool(filename: string, threads: number, atOnce = threads): Piscina {
  return new Piscina({
    filename,
    minThreads: atOnce,
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
    idleTimeout: Number.POSITIVE_INFINITY,
    // The default waits in Atomics and freezes the event loop that our port needs.
    atomics: 'disabled',
  });
}
