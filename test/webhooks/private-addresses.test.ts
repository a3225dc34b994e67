import { afterAll, beforeAll, expect, test } from 'vitest';
import { LOCAL, Receiver, Webhooks } from '../support/receiver.js';
import { TestServer } from '../support/server.js';

// The whole way: a server that may not, one that may.

let receiver: Receiver;
beforeAll(async () => {
  receiver = await Receiver.start();
});
afterAll(() => receiver.stop());

test('an address of this machine is refused where nobody allowed it, when it is given and when it is connected to', async () => {
  const allowed = await TestServer.start({ config: { outgoing_webhooks: LOCAL } });
  const before = new Webhooks(allowed);
  await before.create('w', receiver, 'paths');
  expect(await before.call('test', { name: 'w' })).toMatchObject({ status: 'succeeded', response_code: 204 });
  expect(receiver.received.at(-1)!.body).toMatchObject({ type: 'webhooks.ping', data: { webhook: 'w' } });
  const { dataDir } = allowed;
  await allowed.kill();

  const server = await TestServer.start({ dataDir });
  const webhooks = new Webhooks(server);
  expect(await webhooks.call('test', { name: 'w' })).toMatchObject({ status: 'failed', error: expect.stringContaining('address that webhooks may not go to (loopback)') as string });
  expect(receiver.received).toHaveLength(1);
  for (const url of [receiver.url, 'http://[::1]/', 'http://user:pw@a.example/', 'ftp://a.example/']) {
    expect([url, await webhooks.refusal('create', { name: 'x', url, topic: 'paths' })]).toEqual([url, 'webhook_url_refused']);
    expect([url, await webhooks.refusal('update', { name: 'w', url })]).toEqual([url, 'webhook_url_refused']);
  }
  await server.stop();
  await allowed.stop();
});

test('a name that the operator allows may lead to this machine', async () => {
  const server = await TestServer.start({ config: { outgoing_webhooks: { ...LOCAL, allow_private: ['localhost'] } } });
  const webhooks = new Webhooks(server);
  await webhooks.call('create', { name: 'named', url: receiver.url.replace('127.0.0.1', 'localhost'), topic: 'paths' });
  expect(await webhooks.call('test', { name: 'named' })).toMatchObject({ status: 'succeeded' });
  expect(await webhooks.refusal('create', { name: 'x', url: receiver.url, topic: 'paths' })).toBe('webhook_url_refused');
  await server.stop();
});
