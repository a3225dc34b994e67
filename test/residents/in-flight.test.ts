import { afterAll, beforeAll, expect, test } from 'vitest';
import { Probes } from '../support/probe.js';

// Two wakes at once, by document: the cursor stays before what is under way, and what is past it and done stays done.

let probes: Probes;
beforeAll(async () => {
  probes = await Probes.start({ probe: { max_in_flight: 2 } });
  await probes.until('probe', ({ state }) => state === 'idle');
}, 180_000);
afterAll(() => probes.stop());

const begun = (title: string): boolean => probes.lines().some(({ at, titles }) => at === 'begin' && titles.includes(title));
const times = (title: string): number => probes.lines().filter(({ at, titles }) => at === 'end' && titles.includes(title)).length;

test('events of one document wait for each other, those of another do not, and none comes twice after a crash', async () => {
  const [one, two] = [await probes.document(), await probes.document()];
  await probes.chunk(one, 'hold');
  await probes.until('probe', () => begun('hold'));
  const { cursor } = await probes.report('probe');
  await probes.chunk(one, 'behind');
  await probes.chunk(two, 'note beside');
  await probes.until('probe', () => times('note beside') === 1);
  expect(begun('behind')).toBe(false);
  expect((await probes.report('probe')).cursor).toBe(cursor);

  await probes.server.kill();
  const { server } = probes;
  probes = await probes.again();
  await server.stop();
  probes.say('release');
  await probes.until('probe', ({ state, cursor: at }) => state === 'idle' && at > cursor);
  await probes.until('probe', () => times('behind') === 1);
  expect(times('hold')).toBe(1);
  expect(times('note beside')).toBe(1);
}, 240_000);
