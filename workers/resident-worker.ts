import type { MessagePort } from 'node:worker_threads';
import type { Selector } from '../src/channels/selection.js';
import { fromRefusalWire } from '../src/errors.js';
import type { CreateResident, FromResident, ToResident } from '../src/residents/protocol.js';
import { ResidentRunner } from '../src/residents/runner.js';
import type { CursorAdvance } from '../src/scope/messages.js';

export interface ResidentTaskData {
  port: MessagePort;
  name: string;
  /** URL of the module that holds the code. */
  module: string;
  scope: string;
  select: readonly Selector[];
  everyMs: number | undefined;
  settings: Record<string, unknown>;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Resident task of an agent's thread: runs one resident until it is told to stop. */
export default async function residentWorker(task: ResidentTaskData): Promise<void> {
  const { port, name, scope, select, everyMs, settings } = task;
  const waiting = new Map<number, Waiting>();
  const stop = new AbortController();
  const now = (): Date => new Date();
  let nextId = 1;

  function post(message: FromResident): void {
    port.postMessage(message);
  }

  function call<Result>(tool: string, input: Record<string, unknown>, cursor?: CursorAdvance): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      const id = nextId++;
      waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      post({ type: 'call', id, tool, input, cursor: cursor ?? null });
    });
  }

  const { default: create } = (await import(task.module)) as { default: CreateResident };
  const resident = create({ name, scope, settings, env: process.env, signal: stop.signal, now, call });
  const runner = new ResidentRunner({
    name,
    scope,
    select,
    everyMs,
    resident,
    signal: stop.signal,
    now,
    call,
    report: (state) => post({ type: 'state', state }),
  });

  port.on('message', (message: ToResident) => {
    switch (message.type) {
      case 'moved':
        return runner.logMoved();
      case 'stop':
        for (const { reject } of waiting.values()) reject(new Error('the runtime is stopping'));
        return stop.abort();
      case 'answer': {
        const caller = waiting.get(message.id);
        waiting.delete(message.id);
        if (message.ok) caller?.resolve(JSON.parse(message.json));
        else caller?.reject(fromRefusalWire(message.refusal));
      }
    }
  });
  await runner.run();
  port.close();
}
