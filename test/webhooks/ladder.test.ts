import { afterEach, expect, test } from 'vitest';
import { retryAfter } from '../../src/webhooks/request.js';
import { NEWS, WebhookScope } from '../support/webhook-scope.js';

// When the next attempt is made, and what becomes of an endpoint that only fails. The clock is the test's.

let scope: WebhookScope;
afterEach(() => scope.close());

const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];
const LADDER = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];

test('the pauses are those of the specification, a tenth longer or shorter; then it is a dead letter', async () => {
  scope = new WebhookScope();
  const { id } = await scope.create('w');
  await scope.publish(NEWS, 'x');
  for (let attempt = 1; attempt <= LADDER.length + 1; attempt += 1) {
    const [message] = await scope.due('w');
    expect(message).toMatchObject({ attempt });
    await scope.settle(id, message!.id, attempt, { error: 'no answer' });
    const { next_at: next } = await scope.claims();
    const pause = LADDER[attempt - 1];
    if (pause === undefined) {
      expect(next).toBeNull();
      break;
    }
    expect(next! - scope.now).toBeGreaterThanOrEqual(pause * 0.9);
    expect(next! - scope.now).toBeLessThanOrEqual(pause * 1.1);
    scope.now = next! - 1;
    expect(await scope.due('w')).toEqual([]);
    scope.now += 1;
  }
  expect(await scope.webhook('get', { name: 'w' })).toMatchObject({ waiting: 0, dead: 1, enabled: true });
  expect((await scope.eventsOf('webhooks')).map(({ op }) => op)).toEqual(['create', 'dead_letter']);
});

test('pauses differ, so that retries of many do not come in step', async () => {
  scope = new WebhookScope();
  const { id } = await scope.create('w');
  for (let n = 0; n < 10; n += 1) await scope.publish(NEWS, n);
  const messages = await scope.due('w');
  for (const { id: message } of messages) await scope.settle(id, message, 1, { response_code: 500 });
  const { deliveries } = await scope.webhook<{ deliveries: { next_attempt_at: string }[] }>('deliveries', { name: 'w' });
  expect(new Set(deliveries.map(({ next_attempt_at: at }) => at)).size).toBeGreaterThan(1);
});

test('a webhook that has only failed for five days is disabled, and says since when; a success begins anew', async () => {
  scope = new WebhookScope();
  const { id } = await scope.create('w');
  const fail = async (): Promise<void> => {
    await scope.publish(NEWS, 1);
    const message = (await scope.due('w')).at(-1)!;
    await scope.settle(id, message.id, message.attempt, { response_code: 500 });
  };
  await fail();
  scope.now += 100 * HOUR;
  const accepted = (await scope.due('w'))[0]!;
  await scope.settle(id, accepted.id, accepted.attempt, { response_code: 200 });
  expect(await scope.webhook('get', { name: 'w' })).not.toHaveProperty('failing_since');
  const since = (scope.now += HOUR);
  await fail();
  scope.now += 119 * HOUR;
  await fail();
  expect(await scope.webhook('get', { name: 'w' })).toMatchObject({ enabled: true, failing_since: new Date(since).toISOString() });
  scope.now += 2 * HOUR;
  await fail();
  expect(await scope.webhook('get', { name: 'w' })).toMatchObject({ enabled: false, disabled_reason: 'failing' });
  expect((await scope.eventsOf('webhooks')).at(-1)).toMatchObject({ op: 'disable', webhook: 'w', reason: 'failing', failing_since: new Date(since).toISOString() });
  expect(await scope.due('w')).toEqual([]);
  await scope.webhook('enable', { name: 'w' });
  expect((await scope.due('w')).length).toBeGreaterThan(0);
});

test('an outcome that comes twice, or late, changes nothing', async () => {
  scope = new WebhookScope();
  const { id } = await scope.create('w');
  await scope.publish(NEWS, 1);
  const [message] = await scope.due('w');
  await scope.settle(id, message!.id, 1, { response_code: 500 });
  await scope.settle(id, message!.id, 1, { response_code: 500 });
  await scope.settle(id, message!.id, 3, { response_code: 200 });
  expect((await scope.webhook<{ deliveries: unknown[] }>('deliveries', { name: 'w' })).deliveries).toHaveLength(1);
  expect(await scope.webhook('get', { name: 'w' })).toMatchObject({ waiting: 1 });
  await scope.webhook('delete', { name: 'w' });
  expect(await scope.settle(id, message!.id, 2, { response_code: 200 })).toEqual({ go: false });
});

test('the delivery log and the dead letters are bounded by number and age', async () => {
  scope = new WebhookScope({ retryMs: [], keep: { maxAgeMs: 24 * HOUR, maxDeliveries: 20, maxDeadLetters: 5 } });
  const { id } = await scope.create('w');
  for (let n = 0; n < 30; n += 1) {
    await scope.publish(NEWS, n);
    scope.now += SECOND;
    const [message] = await scope.due('w');
    await scope.settle(id, message!.id, 1, { response_code: n < 20 ? 500 : 200 });
  }
  scope.now += MINUTE;
  await scope.ring();
  const log = await scope.webhook<{ deliveries: { seq: number }[] }>('deliveries', { name: 'w' });
  expect(log.deliveries).toHaveLength(20);
  const dead = await scope.webhook<{ dead_letters: { body: { data: { payload: { value: number } } } }[] }>('dead_letters', { name: 'w' });
  expect(dead.dead_letters.map(({ body }) => body.data.payload.value)).toEqual([15, 16, 17, 18, 19]);
  scope.now += 25 * HOUR;
  expect(await scope.ring()).toBe(1);
  expect(await scope.webhook('get', { name: 'w' })).toMatchObject({ dead: 0 });
  expect((await scope.webhook<{ deliveries: unknown[] }>('deliveries', { name: 'w' })).deliveries).toEqual([]);
});

test('Retry-After is seconds or a date, a day at most; what is none of them is ignored', () => {
  scope = new WebhookScope();
  const now = Date.parse('2026-01-01T00:00:00Z');
  expect(retryAfter('120', now)).toBe(120_000);
  expect(retryAfter('Thu, 01 Jan 2026 00:01:00 GMT', now)).toBe(60_000);
  expect(retryAfter('999999999', now)).toBe(24 * HOUR);
  for (const value of [undefined, '', '0', '-5', 'soon', 'Wed, 31 Dec 2025 00:00:00 GMT']) expect([value, retryAfter(value, now)]).toEqual([value, undefined]);
});
