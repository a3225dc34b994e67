import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Channels } from '../support/channels.js';
import { LOCAL, Receiver, verify, Webhooks } from '../support/receiver.js';
import { TestServer } from '../support/server.js';
import { Subscriber } from '../support/socket.js';

// What is not accepted comes again, by the ladder of the configuration, and after the last attempt it is a
// dead letter, not lost.

let server: TestServer;
let webhooks: Webhooks;
let channels: Channels;
let receiver: Receiver;
let made = 0;
let name: string;
beforeAll(async () => {
  const config = { outgoing_webhooks: { ...LOCAL, timeout: '300ms' }, channels: { news: { scope: 'user' } } };
  server = await TestServer.start({ config });
  webhooks = new Webhooks(server);
  channels = new Channels(server);
});
afterAll(() => server.stop());
beforeEach(async () => {
  receiver = await Receiver.start();
  name = `w${(made += 1)}`;
  await webhooks.create(name, receiver, 'news');
});
afterEach(async () => {
  await webhooks.call('delete', { name });
  await receiver.stop();
});

/** The delivery log, the oldest first, once it has so many rows. */
async function attempts(count: number) {
  return (await webhooks.until(() => webhooks.deliveries(name), (rows) => rows.length >= count)).toReversed();
}

test('a failed attempt is made again with the same id and a signature of its own time, until it is accepted', async () => {
  receiver.respond = (_, __, count) => (count < 3 ? 500 : 200);
  const { secret } = await webhooks.call<{ secret: string }>('rotate_secret', { name, grace: 0 });
  await channels.publish('news', 'x');
  const requests = await receiver.count(3);
  expect(new Set(receiver.ids).size).toBe(1);
  expect(new Set(requests.map(({ text }) => text)).size).toBe(1);
  for (const request of requests) expect(verify(request, secret)).toEqual(request.body);
  const rows = await attempts(3);
  expect(rows.map(({ attempt, status, response_code }) => [attempt, status, response_code])).toEqual([
    [1, 'failed', 500],
    [2, 'failed', 500],
    [3, 'succeeded', 200],
  ]);
  expect(rows.map((row) => row.next_attempt_at !== undefined)).toEqual([true, true, false]);
  expect(await webhooks.get(name)).toMatchObject({ waiting: 0, dead: 0, enabled: true });
});

test('the delivery log keeps how an answer began, and is read in pages', async () => {
  receiver.respond = (_, response) => void response.writeHead(202).end(`took it\n${'x'.repeat(100_000)}`);
  for (const n of [1, 2, 3]) await channels.publish('news', n);
  const rows = await attempts(3);
  expect(rows[0]).toMatchObject({ status: 'succeeded', response_code: 202, type: 'news', response: `took it\n${'x'.repeat(492)}` });
  const first = await webhooks.call<{ deliveries: { id: number }[]; next_cursor: string }>('deliveries', { name, limit: 2 });
  const second = await webhooks.call<{ deliveries: { id: number }[] }>('deliveries', { name, limit: 2, cursor: first.next_cursor });
  expect([...first.deliveries, ...second.deliveries].map(({ id }) => id)).toEqual(rows.map(({ id }) => id).toReversed());
  expect(second).not.toHaveProperty('next_cursor');
  expect(await webhooks.deliveries(name, { message_id: rows[1]!.message_id })).toEqual([rows[1]]);
  expect(await webhooks.deliveries(name, { status: 'failed' })).toEqual([]);
  expect(await webhooks.refusal('deliveries', { name, cursor: 'x' })).toBe('invalid_input');
});

test('C13: what no attempt delivered is a dead letter that can be read and sent again', async () => {
  const socket = await Subscriber.open(server);
  await socket.subscribe('w', 'webhooks');
  receiver.respond = () => 503;
  const { message_id } = await channels.publish('news', { n: 1 });
  const event = await socket.until(() => socket.events.find(({ payload }) => payload.op === 'dead_letter'));
  expect(event.payload).toMatchObject({ webhook: name, attempts: 3, type: 'news' });
  const { dead_letters: letters } = await webhooks.call<{ dead_letters: { message_id: string }[] }>('dead_letters', { name });
  expect(letters).toMatchObject([{ message_id: receiver.ids[0], attempts: 3, body: { data: { payload: { message_id, value: { n: 1 } } } } }]);
  expect(await webhooks.get(name)).toMatchObject({ dead: 1, waiting: 0 });

  receiver.respond = () => 204;
  expect(await webhooks.call('redrive', { name, message_ids: [letters[0]!.message_id] })).toEqual({ redriven: 1, hurried: 0 });
  await receiver.count(4);
  expect(new Set(receiver.ids).size).toBe(1);
  expect((await attempts(4)).at(-1)).toMatchObject({ attempt: 1, status: 'succeeded' });
  expect(await webhooks.get(name)).toMatchObject({ dead: 0, waiting: 0 });
  expect(await webhooks.refusal('redrive', { name, message_ids: [letters[0]!.message_id] })).toBe('not_found');
  await socket.close();
});

test('410 disables the webhook; nothing is lost when it is enabled', async () => {
  const socket = await Subscriber.open(server);
  await socket.subscribe('w', 'webhooks');
  receiver.respond = () => 410;
  await channels.publish('news', 1);
  const event = await socket.until(() => socket.events.find(({ payload }) => payload.op === 'disable'));
  expect(event.payload).toMatchObject({ webhook: name, reason: 'gone' });
  expect(await webhooks.get(name)).toMatchObject({ enabled: false, disabled_reason: 'gone', waiting: 1 });
  await channels.publish('news', 2);
  receiver.respond = () => 204;
  await webhooks.call('enable', { name });
  await receiver.count(3);
  expect(receiver.values).toEqual([1, 1, 2]);
  await socket.close();
});

test('what came while it was disabled can be left out', async () => {
  await webhooks.call('disable', { name });
  await channels.publish('news', 'missed');
  expect(await webhooks.call('enable', { name, skip_missed: true })).toMatchObject({ enabled: true });
  await channels.publish('news', 'after');
  await receiver.count(1);
  expect(receiver.values).toEqual(['after']);
});

test.each([429, 503])('Retry-After of %i is waited for, and nothing else is sent meanwhile', async (status) => {
  receiver.respond = (_, response) => void response.writeHead(status, { 'retry-after': '3600' }).end();
  await channels.publish('news', 1);
  const [row] = await attempts(1);
  expect(Date.parse(row!.next_attempt_at!) - Date.parse(row!.at)).toBeGreaterThanOrEqual(3_600_000);
  expect(Date.parse((await webhooks.get(name)).paused_until!)).toBeGreaterThan(Date.now() + 3_500_000);
  await channels.publish('news', 2);
  receiver.respond = () => 204;
  // An operator who knows better can end the wait.
  await webhooks.call('disable', { name });
  expect(receiver.values).toEqual([1]);
  await webhooks.call('enable', { name });
  await receiver.count(3);
  expect(receiver.values).toEqual([1, 1, 2]);
});

test('a redirect is a failure and is not followed', async () => {
  const elsewhere = await Receiver.start();
  receiver.respond = (_, response) => void response.writeHead(307, { location: elsewhere.url }).end();
  await channels.publish('news', 1);
  expect((await attempts(3)).map(({ response_code }) => response_code)).toEqual([307, 307, 307]);
  expect(elsewhere.received).toEqual([]);
  await elsewhere.stop();
});

test('a receiver that does not answer in time has failed; one that closes the connection, too', async () => {
  receiver.respond = (_, response, count) => (count === 1 ? undefined : count === 2 ? void response.destroy() : 204);
  await channels.publish('news', 1);
  const rows = await attempts(3);
  expect(rows.map(({ status }) => status)).toEqual(['failed', 'failed', 'succeeded']);
  expect(rows[0]!.error).toBe('no answer within 300 ms');
  expect(rows[1]!.error).toContain('ECONNRESET');
});

test('a connection that the receiver had closed is no failed attempt: the request is made on a new one', async () => {
  const used = new WeakSet<object>();
  receiver.respond = (_, response) => {
    if (used.has(response.socket!)) return void response.destroy();
    used.add(response.socket!);
    return 204;
  };
  for (const n of [1, 2, 3]) await channels.publish('news', n);
  const rows = await attempts(3);
  expect(rows.map(({ attempt, status }) => [attempt, status])).toEqual([1, 2, 3].map(() => [1, 'succeeded']));
  expect(receiver.received.length).toBeGreaterThan(3);
});

test('an answer that never ends counts by its status', async () => {
  receiver.respond = (_, response) => void response.writeHead(200).write('and on');
  await channels.publish('news', 1);
  expect(await attempts(1)).toMatchObject([{ status: 'succeeded', response_code: 200, response: 'and on' }]);
});

test('while one message waits for its next attempt, those after it are sent', async () => {
  receiver.respond = ({ body }) => (body.data.payload.value === 'bad' ? 500 : 204);
  await channels.publish('news', 'bad');
  for (const n of [1, 2, 3]) await channels.publish('news', n);
  await receiver.until(() => receiver.values.includes(3));
  expect(receiver.values.filter((value) => value !== 'bad')).toEqual([1, 2, 3]);
  await webhooks.until(() => webhooks.get(name), ({ dead }) => dead === 1);
});
