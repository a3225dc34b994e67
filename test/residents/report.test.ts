import { afterAll, beforeAll, expect, test } from 'vitest';
import { RESIDENT_ROUTES } from '../../src/front/openapi/resident-routes.js';
import { Probes } from '../support/probe.js';

// What an operator is told of residents.

let probes: Probes;
beforeAll(async () => {
  probes = await Probes.start({
    failing: { retry: { attempts: 3, first: '1h', longest: '2h' }, cron: '0 9 * * 1', timezone: 'Europe/Athens', description: 'Fails' },
    hopeless: { retry: { attempts: 1 }, every: '90m', max_in_flight: 4 },
  });
  await probes.chunk(await probes.document(), 'fail');
}, 180_000);
afterAll(() => probes.stop());

const all = async (): Promise<Record<string, unknown>[]> => (await probes.server.get<{ residents: Record<string, unknown>[] }>('/v1/_residents')).body.residents;
const of = async (name: string): Promise<Record<string, unknown>> => (await all()).find((each) => each.name === name)!;

test('what the configuration says of one is with its state, as the description of the route has it', async () => {
  const schema = RESIDENT_ROUTES['/v1/_residents']!.GET!.responses[200]!.schema!;
  expect(schema.safeParse({ residents: await all() }).error).toBeUndefined();
  const subscribe = [{ scope: 'user', topic: 'documents/*/chunks', filter: { type: 'probe' } }];
  const retry = { attempts: 3, first_ms: 3_600_000, longest_ms: 7_200_000 };
  expect(await of('failing')).toMatchObject({ description: 'Fails', subscribe, retry, every_ms: null, cron: '0 9 * * 1', timezone: 'Europe/Athens', max_in_flight: 1 });
  expect(await of('hopeless')).toMatchObject({ description: '', every_ms: 5_400_000, cron: null, timezone: null, max_in_flight: 4 });
});

test('one that failed says how often and when it is tried again, and not the latter while it is paused', async () => {
  await probes.until('failing', ({ state }) => state === 'retrying');
  const { attempts, next_attempt_at: next, log_head: head, cursor } = (await of('failing')) as { attempts: number; next_attempt_at: string; log_head: number; cursor: number };
  expect(attempts).toBe(1);
  expect(Date.parse(next) - Date.now()).toBeGreaterThan(3_000_000);
  expect(head).toBeGreaterThan(cursor);
  await probes.post('/v1/_residents/failing/pause');
  expect((await of('failing')).paused).toBe(true);
  await probes.until('failing', ({ state }) => state === 'paused');
  expect(await of('failing')).toMatchObject({ attempts: 1, next_attempt_at: null, paused: true });
});

test('a dead letter that was dealt with is counted no more', async () => {
  await probes.until('hopeless', ({ dead_letters }) => dead_letters === 1);
  probes.say('mended');
  await probes.post('/v1/_residents/hopeless/redrive');
  await probes.until('hopeless', ({ dead_letters }) => dead_letters === 0);
  expect(await of('hopeless')).toMatchObject({ state: 'idle', last_error: null });
});
