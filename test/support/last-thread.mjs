// For `node --import`: SIGUSR2 ends the thread that was begun last, as a crash of its own would.
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  let last;
  process.on('worker', (worker) => (last = worker));
  process.on('SIGUSR2', () => void last.terminate());
}
