import { afterAll, beforeAll, expect, test } from 'vitest';
import { newSecret } from '../../src/webhooks/secret.js';
import { Channels } from '../support/channels.js';
import { LOCAL, Receiver, verify, Webhooks, type WebhookBody } from '../support/receiver.js';
import { TestServer } from '../support/server.js';

// Secrets are shown once; a new one does not lock out a receiver that still has the one before.

let server: TestServer;
let webhooks: Webhooks;
let receiver: Receiver;
beforeAll(async () => {
  server = await TestServer.start({ config: { outgoing_webhooks: LOCAL, channels: { news: { scope: 'user' } } } });
  webhooks = new Webhooks(server);
  receiver = await Receiver.start();
});
afterAll(async () => {
  await server.stop();
  await receiver.stop();
});

async function next(): Promise<(typeof receiver.received)[number]> {
  const before = receiver.received.length;
  await new Channels(server).publish('news', 1);
  return (await receiver.count(before + 1)).at(-1)!;
}

test('a secret is whsec_ and base64 of 32 bytes, shown by create and never again', async () => {
  const { secret } = await webhooks.create('shown', receiver, 'news');
  expect(secret).toMatch(/^whsec_/);
  expect(Buffer.from(secret.slice(6), 'base64')).toHaveLength(32);
  for (const answer of [await webhooks.get('shown'), await webhooks.call('list'), await webhooks.call('disable', { name: 'shown' })]) {
    expect(JSON.stringify(answer)).not.toContain(secret.slice(6, 20));
  }
  expect((await webhooks.get('shown')).secrets).toEqual([{ secret: expect.stringMatching(/^whsec_….{4}$/) as string, since: expect.any(String) as string }]);
  await webhooks.call('delete', { name: 'shown' });
});

test('one of your own is taken where it is a secret', async () => {
  const own = newSecret();
  const { secret } = await webhooks.create('own', receiver, 'news', { secret: own });
  expect(secret).toBe(own);
  const received = await next();
  expect(verify(received, own)).toEqual(received.body);
  const bytes = (n: number): string => `whsec_${Buffer.alloc(n, 7).toString('base64')}`;
  for (const bad of ['secret', 'whsec_', bytes(23), bytes(65), `${own}!`, own.slice(6), `whsec_ ${own.slice(6)}`]) {
    expect([bad, await webhooks.refusal('rotate_secret', { name: 'own', secret: bad })]).toEqual([bad, 'invalid_input']);
  }
  for (const good of [bytes(24), bytes(64)]) expect((await webhooks.call<WebhookBody>('rotate_secret', { name: 'own', secret: good })).secret).toBe(good);
  expect(await webhooks.refusal('rotate_secret', { name: 'own', secret: bytes(64) })).toBe('invalid_input');
  await webhooks.call('delete', { name: 'own' });
});

test('after a rotation both secrets sign, until the grace time is over', async () => {
  const { secret: first } = await webhooks.create('rotated', receiver, 'news');
  const { secret: second } = await webhooks.call<WebhookBody>('rotate_secret', { name: 'rotated' });
  const both = await next();
  expect(String(both.headers['webhook-signature']).split(' ')).toHaveLength(2);
  for (const secret of [first, second]) expect(verify(both, secret)).toEqual(both.body);
  const { secrets } = await webhooks.get('rotated');
  expect(secrets.map(({ until }) => until !== undefined)).toEqual([false, true]);
  expect(Date.parse(secrets[1]!.until!) - Date.now()).toBeGreaterThan(23 * 3_600_000);

  const { secret: third } = await webhooks.call<WebhookBody>('rotate_secret', { name: 'rotated', grace: 0 });
  const alone = await next();
  expect(verify(alone, third)).toEqual(alone.body);
  for (const secret of [first, second]) expect(() => verify(alone, secret)).toThrow('No matching signature');
  await webhooks.call('delete', { name: 'rotated' });
});

test('who lost the answer of a rotation gets it again by the same key', async () => {
  await webhooks.create('lost', receiver, 'news');
  const once = await webhooks.call<WebhookBody>('rotate_secret', { name: 'lost', idempotency_key: 'rotate-1' });
  expect(await webhooks.call('rotate_secret', { name: 'lost', idempotency_key: 'rotate-1' })).toEqual(once);
  expect((await webhooks.get('lost')).secrets).toHaveLength(2);
});
