import { afterAll, beforeAll, expect, test } from 'vitest';
import { delta, FakeProvider, openai, OVERLOADED, says, status, TestModels } from './fake-provider.js';

let server: FakeProvider;
const choice = { provider: 'local', model: 'm' };
const LIMITED = { error: { message: 'slow down', type: 'rate_limit' } };

beforeAll(async () => {
  server = await FakeProvider.start();
});
afterAll(() => server.stop());

function models(more: object = {}): TestModels {
  return new TestModels({ providers: { local: { kind: 'openai-compatible', base_url: server.url, api_key_env: 'LOCAL_API_KEY', ...more } } }, { LOCAL_API_KEY: 'sk-secret' });
}

test('a 429 is tried again after as long as its Retry-After says, in seconds or as a date', async () => {
  const limited = models();
  server.will(
    status(429, LIMITED, { 'retry-after': '7' }),
    status(429, LIMITED, { 'retry-after': new Date(limited.time + 7000 + 20_000).toUTCString() }),
    says('Done'),
  );
  const { turn, events } = await limited.turn({ choice });
  expect(turn.content).toEqual([{ type: 'text', text: 'Done' }]);
  expect(limited.waits).toEqual([7000, 20_000]);
  expect(events[0]).toEqual({ type: 'retry', retry: { provider: 'local', attempt: 1, wait_ms: 7000, reason: '429: slow down' } });
});

test('a failing server is tried again after waits that grow, and given up in the end', async () => {
  const failing = models({ retry_attempts: 3, circuit_failures: 9 });
  server.will(OVERLOADED, OVERLOADED, OVERLOADED, OVERLOADED);
  const { error, events } = await failing.failing({ choice });
  expect(failing.waits).toEqual([250, 500, 1000]);
  expect(events).toHaveLength(3);
  expect(error).toMatchObject({ name: 'Refusal', reason: 'unavailable', message: 'local/m failed: 500: overloaded', data: { provider: 'local', model: 'm', status: 500 } });
});

test('chance spreads the waits up to twice the least', async () => {
  const spread = new TestModels({ providers: { local: { kind: 'openai-compatible', base_url: server.url } } }, {}, { random: () => 0.999 });
  server.will(OVERLOADED, says('Done'));
  await spread.turn({ choice });
  expect(spread.waits).toEqual([500]);
});

test('a connection that breaks in the midst of an answer is tried again, and what came before does not count', async () => {
  const broken = models();
  server.will(openai([delta({ role: 'assistant', content: 'Half ' })], { cut: true }), says('Whole'));
  const { turn, events } = await broken.turn({ choice });
  expect(events.map(({ type }) => type)).toEqual(['text', 'retry', 'text']);
  expect(turn.content).toEqual([{ type: 'text', text: 'Whole' }]);
});

test('an answer that ends in its midst, and an error in it, are tried again', async () => {
  const broken = models();
  server.will(openai([delta({ content: 'Half ' })]), openai([delta({ content: 'Half ' }), { error: { message: 'boom', type: 'server_error', code: null } }]), says('Whole'));
  const { turn, events } = await broken.turn({ choice });
  expect(events.filter(({ type }) => type === 'retry')).toHaveLength(2);
  expect(turn.content).toEqual([{ type: 'text', text: 'Whole' }]);
});

test('a server that cannot be reached is tried again', async () => {
  const gone = await FakeProvider.start();
  const { url } = gone;
  await gone.stop();
  const unreachable = models({ base_url: url, retry_attempts: 1 });
  const { error, events } = await unreachable.failing({ choice });
  expect(events).toMatchObject([{ type: 'retry' }]);
  expect(error).toMatchObject({ reason: 'unavailable', message: expect.stringContaining('ECONNREFUSED') as string });
});

test('a request that the provider refuses is not tried again, and the key does not show in the error', async () => {
  const refused = models();
  const before = server.asked.length;
  server.will(status(401, { error: { message: 'wrong key sk-secret' } }));
  const { error, events } = await refused.failing({ choice });
  expect(events).toEqual([]);
  expect(server.asked.length - before).toBe(1);
  expect(error).toMatchObject({ reason: 'model_refused', message: 'local/m failed: 401: wrong key ***', data: { status: 401 } });
});

test('a wait that is asked for and too long ends the turn; the provider is left alone until then', async () => {
  const limited = models();
  server.will(status(429, LIMITED, { 'retry-after': '600' }));
  const { error } = await limited.failing({ choice });
  expect(error).toMatchObject({ reason: 'unavailable', data: { retry_after: 600 } });
  expect(() => limited.models.check(choice)).toThrowError(expect.objectContaining({ reason: 'unavailable', data: { retry_after: 600 } }) as Error);
  limited.time += 600_000;
  expect(() => limited.models.check(choice)).not.toThrow();
});
