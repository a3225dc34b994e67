import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deadLetterChannel } from '../../src/channels/definition.js';
import type { Message } from '../../src/channels/messages.js';
import { ChannelScope, declared } from '../support/channel-scope.js';

// What is kept of a channel, and what a reader hears that was too slow.

let scope: ChannelScope;
beforeEach(() => {
  scope = new ChannelScope();
});
afterEach(() => scope.close());

const values = ({ messages }: { messages: readonly Message[] }): unknown[] => messages.map(({ value }) => value);

test('the oldest go past the number or the bytes of a channel, and the answer counts them', async () => {
  const three = declared('three', { semantic: 'broadcast', max_messages: 3 });
  const dropped: number[] = [];
  for (let n = 0; n < 5; n += 1) dropped.push((await scope.publish(three, n)).dropped_oldest);
  expect(dropped).toEqual([0, 0, 0, 1, 1]);
  expect(values(await scope.peek(three))).toEqual([2, 3, 4]);

  const bytes = declared('bytes', { semantic: 'broadcast', max_bytes: 10 });
  for (const value of ['1234', '5', '6']) await scope.publish(bytes, value);
  expect(values(await scope.peek(bytes))).toEqual(['5', '6']);
  await expect(scope.publish(bytes, 'longer than that')).rejects.toMatchObject({ reason: 'too_large' });
});

test('a reader that fell behind is told where the oldest is, never left in silence', async () => {
  const channel = declared('kept', { semantic: 'broadcast', max_messages: 2 });
  await scope.publish(channel, 0);
  const { upto } = await scope.take(channel);
  await scope.ack(channel, { cursor: { seq: upto } });
  await scope.publish(channel, 1);
  expect(await scope.take(channel)).not.toHaveProperty('reset');
  for (const n of [2, 3, 4]) await scope.publish(channel, n);
  const page = await scope.take(channel);
  expect(values(page)).toEqual([3, 4]);
  expect(page.reset).toEqual({ oldest_seq: page.messages[0]!.seq });
  await scope.ack(channel, { cursor: { seq: page.upto } });
  expect(await scope.take(channel)).not.toHaveProperty('reset');
  // One that begins only now has missed nothing.
  expect(await scope.take(channel, 'new')).not.toHaveProperty('reset');
});

test('a message past its time is not read any more, and goes with the alarm; nobody has fallen behind', async () => {
  const channel = declared('ttl', { semantic: 'broadcast', default_ttl: 10 });
  await scope.take(channel);
  await scope.publish(channel, 'ten');
  await scope.publish(channel, 'twenty', { ttl: 20 });
  scope.now += 10_000;
  const page = await scope.take(channel);
  expect(values(page)).toEqual(['twenty']);
  expect(page).not.toHaveProperty('reset');
  const log = await scope.run<{ events: { payload: { value: unknown } }[] }>('_log', 'read', { after: 0, select: null, limit: 10 });
  expect(log.events.map(({ payload }) => payload.value)).toEqual(['twenty']);
  expect(rows('loom_messages')).toBe(2);
  await scope.ring();
  expect([rows('loom_messages'), rows('loom_channel_log')]).toEqual([1, 1]);
});

test('messages past the age of a channel go with the alarm, also when nobody calls', async () => {
  const channel = declared('aged', { semantic: 'broadcast', max_age: 60 });
  await scope.take(channel);
  for (const n of [1, 2]) await scope.publish(channel, n);
  scope.now += 30_000;
  await scope.publish(channel, 3);
  scope.now += 30_000;
  expect(values(await scope.peek(channel))).toEqual([3]);
  await scope.ring();
  expect(rows('loom_messages')).toBe(1);
  expect(await scope.take(channel)).toMatchObject({ reset: { oldest_seq: 3 } });
});

test('C13: a full queue puts what is unread to the dead letters, or refuses more', async () => {
  const queue = declared('full', { max_messages: 2 });
  for (const n of [1, 2]) await scope.publish(queue, n);
  const { lease } = await scope.claim(queue, 'default', 1);
  await scope.ack(queue, { lease });
  // 1 is read and just goes; 2 is not.
  await scope.publish(queue, 3);
  expect(values(await scope.peek(deadLetterChannel(queue)))).toEqual([]);
  await scope.publish(queue, 4);
  expect(values(await scope.peek(deadLetterChannel(queue)))).toMatchObject([{ reason: 'overflow', value: 2 }]);
  expect(values(await scope.claim(queue))).toEqual([3, 4]);

  const strict = declared('strict', { max_messages: 1, overflow: 'reject' });
  await scope.publish(strict, 1);
  await expect(scope.publish(strict, 2)).rejects.toMatchObject({ reason: 'channel_full' });
  const held = await scope.claim(strict);
  await expect(scope.publish(strict, 2)).rejects.toMatchObject({ reason: 'channel_full' });
  await scope.ack(strict, { lease: held.lease });
  expect(await scope.publish(strict, 2)).toMatchObject({ dropped_oldest: 1 });
});

test('C13: one publish takes away a slice at most, found by key: the work does not grow with the channel', async () => {
  const many = 2000;
  const wide = declared('wide', { semantic: 'broadcast' });
  for (let n = 0; n < many; n += 1) await scope.publish(wide, n);
  const narrow = declared('wide', { semantic: 'broadcast', max_messages: 1 });
  const { dropped_oldest } = await scope.publish(narrow, 'x');
  expect(dropped_oldest).toBeGreaterThan(1);
  expect(dropped_oldest).toBeLessThan(200);
  const plan = new Database(scope.file, { readonly: true })
    .prepare('EXPLAIN QUERY PLAN SELECT seq, bytes FROM loom_messages WHERE channel = ? AND seq > ? ORDER BY seq LIMIT ?')
    .all('wide', 0, 1) as { detail: string }[];
  expect(plan.map(({ detail }) => detail)).toEqual([expect.stringMatching(/^SEARCH loom_messages USING PRIMARY KEY/)]);
});

test('no seq is given out twice, even when the newest message went and the file was opened anew', async () => {
  const channel = declared('one', { semantic: 'broadcast', default_ttl: 1 });
  await scope.publish(channel, 'a');
  const { upto } = await scope.peek(channel);
  scope.now += 2000;
  await scope.ring();
  expect(rows('loom_channel_log')).toBe(0);
  scope.reopen();
  await scope.publish(channel, 'b');
  const [next] = (await scope.peek(channel)).messages;
  expect(next!.seq).toBe(upto + 1);
});

test('a purge empties a channel at once for its readers; the rows follow by slices', async () => {
  const channel = declared('purged', { semantic: 'broadcast' });
  for (let n = 0; n < 300; n += 1) await scope.publish(channel, n);
  await scope.publish(channel, 'later', { deliver_at: scope.now + 1000 });
  expect(await scope.run('_channel', 'purge', { consumers: false }, [channel])).toBe(301);
  expect(values(await scope.peek(channel))).toEqual([]);
  await scope.publish(channel, 'new');
  expect(values(await scope.take(channel))).toEqual(['new']);
  expect(await scope.ring()).toBeGreaterThan(2);
  expect([rows('loom_messages'), rows('loom_deferred'), rows('loom_channel_log')]).toEqual([1, 0, 1]);
  expect(await scope.run('_channel', 'stats', {}, [channel])).toMatchObject([{ message_count: 1 }]);
});

function rows(table: string): unknown {
  const db = new Database(scope.file, { readonly: true });
  const count = db.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
  db.close();
  return count;
}
