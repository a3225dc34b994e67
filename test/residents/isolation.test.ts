import { afterAll, beforeAll, expect, test } from 'vitest';
import { Probes } from '../support/probe.js';

// Two agents on one thread: one crashes it in every way there is, the other goes on.

const only = (topic: string): Record<string, unknown> => ({ subscribe: [{ topic, filter: { type: 'probe' } }], retry: { attempts: 2, first: '1ms', longest: '1ms' } });

let probes: Probes;
let calm: string;
beforeAll(async () => {
  probes = await Probes.start({ wild: only('documents/*/chunks'), stubborn: only('documents/*/chunks'), calm: { subscribe: [{ topic: 'types' }] } });
  calm = await probes.document();
  await probes.until('calm', ({ state }) => state === 'idle');
}, 180_000);
afterAll(() => probes.stop());

test('what an agent throws where nobody waits ends that agent alone, which goes on in a thread of its own', async () => {
  await probes.chunk(calm, 'crash');
  const wild = await probes.until('wild', ({ dead_letters }) => dead_letters === 1);
  expect(wild).toMatchObject({ thread: 'own', last_crash: expect.stringContaining('it was told to crash') as string });
  await probes.until('stubborn', ({ dead_letters }) => dead_letters === 1);
  expect(await probes.report('calm')).toMatchObject({ thread: 'shared', restarts: 0, wakes: 1 });
}, 180_000);

test('what ends the thread again and again goes to the dead letters, and the agent to what comes after it', async () => {
  await probes.chunk(calm, 'exit');
  await probes.chunk(calm, 'after');
  await probes.until('wild', ({ dead_letters, state }) => dead_letters === 2 && state === 'idle');
  const { body } = await probes.server.get<{ dead_letters: { error: string; attempts: number }[] }>('/v1/_residents/wild/dead-letters?after=1');
  expect(body.dead_letters.at(-1)!.error).toContain('ended while it was awake');
  expect(probes.lines('wild').at(-1)).toMatchObject({ at: 'end', titles: ['after'] });
  expect(await probes.report('calm')).toMatchObject({ restarts: 0 });
}, 180_000);
