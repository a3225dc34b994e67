import type { MessagePort } from 'node:worker_threads';
import { HostedResident, hostedNow } from '../src/residents/hosted.js';
import type { EndThread, FromResident, ToResident } from '../src/residents/protocol.js';

/**
 * Task of a thread that residents share, or one that one of them has for itself.
 *
 * What an agent throws where nobody waits for it is laid to the agent that it was awake for: that one ends,
 * and the others of the thread go on. What can be laid to nobody, or to an agent that has its thread for itself,
 * ends the thread.
 */
export default async function residentWorker({ port }: { port: MessagePort }): Promise<void> {
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
      const resident = new HostedResident(id, task, alone, post);
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

/** As if nobody had listened to the error: the supervisor learns of it from the pool. */
function endThread(error: unknown): void {
  process.removeAllListeners('uncaughtException');
  setImmediate(() => {
    throw error instanceof Error ? error : new Error(String(error));
  });
}
