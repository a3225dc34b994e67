import { expect, test } from 'vitest';
import { Slots } from '../../../src/operations/run/slots.js';

const limits = { max_concurrent_runs: 1, max_queue_depth: 10, queue_timeout_ms: 60_000, max_concurrent_runs_per_user: 0 };

test('users get places in turn, whoever of them asked for most', async () => {
  const slots = new Slots(limits);
  await slots.admit('greedy', 'g0');
  const order: string[] = [];
  const waiting = [['greedy', 'g1'], ['greedy', 'g2'], ['greedy', 'g3'], ['modest', 'm1'], ['modest', 'm2']].map(([user, id]) => slots.admit(user!, id!).then(() => order.push(id!)));
  for (const id of ['g0', 'g1', 'm1', 'g2', 'm2', 'g3']) {
    slots.release(id);
    await new Promise(setImmediate);
  }
  await Promise.all(waiting);
  expect(order).toEqual(['g1', 'm1', 'g2', 'm2', 'g3']);
  expect(slots.running).toBe(0);
});

test('a place that is given up before it is there is not waited for any more', async () => {
  const slots = new Slots(limits);
  await slots.admit('a', 'a0');
  const waiting = slots.rejoin('a', 'a1');
  slots.release('a1');
  await expect(waiting).rejects.toMatchObject({ reason: 'run_ended' });
  slots.release('a0');
  await slots.admit('b', 'b0');
  expect(slots.running).toBe(1);
});
