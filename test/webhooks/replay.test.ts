import { afterEach, beforeEach, expect, test } from 'vitest';
import { NEWS, WebhookScope } from '../support/webhook-scope.js';
import type { WebhookBody } from '../support/receiver.js';

// What is still in the log can be sent again, accepted or not, with the id that it had.

let scope: WebhookScope;
let id: string;
beforeEach(async () => {
  scope = new WebhookScope({ retryMs: [1000], maxWaiting: 100 });
  ({ id } = await scope.create('w'));
});
afterEach(() => scope.close());

/** Publishes so many and accepts each. @returns their ids, and the seq of the first. */
async function delivered(count: number): Promise<{ ids: string[]; first: number }> {
  const ids: string[] = [];
  const { head } = await scope.claims();
  for (let n = 0; n < count; n += 1) await scope.publish(NEWS, n);
  for (let due = await scope.due('w'); due.length > 0; due = await scope.due('w')) {
    for (const message of due) {
      ids.push(message.id);
      await scope.settle(id, message.id, 1, { response_code: 200 });
    }
  }
  return { ids, first: head + 1 };
}

const values = async (): Promise<unknown[]> => (await scope.due('w')).map(({ body }) => (JSON.parse(body) as { data: { payload: { value: unknown } } }).data.payload.value);

test('a message of the delivery log is sent again', async () => {
  const { ids } = await delivered(3);
  expect(await scope.webhook('replay', { name: 'w', message_id: ids[1] })).toEqual({ replayed: 1 });
  expect((await scope.due('w')).map((message) => message.id)).toEqual([ids[1]]);
  await expect(scope.webhook('replay', { name: 'w', message_id: `msg_${'0'.repeat(32)}` })).rejects.toThrow('not in the delivery log');
});

test('a range is sent again, in order, without what is of another topic', async () => {
  const { ids, first } = await delivered(5);
  await scope.run('document', 'create_document', { title: 'x' });
  expect(await scope.webhook('replay', { name: 'w', from_seq: first + 1, to_seq: first + 3 })).toEqual({ replayed: 3 });
  expect((await scope.due('w')).map((message) => message.id)).toEqual(ids.slice(1, 4));
  expect(await values()).toEqual([1, 2, 3]);
  expect(await scope.webhook('replay', { name: 'w', from_seq: first })).toEqual({ replayed: 5 });
});

test('a range longer than there is room for goes on where it ended', async () => {
  const { first } = await delivered(130);
  const begun = await scope.webhook<{ replayed: number; next_seq: number }>('replay', { name: 'w', from_seq: first });
  expect(begun).toEqual({ replayed: 100, next_seq: first + 100 });
  await expect(scope.webhook('replay', { name: 'w', from_seq: begun.next_seq })).rejects.toMatchObject({ reason: 'webhook_limit' });
  for (const { id: message } of await scope.due('w')) await scope.settle(id, message, 1, { response_code: 200 });
  expect(await scope.webhook('replay', { name: 'w', from_seq: begun.next_seq })).toMatchObject({ replayed: 16, next_seq: first + 116 });
});

test('a range of which something is gone says so', async () => {
  const { first } = await delivered(4);
  await scope.run('_channel', 'purge', { consumers: false }, [NEWS]);
  await scope.ring();
  expect(await scope.webhook('replay', { name: 'w', from_seq: first })).toEqual({ replayed: 0, reset: { oldest_seq: first + 4 } });
});

test('a replay of a dead letter or of what waits begins its attempts anew', async () => {
  await scope.publish(NEWS, 'x');
  const [message] = await scope.due('w');
  for (const attempt of [1, 2]) await scope.settle(id, message!.id, attempt, { response_code: 500 });
  expect(await scope.webhook<WebhookBody>('get', { name: 'w' })).toMatchObject({ dead: 1 });
  await scope.webhook('replay', { name: 'w', message_id: message!.id });
  expect(await scope.due('w')).toMatchObject([{ id: message!.id, attempt: 1 }]);
  expect(await scope.webhook<WebhookBody>('get', { name: 'w' })).toMatchObject({ dead: 0, waiting: 1 });
});

test('the sender is handed no more than a megabyte at a time, and all of it in the end', async () => {
  for (let n = 0; n < 5; n += 1) await scope.publish(NEWS, `${n}${'x'.repeat(400_000)}`);
  const sizes: number[] = [];
  for (let due = await scope.due('w'); due.length > 0; due = await scope.due('w')) {
    sizes.push(due.length);
    for (const message of due) await scope.settle(id, message.id, 1, { response_code: 200 });
  }
  expect(sizes).toEqual([2, 2, 1]);
});

test('one says what to replay: a message or a range', async () => {
  for (const input of [{}, { to_seq: 3 }, { from_seq: 1, message_id: `msg_${'0'.repeat(32)}` }]) {
    await expect(scope.webhook('replay', { name: 'w', ...input })).rejects.toMatchObject({ reason: 'invalid_input' });
  }
});

test('a webhook that fell behind what the log keeps says so, and goes on', async () => {
  await scope.webhook('disable', { name: 'w' });
  for (const n of [1, 2, 3]) await scope.publish(NEWS, n);
  await scope.run('_channel', 'purge', { consumers: false }, [NEWS]);
  await scope.ring();
  await scope.publish(NEWS, 4);
  await scope.webhook('enable', { name: 'w' });
  expect(await values()).toEqual([4]);
  const resets = (await scope.eventsOf('webhooks')).filter(({ op }) => op === 'reset');
  expect(resets).toMatchObject([{ webhook: 'w', oldest_seq: expect.any(Number) as number }]);
  await scope.claims();
  expect((await scope.eventsOf('webhooks')).filter(({ op }) => op === 'reset')).toHaveLength(1);
});
