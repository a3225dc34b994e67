import { afterAll, beforeAll, expect, test } from 'vitest';
import { costOf, listPrice } from '../../src/models/prices.js';
import { delta, FakeProvider, openai, TestModels, usage } from './fake-provider.js';

let server: FakeProvider;

beforeAll(async () => {
  server = await FakeProvider.start();
});
afterAll(() => server.stop());

test('a turn costs what the configuration says, cached tokens at their own price', async () => {
  const models = new TestModels({
    providers: { local: { kind: 'openai-compatible', base_url: server.url } },
    models: { mine: { provider: 'local', model: 'm', price: { input: 2, output: 10, cache_read: 0.5 }, max_context_tokens: 8000 } },
  });
  server.will(openai([delta({ content: 'Yes' }), delta({}, 'stop'), usage(3_000_000, 1_000_000, 2_000_000)]));
  const { turn } = await models.turn({ choice: { model: 'mine' } });
  expect(turn.cost_usd).toBe(2 + 10 + 1);
  expect(turn.max_context_tokens).toBe(8000);
});

test('well-known models have a list price, dated versions too; of others the cost is unknown', () => {
  expect(listPrice('anthropic', 'claude-haiku-4-5-20251001')).toEqual({ input: 1, output: 5, cache_read: 0.1, cache_write: 1.25 });
  expect(listPrice('openai', 'gpt-5-mini-2025-08-07')).toMatchObject({ input: 0.25, output: 2 });
  expect(listPrice('openai', 'gpt-5-mini-turbo')).toBeUndefined();
  expect(listPrice('openai-compatible', 'gpt-5')).toBeUndefined();
  expect(listPrice('openai', 'constructor')).toBeUndefined();
});

test('what comes from the cache or goes to it costs as input where no price of its own is known', () => {
  const used = { input_tokens: 1, output_tokens: 0, cache_read_input_tokens: 2, cache_creation_input_tokens: 3 };
  expect(costOf(used, { input: 1_000_000, output: 1 })).toBe(6);
});
