import { afterAll, beforeAll, expect, test } from 'vitest';
import { Channels } from '../support/channels.js';
import { LOCAL, Receiver, Webhooks } from '../support/receiver.js';
import { TestServer } from '../support/server.js';

// Receivers do not hold each other up, nor writers.

let server: TestServer;
let webhooks: Webhooks;
let channels: Channels;
beforeAll(async () => {
  const config = { outgoing_webhooks: { ...LOCAL, timeout: '1h', max_waiting: 5 }, channels: { news: { scope: 'user' }, many: { scope: 'user' } } };
  server = await TestServer.start({ config });
  webhooks = new Webhooks(server);
  channels = new Channels(server);
});
afterAll(() => server.stop());

test('a receiver that does not answer holds up neither another one nor writes', async () => {
  const [slow, quick] = [await Receiver.start(() => undefined), await Receiver.start()];
  await webhooks.create('slow', slow, 'news');
  await webhooks.create('quick', quick, 'news');
  for (let n = 0; n < 100; n += 1) await channels.publish('news', n);
  await quick.count(100);
  expect(quick.values).toEqual(Array.from({ length: 100 }, (_, n) => n));
  expect(slow.received).toHaveLength(1);
  await webhooks.call('delete', { name: 'slow' });
  await Promise.all([slow.stop(), quick.stop()]);
});

test('what a failing receiver leaves waiting is bounded: the rest waits in the log and comes in its order', async () => {
  const receiver = await Receiver.start(() => 500);
  await webhooks.create('bounded', receiver, 'many');
  await webhooks.call('disable', { name: 'bounded' });
  for (let n = 0; n < 50; n += 1) await channels.publish('many', n);
  receiver.respond = (_, response) => void response.writeHead(503, { 'retry-after': '3600' }).end();
  await webhooks.call('enable', { name: 'bounded' });
  await webhooks.until(() => webhooks.get('bounded'), ({ paused_until: paused }) => paused !== undefined);
  expect((await webhooks.get('bounded')).waiting).toBe(5);
  receiver.respond = () => 204;
  await webhooks.call('disable', { name: 'bounded' });
  await webhooks.call('enable', { name: 'bounded' });
  await receiver.count(51);
  expect(receiver.values.slice(1)).toEqual(Array.from({ length: 50 }, (_, n) => n));
  await receiver.stop();
});
