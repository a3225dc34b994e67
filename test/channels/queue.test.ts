import { afterAll, beforeAll, expect, test } from 'vitest';
import { Channels, values, type Batch } from '../support/channels.js';
import { TestServer } from '../support/server.js';

// A queue: each message is held by one reader of a consumer until it is acknowledged, given back, or its time
// is up. Times are short, and every test waits for the message, not for the time.

let server: TestServer;
let channels: Channels;
beforeAll(async () => {
  const queue = { scope: 'user', visibility_timeout: 60 };
  const config = {
    channels: {
      leased: queue,
      acks: queue,
      cursors: queue,
      back: queue,
      timeout: { ...queue, visibility_timeout: 0.2 },
      lost: { ...queue, visibility_timeout: 0.1, max_deliveries: 10 },
      dying: { ...queue, visibility_timeout: 0.1, max_deliveries: 2 },
      nacked: { ...queue, max_deliveries: 2 },
      quiet: { ...queue, max_deliveries: 1, dead_letter: false },
      groups: queue,
      turning: queue,
    },
  };
  server = await TestServer.start({ config });
  channels = new Channels(server);
});
afterAll(() => server.stop());

const publish = async (channel: string, ...messages: unknown[]): Promise<void> => {
  for (const value of messages) await channels.publish(channel, value);
};

test('C4: readers at the same time never hold the same message', async () => {
  const count = 60;
  await publish('leased', ...Array.from({ length: count }, (_, n) => n));
  const held = await Promise.all(Array.from({ length: 12 }, () => channels.subscribe('leased', { max_messages: 7 })));
  const all = held.flatMap(values) as number[];
  expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, n) => n));
  const leases = held.flatMap(({ lease_id }) => lease_id ?? []);
  expect(new Set(leases).size).toBe(leases.length);
});

test('each consumer is a group of its own', async () => {
  await publish('groups', 1, 2);
  expect(values(await channels.subscribe('groups', { consumer: 'a' }))).toEqual([1, 2]);
  expect(values(await channels.subscribe('groups', { consumer: 'a' }))).toEqual([]);
  expect(values(await channels.subscribe('groups', { consumer: 'b' }))).toEqual([1, 2]);
});

test('ack by lease, by some messages of it, by messages alone; a second time is refused', async () => {
  await publish('acks', 1, 2, 3, 4);
  const { lease_id, messages } = await channels.subscribe('acks');
  const [one, two, three] = messages.map(({ id }) => id);
  const ack = (what: Record<string, unknown>) => channels.call('ack', { channel: 'acks', ...what });
  expect(await ack({ lease_id, message_ids: [one] })).toEqual({ ok: true, acked: 1 });
  expect(await ack({ message_ids: [two, two] })).toEqual({ ok: true, acked: 1 });
  expect(await channels.refusal('ack', { channel: 'acks', message_ids: [two, three] })).toBe('channel_lease_lost');
  expect(await ack({ lease_id })).toEqual({ ok: true, acked: 2 });
  expect(await channels.refusal('ack', { channel: 'acks', lease_id })).toBe('channel_lease_lost');
  expect(await channels.refusal('ack', { channel: 'acks' })).toBe('missing_field');
});

test('ack by the cursor of a batch means that batch, and never goes back', async () => {
  await publish('cursors', 1, 2, 3);
  const first = await channels.subscribe('cursors', { max_messages: 2 });
  const second = await channels.subscribe('cursors');
  const ack = (cursor: string) => channels.call('ack', { channel: 'cursors', cursor });
  expect(await ack(second.next_cursor)).toEqual({ ok: true, acked: 1 });
  expect(await ack(first.next_cursor)).toEqual({ ok: true, acked: 2 });
  expect(await ack(second.next_cursor)).toEqual({ ok: true, acked: 0 });
  expect(await channels.refusal('ack', { channel: 'cursors', cursor: first.next_cursor })).toBe('channel_cursor_regression');
});

test('what peek showed can be acknowledged by its cursor, but for what another holds', async () => {
  await publish('turning', 1, 2, 3);
  await channels.subscribe('turning', { max_messages: 1 });
  const { next_cursor } = await channels.call<Batch>('peek', { channel: 'turning', max_messages: 2 });
  expect(await channels.call('ack', { channel: 'turning', cursor: next_cursor })).toEqual({ ok: true, acked: 1 });
  expect(values(await channels.subscribe('turning'))).toEqual([3]);
});

test('nack gives back at once, or after a delay', async () => {
  await publish('back', 'x');
  const first = await channels.subscribe('back');
  expect(await channels.call('nack', { channel: 'back', lease_id: first.lease_id })).toEqual({ ok: true, returned: 1, dead: 0 });
  const again = await channels.subscribe('back');
  expect(again.messages).toMatchObject([{ value: 'x', deliveries: 2 }]);
  await channels.call('nack', { channel: 'back', message_ids: [again.messages[0]!.id], delay: 0.15 });
  expect(values(await channels.subscribe('back'))).toEqual([]);
  expect((await channels.subscribe('back', { wait_ms: 20_000 })).messages).toMatchObject([{ value: 'x', deliveries: 3 }]);
});

test('C2: a reader that dies loses nothing: when its time is up, who waits gets the message', async () => {
  await publish('timeout', 'x');
  const held = await channels.subscribe('timeout');
  expect(values(held)).toEqual(['x']);
  const { messages } = await channels.subscribe('timeout', { wait_ms: 20_000 });
  expect(messages).toMatchObject([{ value: 'x', deliveries: 2 }]);
});

test('who is too late cannot acknowledge what another holds by now', async () => {
  await publish('lost', 'x');
  const late = await channels.subscribe('lost');
  const now = await channels.subscribe('lost', { wait_ms: 20_000, visibility_timeout: 60 });
  expect(values(now)).toEqual(['x']);
  for (const by of [{ lease_id: late.lease_id }, { cursor: late.next_cursor }]) {
    expect(await channels.refusal('ack', { channel: 'lost', ...by })).toBe('channel_lease_lost');
  }
  expect(await channels.call('ack', { channel: 'lost', lease_id: now.lease_id })).toEqual({ ok: true, acked: 1 });
});

test('C13: what is never acknowledged ends in the dead letters, with reason and count, and can be sent again', async () => {
  await publish('dying', { job: 7 });
  await channels.subscribe('dying');
  await channels.subscribe('dying', { wait_ms: 20_000 });
  // Nobody asks for the queue any more: the alarm buries it, and who waits for dead letters hears of it.
  const { messages } = await channels.subscribe('dying/dead', { wait_ms: 20_000 });
  expect(messages).toMatchObject([
    { value: { reason: 'max_deliveries', deliveries: 2, channel: 'dying', value: { job: 7 }, message_id: expect.stringMatching(/^msg_/) as unknown } },
  ]);
  expect(values(await channels.subscribe('dying'))).toEqual([]);
  expect(await channels.refusal('publish', { channel: 'dying/dead', value: 1 })).toBe('forbidden');
  expect(await channels.call('replay', { channel: 'dying/dead' })).toEqual({ channel: 'dying', replayed: 1 });
  expect(values(await channels.subscribe('dying'))).toEqual([{ job: 7 }]);
  expect(values(await channels.call<Batch>('peek', { channel: 'dying/dead' }))).toEqual([]);
});

test('a nack of the last delivery buries at once; a queue without dead letters drops it', async () => {
  await publish('nacked', 'x');
  for (const dead of [0, 1]) {
    const { lease_id } = await channels.subscribe('nacked');
    expect(await channels.call('nack', { channel: 'nacked', lease_id })).toEqual({ ok: true, returned: 1 - dead, dead });
  }
  expect(values(await channels.call<Batch>('peek', { channel: 'nacked/dead' }))).toMatchObject([{ deliveries: 2, value: 'x' }]);
  await publish('quiet', 'x');
  const { lease_id } = await channels.subscribe('quiet');
  await channels.call('nack', { channel: 'quiet', lease_id });
  expect(values(await channels.subscribe('quiet'))).toEqual([]);
  expect(await channels.refusal('subscribe', { channel: 'quiet/dead' })).toBe('channel_not_declared');
});
