import { afterAll, beforeAll, expect, test } from 'vitest';
import { Circuit } from '../../src/models/circuit.js';
import { FakeProvider, OVERLOADED, says, status, TestModels } from './fake-provider.js';

let server: FakeProvider;
const choice = { provider: 'local', model: 'm' };

beforeAll(async () => {
  server = await FakeProvider.start();
});
afterAll(() => server.stop());

test('it opens after failures in a row, refuses new runs, lets one call through in time and closes when that succeeds', async () => {
  const shared = new TestModels({ providers: { local: { kind: 'openai-compatible', base_url: server.url, retry_attempts: 0, circuit_failures: 2, circuit_open: 10_000 } } });
  server.will(OVERLOADED, says('Yes'), OVERLOADED, OVERLOADED);
  await shared.failing({ choice });
  await shared.turn({ choice });
  await shared.failing({ choice });
  expect(shared.models.status().local, 'a success in between counts').toMatchObject({ circuit: 'closed' });
  await shared.failing({ choice });
  expect(shared.models.status().local).toMatchObject({ circuit: 'open', wait_ms: 10_000, last_error: { message: '500: overloaded' } });
  expect(() => shared.models.check(choice)).toThrowError('no model can be used now: local failed last with 500: overloaded: try again in 10 s');
  const asked = server.asked.length;
  const { error } = await shared.failing({ choice });
  expect(error).toMatchObject({ reason: 'unavailable', message: 'local/m failed: its circuit is open since it failed with 500: overloaded', data: { retry_after: 10 } });
  expect(server.asked.length).toBe(asked);

  shared.time += 10_000;
  expect(shared.models.status().local).toMatchObject({ circuit: 'half_open', wait_ms: 0 });
  server.will(OVERLOADED);
  await shared.failing({ choice });
  expect(shared.models.status().local).toMatchObject({ circuit: 'open' });
  shared.time += 10_000;
  server.will(says('Again'));
  await shared.turn({ choice });
  expect(shared.models.status().local).toMatchObject({ circuit: 'closed', wait_ms: 0 });
});

test('a turn of a run that is under way waits for the circuit, as for any retry', async () => {
  const waiting = new TestModels({ providers: { local: { kind: 'openai-compatible', base_url: server.url, retry_attempts: 2, circuit_failures: 1, circuit_open: 10_000 } } });
  server.will(OVERLOADED, says('Back'));
  const { turn, events } = await waiting.turn({ choice });
  expect(turn.content).toEqual([{ type: 'text', text: 'Back' }]);
  expect(events[0]).toMatchObject({ type: 'retry', retry: { wait_ms: 10_000 } });
});

test('a limit is no sign of a broken provider while retries overcome it', async () => {
  const limited = new TestModels({ providers: { local: { kind: 'openai-compatible', base_url: server.url, circuit_failures: 2 } } });
  const busy = status(429, { error: { message: 'slow down' } });
  server.will(busy, busy, busy, says('At last'));
  await limited.turn({ choice });
  expect(limited.models.status().local).toMatchObject({ circuit: 'closed' });
});

test('while one call tries a provider out, others wait', () => {
  let now = 0;
  const circuit = new Circuit({ failures: 1, openMs: 100 }, () => now);
  circuit.begin()('failure');
  now = 100;
  const ended = circuit.begin();
  expect(circuit.waitMs()).toBeGreaterThan(0);
  ended('none');
  expect(circuit.waitMs(), 'a trial that was aborted leaves it to the next').toBe(0);
});

test('failures of calls that began before it opened do not keep it open', () => {
  let now = 0;
  const circuit = new Circuit({ failures: 1, openMs: 100 }, () => now);
  const late = circuit.begin();
  circuit.begin()('failure');
  now = 60;
  late('failure');
  expect(circuit.waitMs()).toBe(40);
});
