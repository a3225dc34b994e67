import type { MessagePort } from 'node:worker_threads';
import type { Models } from '../src/models/models.js';
import type { ModelSettings } from '../src/models/settings.js';
import { HostedResident, hostedNow } from '../src/residents/hosted.js';
import type { EndThread, FromResident, ResidentModels, ToResident } from '../src/residents/protocol.js';

/**
 * Task of a thread that residents share, or one that one of them has for itself.
 *
 * What an agent throws where nobody waits for it is laid to the agent that it was awake for: that one ends,
 * and the others of the thread go on. What can be laid to nobody, or to an agent that has its thread for itself,
 * ends the thread.
 */
export default async function residentWorker({ port, models: settings }: { port: MessagePort; models: ModelSettings }): Promise<void> {
  const models = lazily(settings);
  const hosted = new Map<number, HostedResident>();
  const post = (message: FromResident): void => port.postMessage(message);

  process.on('uncaughtException', (error: unknown) => {
    const culprit = hostedNow();
    if (!culprit || culprit.alone) endThread(error);
    // Of one that has ended nothing more is to be told.
    else if (hosted.delete(culprit.id)) culprit.crash(error);
  });

  await new Promise<void>((end) => {
    port.on('message', (message: ToResident | EndThread) => {
      if (message.type === 'end') return end();
      if (message.type !== 'start') return hosted.get(message.to)?.receive(message);
      const { to: id, task, alone } = message;
      const resident = new HostedResident(id, task, alone, models, post);
      hosted.set(id, resident);
      resident.run().then(
        () => hosted.delete(id) && post({ from: id, type: 'stopped' }),
        (error: unknown) => {
          if (alone) endThread(error);
          else if (hosted.delete(id)) resident.crash(error);
        },
      );
    });
  });
  port.close();
}

/**
 * Most residents ask no model: what it takes to is loaded for the first that does. Those of a thread share it, and so
 * the circuits of its providers.
 */
function lazily(settings: ModelSettings): ResidentModels {
  let made: Promise<Models> | undefined;
  const models = (): Promise<Models> => (made ??= import('../src/models/models.js').then((loaded) => new loaded.Models(settings, process.env)));
  return {
    check: async (choice) => (await models()).check(choice),
    turn: async (request, emit, signal) => (await models()).turn(request, emit, signal),
  };
}

/** As if nobody had listened to the error: the supervisor learns of it from the pool. */
function endThread(error: unknown): void {
  process.removeAllListeners('uncaughtException');
  setImmediate(() => {
    throw error instanceof Error ? error : new Error(String(error));
  });
}
