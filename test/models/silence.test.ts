import { afterEach, beforeEach, expect, test } from 'vitest';
import { delta, FakeProvider, falls_silent, TestModels } from './fake-provider.js';

let server: FakeProvider;
const choice = { provider: 'local', model: 'm' };

beforeEach(async () => {
  server = await FakeProvider.start();
});
afterEach(() => server.stop());

function models(times: object): TestModels {
  return new TestModels({ providers: { local: { kind: 'openai-compatible', base_url: server.url, ...times } } });
}

test('a model that says nothing is given up after the first timeout', async () => {
  const silent = models({ first_token_timeout: 40, retry_attempts: 1 });
  server.will(falls_silent(), falls_silent());
  const { error, events } = await silent.failing({ choice });
  expect(events).toMatchObject([{ type: 'retry', retry: { reason: 'it said nothing for 40 ms' } }]);
  expect(error).toMatchObject({ reason: 'unavailable', message: 'local/m failed: it said nothing for 40 ms' });
});

test('a model that falls silent in its midst is given up after the other timeout', async () => {
  const silent = models({ idle_timeout: 60, retry_attempts: 0 });
  server.will(falls_silent([delta({ content: 'Well ' })]));
  const { error, events } = await silent.failing({ choice });
  expect(events).toEqual([{ type: 'text', text: 'Well ' }]);
  expect(error).toMatchObject({ reason: 'unavailable', message: 'local/m failed: it fell silent for 60 ms' });
});
