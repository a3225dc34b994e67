import { afterAll, beforeAll, expect, test } from 'vitest';
import { Channels, values, type Batch } from '../support/channels.js';
import { TestServer } from '../support/server.js';
import { Subscriber } from '../support/socket.js';

// A broadcast: each consumer has its own place, and it moves when that consumer says so.

let server: TestServer;
let channels: Channels;
beforeAll(async () => {
  const names = ['news', 'twice', 'regress', 'peeked', 'auto', 'live', 'reset'];
  const config = { channels: Object.fromEntries(names.map((name) => [name, { scope: 'user', semantic: 'broadcast' }])) };
  server = await TestServer.start({ config });
  channels = new Channels(server);
});
afterAll(() => server.stop());

test('C3: every consumer gets every message, at its own pace', async () => {
  for (const n of [1, 2, 3]) await channels.publish('news', n);
  const first = await channels.subscribe('news', { consumer: 'a', max_messages: 2 });
  expect(values(first)).toEqual([1, 2]);
  await channels.call('ack', { channel: 'news', consumer: 'a', cursor: first.next_cursor });
  expect(values(await channels.subscribe('news', { consumer: 'a' }))).toEqual([3]);
  expect(values(await channels.subscribe('news', { consumer: 'b' }))).toEqual([1, 2, 3]);
  const { consumers } = await channels.call<{ consumers: { consumer: string; lag: number }[] }>('consumers', { channel: 'news' });
  expect(consumers.map(({ consumer, lag }) => [consumer, lag])).toEqual([
    ['a', 1],
    ['b', 3],
  ]);
});

test('C2: subscribe moves no cursor: what was not acknowledged comes again', async () => {
  await channels.publish('twice', 'x');
  expect(values(await channels.subscribe('twice'))).toEqual(['x']);
  const again = await channels.subscribe('twice');
  expect(values(again)).toEqual(['x']);
  expect(await channels.call('ack', { channel: 'twice', cursor: again.next_cursor })).toEqual({ ok: true });
  expect(values(await channels.subscribe('twice'))).toEqual([]);
});

test('C2: peek brings a cursor, so that one can look, deal with it, and acknowledge', async () => {
  for (const n of [1, 2]) await channels.publish('peeked', n);
  const seen = await channels.call<Batch>('peek', { channel: 'peeked', max_messages: 1 });
  expect(values(seen)).toEqual([1]);
  await channels.call('ack', { channel: 'peeked', cursor: seen.next_cursor });
  expect(values(await channels.call<Batch>('peek', { channel: 'peeked', consumer: 'default' }))).toEqual([2]);
  expect(values(await channels.call<Batch>('peek', { channel: 'peeked', from_cursor: 'cur_0' }))).toEqual([1, 2]);
});

test('with auto_ack a batch is acknowledged as it goes out', async () => {
  await channels.publish('auto', 1);
  expect(values(await channels.subscribe('auto', { auto_ack: true }))).toEqual([1]);
  expect(values(await channels.subscribe('auto'))).toEqual([]);
});

test('an ack behind the cursor is refused, one at it is fine, one past the log is refused', async () => {
  for (const n of [1, 2]) await channels.publish('regress', n);
  const one = await channels.subscribe('regress', { max_messages: 1 });
  const both = await channels.subscribe('regress');
  const ack = (cursor: string) => channels.answer('ack', { channel: 'regress', cursor });
  expect((await ack(both.next_cursor)).status).toBe(200);
  expect((await ack(both.next_cursor)).status).toBe(200);
  expect((await ack(one.next_cursor)).body).toMatchObject({ reason: 'channel_cursor_regression', data: { consumer: 'default' } });
  expect((await ack('cur_00000000ffffffff')).body).toMatchObject({ reason: 'cursor_ahead' });
  for (const cursor of ['', 'cur_', 'cur_1', 'cur_zz', '7', 'cur_ffffffffffffffff', `${both.next_cursor}0`]) {
    expect([cursor, (await ack(cursor)).body.reason]).toEqual([cursor, 'invalid_input']);
  }
});

test('reset_consumer puts a consumer back and forth', async () => {
  for (const n of [1, 2]) await channels.publish('reset', n);
  const reset = (to: Record<string, unknown>) => channels.call<{ cursor: string }>('reset_consumer', { channel: 'reset', ...to });
  await reset({ to: 'newest' });
  expect(values(await channels.subscribe('reset'))).toEqual([]);
  await reset({ to: 'oldest' });
  const [first] = (await channels.subscribe('reset')).messages;
  expect(first!.value).toBe(1);
  const { next_cursor } = await channels.subscribe('reset', { max_messages: 1 });
  await reset({ cursor: next_cursor });
  expect(values(await channels.subscribe('reset'))).toEqual([2]);
});

test('a message is an event of the log: a WebSocket gets it under the name of its channel', async () => {
  const socket = await Subscriber.open(server);
  await socket.subscribe('s', 'live');
  const { message_id } = await channels.publish('live', { n: 1 });
  const [event] = await socket.until(() => socket.events.length > 0 && socket.events);
  expect(event).toMatchObject({ topic: 'live', payload: { message_id, value: { n: 1 }, actor: 'denn' } });
  const [message] = (await channels.subscribe('live')).messages;
  expect(message).toMatchObject({ id: message_id, seq: event!.seq, value: { n: 1 }, published_by: 'denn' });
  await socket.close();
});
