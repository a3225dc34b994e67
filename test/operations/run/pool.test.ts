import { once, EventEmitter } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RunPool } from '../../../src/operations/run/run-pool.js';

let pool: RunPool;
let told: EventEmitter;
beforeEach(() => {
  told = new EventEmitter();
  pool = new RunPool({
    workerFile: fileURLToPath(new URL('../../support/crashing-run-worker.mjs', import.meta.url)),
    threads: 1,
    data: {},
    call: () => Promise.resolve(null),
    ended: ({ run_id: id }) => told.emit('ended', id),
    lost: (id) => told.emit('lost', id),
    crashed: (thread) => told.emit('crashed', thread),
  });
});
afterEach(() => pool.stop());

const run = (id: string) => ({ run_id: id, root_run_id: id });
const start = (id: string): void => pool.post(run(id), { type: 'start', run_id: id, has_slot: true, resumed: false, secrets: {} });

test('a thread that dies is told of, what was asked of its runs is refused, and the next one takes runs', async () => {
  const asked = expect(pool.compact(run('a'))).rejects.toMatchObject({ reason: 'unavailable' });
  const crashed = once(told, 'crashed');
  start('crash');
  expect(await crashed).toEqual([0]);
  await asked;
  const ended = once(told, 'ended');
  start('b');
  expect(await ended).toEqual(['b']);
});

test('what was asked of a run that has ended is refused', async () => {
  const asked = expect(pool.compact(run('a'))).rejects.toMatchObject({ reason: 'run_ended' });
  pool.forget('a');
  await asked;
});
