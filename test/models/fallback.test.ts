import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ModelSettings } from '../../src/models/settings.js';
import { FakeProvider, OVERLOADED, says, status, TestModels } from './fake-provider.js';

let one: FakeProvider;
let two: FakeProvider;
const choice = { tier: 'middle' };

beforeAll(async () => {
  [one, two] = await Promise.all([FakeProvider.start(), FakeProvider.start()]);
});
afterAll(() => Promise.all([one.stop(), two.stop()]));

function models(more: Partial<ModelSettings> = {}): TestModels {
  const settings = { kind: 'openai-compatible', retry_attempts: 1, circuit_failures: 4 } as const;
  return new TestModels({
    providers: { one: { ...settings, base_url: one.url }, two: { ...settings, base_url: two.url } },
    models: { big: { provider: 'two', model: 'b' } },
    tiers: { middle: [{ provider: 'one', model: 'a' }, 'big'] },
    ...more,
  });
}

test('the next candidate of the tier takes a turn that the first could not, and the listener is told', async () => {
  one.will(OVERLOADED, OVERLOADED);
  two.will(says('From two'));
  const { turn, events } = await models().turn({ choice });
  expect(turn).toMatchObject({ provider: 'two', model: 'b', content: [{ text: 'From two' }] });
  expect(events).toEqual([
    { type: 'retry', retry: { provider: 'one', attempt: 1, wait_ms: 250, reason: '500: overloaded' } },
    { type: 'provider_fallback', fallback: { from: 'one/a', to: 'two/b', reason: '500: overloaded' } },
    { type: 'text', text: 'From two' },
  ]);
});

test('where all fail, the error names each', async () => {
  one.will(status(404, { error: { message: 'no such model' } }));
  two.will(OVERLOADED, OVERLOADED);
  const { error } = await models().failing({ choice });
  expect(error).toMatchObject({ reason: 'unavailable', message: 'one/a failed: 404: no such model; two/b failed: 500: overloaded' });
});

test('a request that is at fault itself does not go to another provider', async () => {
  one.will(status(400, { error: { message: 'too long' } }));
  const asked = two.asked.length;
  expect((await models().failing({ choice })).error).toMatchObject({ reason: 'model_refused', message: 'one/a failed: 400: too long' });
  expect(two.asked.length).toBe(asked);
});

test('without fallback_on_error the first candidate has the last word; a tier of users may say otherwise', async () => {
  const strict = models({ fallback_on_error: false, user_tiers: { default: {}, gold: { fallback_on_error: true, retry_attempts: 0 } } });
  one.will(OVERLOADED, OVERLOADED);
  expect((await strict.failing({ choice })).error).toMatchObject({ message: 'one/a failed: 500: overloaded' });
  one.will(OVERLOADED);
  two.will(says('For gold'));
  const { turn, events } = await strict.turn({ choice: { ...choice, user_tier: 'gold' } });
  expect(turn.provider).toBe('two');
  expect(events.map(({ type }) => type)).toEqual(['provider_fallback', 'text']);
});

test('max_fallback_attempts bounds how many others are tried', async () => {
  const bounded = models({ user_tiers: { default: { max_fallback_attempts: 0 } } });
  one.will(OVERLOADED, OVERLOADED);
  expect((await bounded.failing({ choice })).error).toMatchObject({ message: 'one/a failed: 500: overloaded' });
});

test('a candidate whose circuit is open comes last, and one without a key not at all', async () => {
  const some = models({ tiers: { middle: [{ provider: 'anthropic', model: 'claude-opus-5' }, { provider: 'one', model: 'a' }, 'big'] } });
  one.will(OVERLOADED, OVERLOADED, OVERLOADED, OVERLOADED);
  two.will(says('1'), says('2'), says('3'));
  await some.turn({ choice });
  await some.turn({ choice });
  expect(some.models.status().one).toMatchObject({ circuit: 'open' });
  const asked = one.asked.length;
  const { turn, events } = await some.turn({ choice });
  expect(turn.provider).toBe('two');
  expect(events[0]).toEqual({ type: 'provider_fallback', fallback: { from: 'one/a', to: 'two/b', reason: 'its circuit is open' } });
  expect(one.asked.length).toBe(asked);
});

test('a long wait that a provider asks for is not sat out where another can take the turn', async () => {
  const some = models({ user_tiers: { default: { rate_limit_cooldown_ms: 60_000 } } });
  one.will(status(429, { error: { message: 'slow down' } }, { 'retry-after': '20' }));
  two.will(says('Sooner'));
  expect((await some.turn({ choice })).turn.provider).toBe('two');
  expect(some.waits).toEqual([]);
  expect(some.models.status().one, 'it is left alone for the cooldown').toMatchObject({ circuit: 'open', wait_ms: 60_000 });
});
