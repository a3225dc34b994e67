import { AsyncLocalStorage } from 'node:async_hooks';
import { fromRefusalWire, type RefusalWire } from '../errors.js';
import type { CursorAdvance } from '../scope/messages.js';
import type { CreateResident, FromResident, ResidentModels, ResidentTask, ToResident } from './protocol.js';
import { ResidentRunner } from './runner.js';

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
  /** The wake whose cursor went with the call. */
  readonly wake: Awake | undefined;
}

/** The wake as which code runs, and what became of its cursor. */
interface Awake {
  readonly resident: HostedResident;
  readonly cursor: CursorAdvance | undefined;
  effect: 'none' | 'done' | 'unknown';
}

const awake = new AsyncLocalStorage<Awake>();

/** The resident whose code runs. */
export function hostedNow(): HostedResident | undefined {
  return awake.getStore()?.resident;
}

type FromHere = FromResident extends infer Each ? (Each extends { from: number } ? Omit<Each, 'from'> : never) : never;

/** One resident in its thread: its code, its runner and the calls that it waits for. */
export class HostedResident {
  private readonly waiting = new Map<number, Waiting>();
  private readonly stop = new AbortController();
  private runner: ResidentRunner | undefined;
  /** What came before the code was there. */
  private early: ToResident[] = [];
  private nextCall = 1;

  constructor(
    /** By which the main thread knows it; another one after each start. */
    readonly id: number,
    private readonly task: ResidentTask,
    /** Whether the thread is its own. */
    readonly alone: boolean,
    private readonly models: ResidentModels,
    private readonly toMain: (message: FromResident) => void,
  ) {}

  /** Until it is told to stop. Rejects where its code cannot be loaded. */
  run(): Promise<void> {
    return awake.run({ resident: this, cursor: undefined, effect: 'none' }, () => this.start());
  }

  receive(message: ToResident): void {
    switch (message.type) {
      case 'answer':
        return this.answered(message);
      case 'stop':
        return this.end(new Error('the agent is being stopped'));
      case 'moved':
        return this.runner ? this.runner.logMoved(message.push) : void this.early.push(message);
      case 'redriven':
        return this.runner ? this.runner.lettersRedriven() : void this.early.push(message);
      case 'paused':
        return this.runner ? this.runner.pause(message.paused) : void this.early.push(message);
      case 'start':
    }
  }

  /** It has thrown where nobody waited for it. */
  crash(error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.end(new Error('the agent has crashed'));
    this.post({ type: 'crashed', error: text });
  }

  private async start(): Promise<void> {
    const { task, stop, models } = this;
    const { name, scope, settings } = task;
    const now = (): Date => new Date();
    const call = <Result>(tool: string, input: Record<string, unknown>, cursor?: CursorAdvance): Promise<Result> => this.call(tool, input, cursor);
    const { default: create } = (await import(task.module)) as { default: CreateResident };
    if (stop.signal.aborted) return;
    const resident = await create({ name, scope, settings, env: process.env, signal: stop.signal, now, models, call });
    if (stop.signal.aborted) return;
    this.runner = new ResidentRunner({
      task,
      resident,
      signal: stop.signal,
      now,
      call: (tool, input, cursor, wake) => this.send(tool, input, cursor, wake),
      within: (cursor, run) => this.within(cursor, run),
      report: (state) => this.post({ type: 'state', state }),
      began: (wake) => this.post({ type: 'begin', wake }),
      ended: (id) => this.post({ type: 'end', id }),
    });
    for (const message of this.early) this.receive(message);
    await this.runner.run();
  }

  private async within(cursor: CursorAdvance, run: () => Promise<void>): Promise<{ effect: Awake['effect']; error?: unknown }> {
    const wake: Awake = { resident: this, cursor, effect: 'none' };
    try {
      await awake.run(wake, run);
      return { effect: wake.effect };
    } catch (error) {
      return { effect: wake.effect, error: error ?? new Error('it threw nothing') };
    }
  }

  /** A call of the agent's code: of the wake in which it is made, or else under the lease alone. */
  private call<Result>(tool: string, input: Record<string, unknown>, cursor: CursorAdvance | undefined): Promise<Result> {
    const at = awake.getStore();
    return this.send(tool, input, cursor, at?.cursor ?? this.runner?.holding, cursor && at);
  }

  private send<Result>(tool: string, input: Record<string, unknown>, cursor?: CursorAdvance, wake?: CursorAdvance, of?: Awake): Promise<Result> {
    if (this.stop.signal.aborted) return Promise.reject(new Error('the agent is being stopped'));
    return new Promise<Result>((resolve, reject) => {
      const id = this.nextCall++;
      this.waiting.set(id, { resolve: resolve as (value: unknown) => void, reject, wake: of });
      this.post({ type: 'call', id, tool, input, cursor: cursor ?? null, wake: wake ?? null });
    });
  }

  private answered(message: Extract<ToResident, { type: 'answer' }>): void {
    const caller = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (!caller) return;
    if (caller.wake && message.moved !== 'no') {
      if (message.ok) caller.wake.effect = message.moved === 'yes' ? 'done' : 'unknown';
      else if (mayHaveEffect(message.refusal)) caller.wake.effect = 'unknown';
    }
    if (message.ok) caller.resolve(JSON.parse(message.json));
    else caller.reject(fromRefusalWire(message.refusal));
  }

  private end(error: Error): void {
    this.stop.abort();
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  private post(message: FromHere): void {
    this.toMain({ ...message, from: this.id } as FromResident);
  }
}

function mayHaveEffect({ reason, data }: RefusalWire): boolean {
  return reason === 'unavailable' && data?.effect === 'unknown';
}
