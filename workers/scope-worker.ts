import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import { scopeExecutor } from '../src/operations/executor.js';
import { ScopeHost } from '../src/scope/host.js';
import type { FromScopeWorker, ScopeCall, ToScopeWorker } from '../src/scope/messages.js';
import type { ScopeSettings } from '../src/scope/settings.js';
import type { Synchronous } from '../src/storage/scope-database.js';

export interface ScopeWorkerTask {
  port: MessagePort;
  dataDir: string;
  synchronous: Synchronous;
  idleMs: number;
  settings: ScopeSettings;
}

/**
 * Resident task of a scope thread. Lives until it is told to stop; each drain takes everything that
 * waits in the port, so that a batch grows with the load.
 */
export default function scopeWorker({ port, dataDir, synchronous, idleMs, settings }: ScopeWorkerTask): Promise<void> {
  let mailbox: ScopeCall[] = [];
  let draining = false;
  let stopping = false;

  return new Promise((resolve, reject) => {
    const onAlarm = (call: ScopeCall): void => receive({ type: 'calls', calls: [call] });
    const host = new ScopeHost({ dataDir, synchronous, settings, idleMs, executor: scopeExecutor, onAlarm });
    const reaper = setInterval(() => host.closeIdle(Date.now()), Math.max(1000, idleMs / 2));

    function receive(message: ToScopeWorker): void {
      accept(message);
      // Whatever escapes here is a defect: the task fails, the thread is replaced, callers are told.
      if (!draining) drain().catch(reject);
    }

    function accept(message: ToScopeWorker): void {
      if (message.type === 'stop') stopping = true;
      else if (mailbox.length === 0) mailbox = message.calls;
      else mailbox.push(...message.calls);
    }

    async function drain(): Promise<void> {
      draining = true;
      for (;;) {
        for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) {
          accept(next.message as ToScopeWorker);
        }
        if (mailbox.length === 0) break;
        const calls = mailbox;
        mailbox = [];
        const drained = await host.drain(calls, Date.now());
        post({ type: 'drained', ...drained });
      }
      draining = false;
      if (stopping) stop();
    }

    function stop(): void {
      clearInterval(reaper);
      host.close();
      post({ type: 'stopped' });
      port.close();
      resolve();
    }

    function post(message: FromScopeWorker): void {
      port.postMessage(message);
    }

    port.on('message', receive);
  });
}
