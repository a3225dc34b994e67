import { afterAll, beforeAll, expect, test } from 'vitest';
import { newSecret } from '../../src/webhooks/secret.js';
import { Channels } from '../support/channels.js';
import { LOCAL, Receiver, verify, Webhooks } from '../support/receiver.js';
import { Reloading } from '../support/reloading.js';

let receiver: Receiver;
let reloading: Reloading;
beforeAll(async () => {
  receiver = await Receiver.start();
  reloading = await Reloading.start(config());
});
afterAll(async () => {
  await reloading.stop();
  await receiver.stop();
});

function config(endpoint?: Record<string, unknown>): Record<string, unknown> {
  const declared = endpoint && { w: { principal: 'denn', url: receiver.url, topic: 'news', secret_env: 'LOOMCYCLE_TOKEN_HOOK', ...endpoint } };
  return { channels: { news: { scope: 'user' } }, outgoing_webhooks: { ...LOCAL, ...(declared ? { endpoints: declared } : {}) } };
}

async function next(value: unknown): Promise<(typeof receiver.received)[number]> {
  const before = receiver.received.length;
  await new Channels(reloading.server).publish('news', value);
  return (await receiver.count(before + 1)).at(-1)!;
}

test('an endpoint comes, signs with another secret, and goes', async () => {
  const [first, second] = [newSecret(), newSecret()];
  expect((await reloading.apply(config({}), { hook: first })).changed).toEqual(['+ outgoing_webhooks.endpoints.w']);
  verify(await next(1), first);
  await reloading.apply(config({ headers: { 'x-a': 'b' } }), { hook: second });
  const request = await next(2);
  verify(request, second);
  expect(request.headers).toMatchObject({ 'x-a': 'b' });
  expect((await reloading.apply(config(), { hook: second })).changed).toEqual(['- outgoing_webhooks.endpoints.w']);
  expect(await new Webhooks(reloading.server).get('w')).toMatchObject({ enabled: false, disabled_reason: 'undeclared' });
});

test('what the sender itself is set to needs a restart', async () => {
  const { outgoing_webhooks: block } = config() as { outgoing_webhooks: Record<string, unknown> };
  const report = await reloading.apply({ ...config(), outgoing_webhooks: { ...block, timeout: '3s' } });
  expect(report).toEqual({ changed: [], needs_restart: ['outgoing_webhooks.timeout'], unchanged: false });
});
