import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Piscina } from 'piscina';

/**
 * A thread that runs one task for as long as the process lives and talks over its own port.
 * Piscina supervises: when the thread dies the task fails, and it is started anew on a new thread.
 */
export class ResidentTask {
  private port: MessagePort | undefined;
  private stopping = false;
  private running: Promise<void> = Promise.resolve();
  private restarts = 0;

  constructor(
    private readonly pool: Piscina,
    private readonly data: object,
    private readonly on: {
      message(message: unknown): void;
      /** The thread died and a new one is being started; what was under way is lost. */
      crashed(error: Error, restarts: number): void;
    },
  ) {
    this.start();
  }

  post(message: unknown): void {
    this.port?.postMessage(message);
  }

  /** @param farewell message that makes the task end. */
  async stop(farewell: unknown): Promise<void> {
    this.stopping = true;
    this.post(farewell);
    await this.running;
  }

  private start(): void {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    port1.on('message', (message: unknown) => this.on.message(message));
    this.running = this.pool
      .run({ ...this.data, port: port2 }, { transferList: [port2] })
      .catch((error: unknown) => this.restart(error instanceof Error ? error : new Error(String(error))))
      .finally(() => port1.close()) as Promise<void>;
  }

  private restart(error: Error): void {
    if (this.stopping) return;
    this.restarts += 1;
    const { restarts } = this;
    // The new port exists before anyone is told, so that a retry from within `crashed` reaches it.
    this.start();
    this.on.crashed(error, restarts);
  }
}

/** A pool in which every thread runs one resident task. */
export function residentPool(filename: string, threads: number): Piscina {
  return new Piscina({
    filename,
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
    idleTimeout: Number.POSITIVE_INFINITY,
    // The default waits in Atomics and freezes the event loop that our port needs.
    atomics: 'disabled',
  });
}
