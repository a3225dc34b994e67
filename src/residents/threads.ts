import type { Piscina } from 'piscina';
import { log } from '../log.js';
import type { ModelSettings } from '../models/settings.js';
import { ResidentTask as ThreadTask, residentPool } from '../scope/resident-task.js';
import type { EndThread, FromResident, ToResident } from './protocol.js';

/** What a thread tells of one resident in it. */
export interface Tenant {
  /** By which the thread knows it. */
  readonly id: number;
  receive(message: FromResident, reply: (answer: ToResident) => void): void;
  /** The thread has ended with it. @param suspect whether it was awake, or is alone in it. */
  threadEnded(error: Error, suspect: boolean): void;
  readonly awake: boolean;
}

/** A thread in which residents run. When it dies, another takes its place, and its tenants start in that. */
export class ResidentThread {
  private readonly tenants = new Map<number, Tenant>();
  private readonly pool: Piscina;
  private readonly task: ThreadTask;

  constructor(workerFile: string, models: ModelSettings) {
    this.pool = residentPool(workerFile, 1);
    this.task = new ThreadTask(this.pool, { models }, {
      message: (message, reply) => {
        const { from } = message as FromResident;
        this.tenants.get(from)?.receive(message as FromResident, reply);
      },
      crashed: (error) => this.crashed(error),
    });
  }

  get size(): number {
    return this.tenants.size;
  }

  enter(tenant: Tenant): void {
    this.tenants.set(tenant.id, tenant);
  }

  leave(id: number): void {
    this.tenants.delete(id);
  }

  post(message: ToResident): void {
    this.task.post(message);
  }

  async stop(): Promise<void> {
    // A thread that is kept busy does not hear of it.
    const stopped = this.task.stop({ type: 'end' } satisfies EndThread);
    await this.pool.destroy();
    await stopped;
  }

  private crashed(error: Error): void {
    const tenants = [...this.tenants.values()];
    const suspects = tenants.filter(({ awake }) => awake);
    log('error', 'a thread of resident agents ended and is started anew', { agents: tenants.length, error: error.stack });
    for (const tenant of tenants) tenant.threadEnded(error, tenants.length === 1 || suspects.includes(tenant));
  }
}

/** The threads that residents share, and those of their own. */
export class ResidentThreads {
  private readonly shared: ResidentThread[] = [];

  constructor(
    private readonly workerFile: string,
    private readonly limit: number,
    private readonly models: ModelSettings,
  ) {}

  /** The shared thread with the fewest residents; threads begin when they are needed. */
  share(): ResidentThread {
    if (this.shared.length < this.limit) {
      const empty = this.shared.find(({ size }) => size === 0);
      if (empty) return empty;
      const thread = this.own();
      this.shared.push(thread);
      return thread;
    }
    return this.shared.reduce((least, each) => (each.size < least.size ? each : least));
  }

  own(): ResidentThread {
    return new ResidentThread(this.workerFile, this.models);
  }

  async stop(): Promise<void> {
    await Promise.all(this.shared.map((thread) => thread.stop()));
  }
}
