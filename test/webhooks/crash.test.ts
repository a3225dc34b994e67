import { afterEach, beforeEach, expect, test } from 'vitest';
import { Channels } from '../support/channels.js';
import { LOCAL, Receiver, verify, Webhooks } from '../support/receiver.js';
import { TestServer } from '../support/server.js';

// What was taken from the log is in the file: a crash at any time loses nothing, and a receiver knows what
// comes again by its webhook-id.

const config = { outgoing_webhooks: { ...LOCAL, retry: ['10ms', '10ms', '1h'] }, channels: { news: { scope: 'user' } } };

let receiver: Receiver;
let server: TestServer;
beforeEach(async () => {
  receiver = await Receiver.start();
  server = await TestServer.start({ config });
});
afterEach(async () => {
  await server.stop();
  await receiver.stop();
});

async function crash(): Promise<void> {
  const { dataDir } = server;
  await server.kill();
  server = await TestServer.start({ config, dataDir });
}

test('SIGKILL between two attempts: the message comes again with its id, and all after it', async () => {
  const { secret } = await new Webhooks(server).create('w', receiver, 'news');
  receiver.respond = () => 500;
  for (const n of [1, 2, 3]) await new Channels(server).publish('news', n);
  await receiver.until(() => receiver.ids.filter((id) => id === receiver.ids[0]).length === 2);
  receiver.respond = () => 204;
  const before = new Set(receiver.ids);
  await crash();
  const after = await receiver.until(() => {
    const accepted = receiver.received.slice(before.size);
    return new Set(accepted.map(({ body }) => body.data.payload.value)).size === 3 && accepted;
  });
  expect(new Set(receiver.ids).size).toBe(3);
  for (const request of after) expect(verify(request, secret)).toEqual(request.body);
  const webhooks = new Webhooks(server);
  await webhooks.until(() => webhooks.get('w'), ({ waiting }) => waiting === 0);
});

test('SIGKILL while a request is under way: it comes again with the same id', async () => {
  await new Webhooks(server).create('w', receiver, 'news');
  receiver.respond = () => undefined;
  await new Channels(server).publish('news', 1);
  await receiver.count(1);
  receiver.respond = () => 204;
  await crash();
  await receiver.count(2);
  expect(receiver.ids[1]).toBe(receiver.ids[0]);
});

test('SIGKILL in the midst of many: each arrives, in order but for what comes again', async () => {
  await new Webhooks(server).create('w', receiver, 'news');
  for (let n = 0; n < 60; n += 1) await new Channels(server).publish('news', n);
  await receiver.count(20);
  await crash();
  for (let n = 60; n < 70; n += 1) await new Channels(server).publish('news', n);
  await receiver.until(() => receiver.values.includes(69));
  const firsts = [...new Set(receiver.values)];
  expect(firsts).toEqual(Array.from({ length: 70 }, (_, n) => n));
  expect(new Set(receiver.ids).size).toBe(70);
});

test('a retry that is due long after a restart is still made, and a stop loses no message under way', async () => {
  await new Webhooks(server).create('w', receiver, 'news');
  receiver.respond = () => 500;
  await new Channels(server).publish('news', 1);
  const webhooks = new Webhooks(server);
  await webhooks.until(() => webhooks.deliveries('w'), (rows) => rows.length === 3);
  const { dataDir } = server;
  await server.kill();
  server = await TestServer.start({ config, dataDir });
  const again = new Webhooks(server);
  expect(await again.get('w')).toMatchObject({ waiting: 1, dead: 0 });
  receiver.respond = () => 204;
  expect(await again.call('redrive', { name: 'w', waiting: true })).toEqual({ redriven: 0, hurried: 1 });
  await receiver.count(4);
  expect(new Set(receiver.ids).size).toBe(1);
});
