import { afterAll, beforeAll, expect, test } from 'vitest';
import { Channels, send, values, type Batch } from '../support/channels.js';
import { McpClient } from '../support/mcp.js';
import { TestServer } from '../support/server.js';

// Channels that are declared at run time, beside those of the configuration.

let server: TestServer;
let channels: Channels;
const config = {
  principals: {
    denn: { tenant: '', subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' },
    kim: { tenant: '', subject: 'kim', scopes: ['substrate:tenant'], token_env: 'LOOMCYCLE_TOKEN_KIM' },
  },
  channels: { fixed: { scope: 'user', semantic: 'topic', default_ttl: '1h' } },
};
const env = { LOOMCYCLE_TOKEN_KIM: 'kim-0123456789' };

beforeAll(async () => {
  server = await TestServer.start({ config, env });
  channels = new Channels(server);
});
afterAll(() => server.stop());

const request = (method: string, route: string, body?: unknown) => send(server, method, route, body);

test('declare, use, change and delete, with what it is in every answer', async () => {
  const made = await request('POST', '/v1/_channels', { name: 'work/items', description: 'Jobs', max_messages: 5 });
  expect(made).toEqual({
    status: 201,
    body: {
      name: 'work/items',
      description: 'Jobs',
      scope: 'global',
      semantic: 'queue',
      publisher: '',
      max_messages: 5,
      overflow: 'drop_oldest',
      max_deliveries: 5,
      visibility_timeout: 30,
      dead_letter: true,
      source: 'runtime',
      message_count: 0,
    },
  });
  await channels.publish('work/items', 1);
  const listed = await request('GET', '/v1/_channels');
  expect(listed.body.channels).toMatchObject([
    { name: 'fixed', source: 'yaml', semantic: 'broadcast', default_ttl: 3600 },
    { name: 'work/items', message_count: 1, oldest_visible_at: expect.any(String) as unknown },
  ]);
  const changed = await request('PATCH', '/v1/_channels/work%2Fitems', { max_messages: null, description: 'Tasks', visibility_timeout: 60 });
  expect(changed).toMatchObject({ status: 200, body: { description: 'Tasks', visibility_timeout: 60, message_count: 1 } });
  expect(changed.body).not.toHaveProperty('max_messages');
  expect(await request('POST', '/v1/_channels/work%2Fitems/purge')).toEqual({ status: 200, body: { name: 'work/items', purged: 1 } });
  expect(values(await channels.call<Batch>('peek', { channel: 'work/items' }))).toEqual([]);
  expect(await request('DELETE', '/v1/_channels/work%2Fitems')).toEqual({ status: 204, body: undefined });
  expect(await channels.refusal('publish', { channel: 'work/items', value: 1 })).toBe('channel_not_declared');
});

test('a name is free or it is not, and the configuration has the last word', async () => {
  const refused = async (method: string, route: string, body?: unknown): Promise<unknown[]> => {
    const answer = await request(method, route, body);
    return [answer.status, answer.body.code];
  };
  expect((await request('POST', '/v1/_channels', { name: 'twice' })).status).toBe(201);
  expect(await refused('POST', '/v1/_channels', { name: 'twice' })).toEqual([409, 'channel_name_in_use']);
  expect(await refused('POST', '/v1/_channels', { name: 'fixed' })).toEqual([409, 'channel_yaml_immutable']);
  expect(await refused('PATCH', '/v1/_channels/fixed', { description: 'x' })).toEqual([409, 'channel_yaml_immutable']);
  expect(await refused('DELETE', '/v1/_channels/fixed')).toEqual([409, 'channel_yaml_immutable']);
  expect(await refused('PATCH', '/v1/_channels/none', {})).toEqual([404, 'channel_not_found']);
  expect(await refused('DELETE', '/v1/_channels/none')).toEqual([404, 'channel_not_found']);
  for (const name of ['documents/x', 'types', 'memory/x', 'paths/x', '_system/x', 'a//b', '../a', 'a b', 'a/*', 'jobs/dead', 'x'.repeat(129), '']) {
    expect([name, await refused('POST', '/v1/_channels', { name })]).toEqual([name, [400, 'invalid_request']]);
  }
  expect(await refused('PATCH', '/v1/_channels/twice', { scope: 'user' })).toEqual([400, 'invalid_request']);
});

test("a deleted channel takes every user's messages and consumers along: declared anew it is empty", async () => {
  const kim = new Channels(server, env.LOOMCYCLE_TOKEN_KIM);
  await request('POST', '/v1/_channels', { name: 'own', scope: 'user' });
  for (const who of [channels, kim]) {
    for (const n of [1, 2]) await who.publish('own', n);
    await who.subscribe('own', { max_messages: 1 });
  }
  expect((await request('POST', '/v1/_channels/own/purge')).body).toEqual({ name: 'own', purged: 4 });
  await kim.publish('own', 3);
  await request('DELETE', '/v1/_channels/own');
  await request('POST', '/v1/_channels', { name: 'own', scope: 'user' });
  for (const who of [channels, kim]) {
    expect(await who.call('consumers', { channel: 'own' })).toEqual({ channel: 'own', consumers: [] });
    expect(values(await who.subscribe('own'))).toEqual([]);
  }
});

test('a queue that becomes a broadcast gives back what was held', async () => {
  await request('POST', '/v1/_channels', { name: 'turn' });
  for (const n of [1, 2]) await channels.publish('turn', n);
  expect(values(await channels.subscribe('turn'))).toEqual([1, 2]);
  await request('PATCH', '/v1/_channels/turn', { semantic: 'topic' });
  expect(values(await channels.subscribe('turn'))).toEqual([1, 2]);
});

test('declarations are for admins on every door, and outlive a crash', async () => {
  const kim = await McpClient.connect(server, env.LOOMCYCLE_TOKEN_KIM);
  const { tools } = await kim.client.listTools();
  expect(tools.map(({ name }) => name)).toContain('channel');
  expect(tools.map(({ name }) => name)).not.toContain('channeldef');
  const refused = await kim.call('channeldef', { op: 'purge', name: 'fixed' });
  expect(refused).toMatchObject({ isError: true, structuredContent: { reason: 'forbidden' } });
  await kim.close();

  await request('POST', '/v1/_channels', { name: 'durable' });
  const { message_id } = await channels.publish('durable', 'x');
  await server.kill();
  server = await TestServer.start({ config, env, dataDir: server.dataDir });
  channels = new Channels(server);
  expect((await channels.subscribe('durable')).messages).toMatchObject([{ id: message_id, value: 'x' }]);
});

test('a repeated publish with the same key adds nothing; the same key on another channel is refused', async () => {
  for (const name of ['k1', 'k2']) await request('POST', '/v1/_channels', { name });
  const once = { channel: 'k1', value: 'x', idempotency_key: 'key' };
  const first = await channels.call('publish', once);
  expect(await channels.call('publish', once)).toEqual(first);
  expect(values(await channels.call<Batch>('peek', { channel: 'k1' }))).toEqual(['x']);
  expect(await channels.refusal('publish', { ...once, channel: 'k2' })).toBe('idempotency_mismatch');
});
