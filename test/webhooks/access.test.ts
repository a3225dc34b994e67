import { afterAll, beforeAll, expect, test } from 'vitest';
import { Channels } from '../support/channels.js';
import { LOCAL, Receiver, Webhooks } from '../support/receiver.js';
import { TestServer, TOKEN } from '../support/server.js';
import { WebhookScope } from '../support/webhook-scope.js';
import { McpClient } from '../support/mcp.js';

// Whose webhooks one sees and makes: those of scopes that one may use.

const ANNA = 'test-token-of-anna-0123456789';
const BEN = 'test-token-of-ben-01234567890';
const READER = 'test-token-of-reader-012345678';

let server: TestServer;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await Receiver.start();
  server = await TestServer.start({
    config: {
      principals: {
        denn: { subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' },
        anna: { tenant: 'acme', subject: 'anna', scopes: ['substrate:tenant'], token_env: 'LOOMCYCLE_TOKEN_ANNA' },
        ben: { tenant: 'acme', subject: 'ben', scopes: ['substrate:tenant', 'documents:tenant'], token_env: 'LOOMCYCLE_TOKEN_BEN' },
        reader: { tenant: 'acme', subject: 'reader', scopes: ['channel:read', 'channel:publish', 'documents:write'], token_env: 'LOOMCYCLE_TOKEN_READER' },
      },
      channels: { news: { scope: 'user' }, all: { scope: 'global' } },
      outgoing_webhooks: LOCAL,
    },
    env: { LOOMCYCLE_TOKEN_ANNA: ANNA, LOOMCYCLE_TOKEN_BEN: BEN, LOOMCYCLE_TOKEN_READER: READER },
  });
});
afterAll(async () => {
  await server.stop();
  await receiver.stop();
});

test('every op needs substrate:tenant', async () => {
  const reader = new Webhooks(server, READER);
  for (const op of ['create', 'update', 'get', 'list', 'delete', 'rotate_secret', 'enable', 'disable', 'test', 'deliveries', 'replay', 'dead_letters', 'redrive']) {
    const { status, body } = await reader.answer(op, { name: 'w', url: receiver.url, topic: 'news' });
    expect([op, status, body.data]).toEqual([op, 403, { scope: 'substrate:tenant' }]);
  }
});

test('a webhook hears its own scope alone: not that of another user, nor of another tenant', async () => {
  const [anna, ben] = [new Webhooks(server, ANNA), new Webhooks(server, BEN)];
  await anna.create('w', receiver, 'news');
  await anna.create('all', receiver, 'all', { scope: 'global' });
  expect(await ben.refusal('get', { name: 'w' })).toBe('not_found');
  expect(await ben.call('get', { name: 'all', scope: 'global' })).toMatchObject({ name: 'all' });
  expect(await new Webhooks(server).refusal('get', { name: 'all', scope: 'global' })).toBe('not_found');
  await new Channels(server, BEN).publish('news', 'of ben');
  await new Channels(server, TOKEN).publish('all', 'of another tenant');
  await new Channels(server, ANNA).publish('news', 'of anna');
  await new Channels(server, BEN).publish('all', 'of all');
  await receiver.count(2);
  expect(receiver.values.toSorted()).toEqual(['of all', 'of anna']);
});

test('the storage of the tenant needs documents:tenant', async () => {
  const { status, body } = await new Webhooks(server, ANNA).answer('list', { scope: 'tenant' });
  expect([status, body.data]).toEqual([403, { scope: 'documents:tenant' }]);
  await new Webhooks(server, BEN).create('shared', receiver, 'documents/*/chunks', { scope: 'tenant' });
  const before = receiver.received.length;
  await server.call('create_document', { title: 'Plan', scope: 'tenant' }, BEN);
  const request = (await receiver.count(before + 1)).at(-1)!;
  expect(request.body).toMatchObject({ type: 'documents.create_document', data: { scope: 'tenant', payload: { actor: 'ben' } } });
});

test('the same over MCP', async () => {
  const mcp = await McpClient.connect(server, ANNA);
  const { structuredContent: created } = await mcp.call('outgoing_webhook', { op: 'create', name: 'mcp', url: receiver.url, topic: 'news' });
  expect(created).toMatchObject({ name: 'mcp', secret: expect.stringMatching(/^whsec_/) as string });
  const before = receiver.received.length;
  const { structuredContent: ping } = await mcp.call('outgoing_webhook', { op: 'test', name: 'mcp' });
  expect(ping).toMatchObject({ status: 'succeeded', response_code: 204 });
  expect(receiver.received).toHaveLength(before + 1);
  await mcp.close();
});

test('a resident agent has no webhooks: what it may hear is bounded by its channels', async () => {
  const scope = new WebhookScope();
  scope.author = { ...scope.author, agent: 'drafter', transport: 'agent' };
  await expect(scope.create('w')).rejects.toMatchObject({ reason: 'forbidden' });
  await expect(scope.webhook('list', {})).rejects.toMatchObject({ reason: 'forbidden' });
  scope.close();
});

test('nobody can publish to the topic of webhooks', async () => {
  expect(await new Channels(server).refusal('publish', { channel: 'webhooks', value: 1 })).toBe('forbidden');
  const response = await fetch(`${server.url}/v1/_channels`, { method: 'POST', headers: { authorization: `Bearer ${TOKEN}` }, body: '{"name":"webhooks"}' });
  expect(response.status).toBe(400);
});
