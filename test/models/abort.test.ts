import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TurnEvent } from '../../src/models/model.js';
import { delta, FakeProvider, falls_silent, NO_SETTINGS, OVERLOADED, said, TestModels } from './fake-provider.js';
import { Models } from '../../src/models/models.js';

let server: FakeProvider;
const choice = { provider: 'local', model: 'm' };
const REASON = new Error('the run was cancelled');

beforeAll(async () => {
  server = await FakeProvider.start();
});
afterAll(() => server.stop());

test('an abort in the midst of an answer ends the turn with its reason, and says nothing about the provider', async () => {
  const { models } = new TestModels({ providers: { local: { kind: 'openai-compatible', base_url: server.url } } });
  server.will(falls_silent([delta({ content: 'Well ' })]));
  const controller = new AbortController();
  const emit = (event: TurnEvent): void => {
    if (event.type === 'text') controller.abort(REASON);
  };
  await expect(models.turn({ choice, system: [], messages: [said('Hello')], tools: [] }, emit, controller.signal)).rejects.toBe(REASON);
  expect(models.status().local).toEqual({ kind: 'openai-compatible', circuit: 'closed', wait_ms: 0, in_flight: 0 });
});

test('an abort while a retry is waited for ends the turn at once', async () => {
  const models = new Models({ ...NO_SETTINGS, providers: { local: { kind: 'openai-compatible', base_url: server.url } } }, {}, { random: () => 1 });
  server.will(OVERLOADED);
  const controller = new AbortController();
  const asked = server.asked.length;
  const emit = (event: TurnEvent): void => {
    if (event.type === 'retry') setImmediate(() => controller.abort(REASON));
  };
  await expect(models.turn({ choice, system: [], messages: [said('Hello')], tools: [] }, emit, controller.signal)).rejects.toBe(REASON);
  expect(server.asked.length - asked).toBe(1);
});

test('a turn that was aborted before it began asks nobody', async () => {
  const { models } = new TestModels({ providers: { local: { kind: 'openai-compatible', base_url: server.url } } });
  const asked = server.asked.length;
  await expect(models.turn({ choice, system: [], messages: [said('Hello')], tools: [] }, () => undefined, AbortSignal.abort(REASON))).rejects.toBe(REASON);
  expect(server.asked.length).toBe(asked);
});
