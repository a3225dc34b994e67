import { afterAll, beforeAll, expect, test } from 'vitest';
import { Probes } from '../support/probe.js';

// An agent that cannot deal with one event: the others of its page are dealt with, and the one is kept.

interface DeadLetters {
  total: number;
  dead_letters: { id: number; reason: string; events: { payload: { chunk_id: string } }[]; attempts: number; error: string; redriven_at: number | null }[];
}

let probes: Probes;
beforeAll(async () => {
  probes = await Probes.start({ probe: { retry: { attempts: 2, first: '1ms', longest: '1ms' }, paused: true } });
}, 180_000);
afterAll(() => probes.stop());

const letters = async (): Promise<DeadLetters> => (await probes.server.get<DeadLetters>('/v1/_residents/probe/dead-letters')).body;

test('paused it is woken for nothing; resumed it gets what came meanwhile, and what fails too often is kept', async () => {
  const id = await probes.document();
  await probes.chunk(id, 'one');
  const bad = await probes.chunk(id, 'fail');
  await probes.chunk(id, 'two');
  expect((await probes.until('probe', ({ state }) => state !== 'starting')).state).toBe('paused');
  expect((await probes.report('probe')).wakes).toBe(0);
  expect(await probes.post('/v1/_residents/probe/resume')).toEqual({ status: 200, body: { name: 'probe', paused: false } });
  await probes.until('probe', ({ state, dead_letters }) => state === 'idle' && dead_letters === 1);
  const { total, dead_letters: kept } = await letters();
  expect(total).toBe(1);
  expect(kept[0]).toMatchObject({ reason: 'events', attempts: 2, error: 'it was told to fail', redriven_at: null });
  expect(kept[0]!.events.map(({ payload }) => payload.chunk_id)).toEqual([bad]);
  const ended = probes.lines().filter(({ at }) => at === 'end').flatMap(({ titles }) => titles);
  expect(ended).toEqual(['one', 'two']);
}, 180_000);

test('redriven and failing again it is kept as the same dead letter', async () => {
  const [letter] = (await letters()).dead_letters;
  expect((await probes.post('/v1/_residents/probe/redrive', { ids: [letter!.id] })).body).toEqual({ redriven: 1 });
  for (;;) {
    const { total, dead_letters: kept } = await letters();
    expect(total).toBe(1);
    expect(kept[0]!.id).toBe(letter!.id);
    if (kept[0]!.attempts === 4) break;
  }
}, 180_000);

test('redriven once its cause is mended it is dealt with and gone, also across a restart', async () => {
  await probes.post('/v1/_residents/probe/pause');
  expect((await probes.post('/v1/_residents/probe/redrive')).body).toEqual({ redriven: 1 });
  probes.say('mended');
  await probes.server.kill();
  const { server } = probes;
  probes = await probes.again();
  await server.stop();
  // What was said at run time holds after a restart, though the configuration says it, too.
  await probes.until('probe', ({ state }) => state === 'paused');
  expect((await letters()).total).toBe(1);
  await probes.post('/v1/_residents/probe/resume');
  for (;;) if ((await letters()).total === 0) break;
  expect(probes.lines().filter(({ at }) => at === 'end').flatMap(({ titles }) => titles)).toEqual(['one', 'two', 'fail']);
}, 180_000);

test.each([
  ['/v1/_residents/nobody/redrive', {}, 404],
  ['/v1/_residents/probe/redrive', { ids: ['x'] }, 400],
  ['/v1/_residents/probe/pause', { until: 1 }, 400],
])('POST %s with %j is refused with %i', async (route, body, status) => {
  expect((await probes.post(route, body)).status).toBe(status);
});
