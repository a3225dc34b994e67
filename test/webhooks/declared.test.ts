import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { newSecret } from '../../src/webhooks/secret.js';
import { Channels } from '../support/channels.js';
import { LOCAL, Receiver, verify, Webhooks } from '../support/receiver.js';
import { TestServer } from '../support/server.js';

// Webhooks of the configuration: their secrets come from the environment or auth.env and are in no scope file.

let receiver: Receiver;
let dataDir: string;
let server: TestServer | undefined;
beforeAll(async () => {
  receiver = await Receiver.start();
  dataDir = path.join(mkdtempSync(path.join(tmpdir(), 'loomcycle-')), 'data');
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
});
afterAll(async () => {
  await receiver.stop();
  rmSync(path.dirname(dataDir), { recursive: true });
});

const [first, second] = [newSecret(), newSecret()];
const ENV = { LOOMCYCLE_HOOK_A: first, LOOMCYCLE_HOOK_B: second };

async function start(endpoint: Record<string, unknown> | undefined, env: Record<string, string> = ENV): Promise<Webhooks> {
  const declared = endpoint && { w: { principal: 'denn', url: receiver.url, topic: 'news', secret_env: 'LOOMCYCLE_HOOK_A', ...endpoint } };
  const config = { channels: { news: { scope: 'user' } }, outgoing_webhooks: { ...LOCAL, ...(declared ? { endpoints: declared } : {}) } };
  server = await TestServer.start({ config, dataDir, env });
  return new Webhooks(server);
}

async function next(value: unknown): Promise<(typeof receiver.received)[number]> {
  const before = receiver.received.length;
  await new Channels(server!).publish('news', value);
  return (await receiver.count(before + 1)).at(-1)!;
}

test('it sends, signed by the secret of its variable, and nothing of it is shown', async () => {
  const webhooks = await start({ headers: { 'x-a': 'b' } });
  const request = await next(1);
  expect(verify(request, first)).toEqual(request.body);
  expect(request.headers).toMatchObject({ 'x-a': 'b' });
  expect(await webhooks.get('w')).toMatchObject({ source: 'yaml', secret_env: ['LOOMCYCLE_HOOK_A'], secrets: [], enabled: true });
});

test('of several variables each signs', async () => {
  await start({ secret_env: ['LOOMCYCLE_HOOK_B', 'LOOMCYCLE_HOOK_A'] });
  const request = await next(2);
  for (const secret of [first, second]) expect(verify(request, secret)).toEqual(request.body);
});

test('it cannot be changed by the tool, but disabled and enabled: that stays so over a restart, and loses nothing', async () => {
  let webhooks = await start({});
  for (const op of ['update', 'delete', 'rotate_secret']) expect([op, await webhooks.refusal(op, { name: 'w' })]).toEqual([op, 'webhook_yaml_immutable']);
  expect(await webhooks.refusal('create', { name: 'w', url: receiver.url, topic: 'news' })).toBe('webhook_name_in_use');
  await webhooks.call('disable', { name: 'w' });
  await new Channels(server!).publish('news', 'meanwhile');
  await server!.stop();
  webhooks = await start({});
  expect(await webhooks.get('w')).toMatchObject({ enabled: false, disabled_reason: 'operator' });
  const before = receiver.received.length;
  await webhooks.call('enable', { name: 'w' });
  await receiver.count(before + 1);
  expect(receiver.values.at(-1)).toBe('meanwhile');
});

test('one that is declared no longer sends nothing and keeps its place, until it comes back or is deleted', async () => {
  const gone = await start(undefined);
  expect(await gone.get('w')).toMatchObject({ enabled: false, disabled_reason: 'undeclared' });
  expect(await gone.refusal('enable', { name: 'w' })).toBe('webhook_yaml_immutable');
  await new Channels(server!).publish('news', 'unheard');
  await server!.stop();
  const before = receiver.received.length;
  await start({});
  await receiver.count(before + 1);
  expect(receiver.values.at(-1)).toBe('unheard');
  await server!.stop();
  const again = await start(undefined);
  expect(await again.call('delete', { name: 'w' })).toEqual({ name: 'w', deleted: true });
});

test('without a good secret it sends nothing, and the log says why; it may stand in auth.env', async () => {
  const webhooks = await start({}, { LOOMCYCLE_HOOK_A: 'whsec_short' });
  expect(await webhooks.get('w')).toMatchObject({ enabled: false, disabled_reason: 'no_secret' });
  expect(server!.log).toContain('LOOMCYCLE_HOOK_A must each hold whsec_');
  expect(await webhooks.call('test', { name: 'w' })).toMatchObject({ status: 'failed', error: 'there is no secret to sign with' });
  await new Channels(server!).publish('news', 'kept');
  await server!.stop();
  mkdirSync(dataDir, { recursive: true });
  appendFileSync(path.join(dataDir, 'auth.env'), `LOOMCYCLE_HOOK_A=${first}\n`);
  const before = receiver.received.length;
  await start({}, {});
  const request = (await receiver.count(before + 1)).at(-1)!;
  expect(request.body.data.payload.value).toBe('kept');
  expect(verify(request, first)).toEqual(request.body);
});

test.each([
  [{ url: 'http://10.0.0.1/' }, 'outgoing_webhooks.endpoints.w.url: has an address'],
  [{ principal: 'nobody' }, 'outgoing_webhooks.endpoints.w.principal: there is no principal "nobody"'],
  [{ secret_env: 'PATH' }, 'outgoing_webhooks.endpoints.w.secret_env'],
  [{ secret: first }, 'outgoing_webhooks.endpoints.w.secret: there is no such key; did you mean "secret_env"?'],
  [{ headers: { 'webhook-id': 'x' } }, 'outgoing_webhooks.endpoints.w.headers'],
])('%j stops the start', async (endpoint, message) => {
  await expect(start(endpoint)).rejects.toThrow(message);
});
