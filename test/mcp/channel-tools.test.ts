import { afterAll, beforeAll, expect, test } from 'vitest';
import { McpClient } from '../support/mcp.js';
import { TestServer } from '../support/server.js';

// The flat channel tools of the original, for its clients.

let server: TestServer;
let mcp: McpClient;
beforeAll(async () => {
  server = await TestServer.start({
    config: { channels: { findings: { scope: 'global', semantic: 'broadcast' }, mine: { scope: 'user', semantic: 'broadcast' } } },
  });
  mcp = await McpClient.connect(server);
});
afterAll(async () => {
  await mcp.close();
  await server.stop();
});

async function call<Result>(tool: string, input: Record<string, unknown>): Promise<Result> {
  const { isError, structuredContent, content } = await mcp.call<Result>(tool, input);
  expect([isError ?? false, content.map(({ text }) => text)]).toEqual([false, expect.anything() as unknown]);
  return structuredContent;
}

test('a message goes the whole way: published, read, acknowledged', async () => {
  const where = { channel: 'findings', scope: 'global' };
  const { msg_id } = await call<{ msg_id: string }>('publish_channel', { ...where, payload: { message_id: 'its own' } });
  expect(msg_id).toMatch(/^msg_/);
  const { messages, next_cursor } = await call<{ messages: { id: string; value: unknown }[]; next_cursor: string }>('subscribe_channel', where);
  // What a payload calls its own is not renamed.
  expect(messages.map(({ id, value }) => [id, value])).toEqual([[msg_id, { message_id: 'its own' }]]);
  expect(await call('ack_channel', { ...where, cursor: next_cursor })).toMatchObject({ ok: true });
  expect(await call('subscribe_channel', where)).toMatchObject({ messages: [] });
  expect(await call('peek_channel', where)).toMatchObject({ messages: [{ id: msg_id }] });
  expect(await call('list_channels', {})).toMatchObject({ channels: [{ name: 'findings' }, { name: 'mine' }] });
});

test('of the users only oneself can be named', async () => {
  await call('publish_channel', { channel: 'mine', scope: 'user', scope_id: 'denn', payload: 1 });
  const { isError, structuredContent } = await mcp.call('publish_channel', { channel: 'mine', scope: 'user', scope_id: 'other', payload: 1 });
  expect([isError, structuredContent.reason]).toEqual([true, 'channel_not_declared']);
});

test('they are listed with schemas of their own', async () => {
  const { tools } = await mcp.client.listTools();
  const publish = tools.find(({ name }) => name === 'publish_channel')!;
  expect(Object.keys(publish.inputSchema.properties!)).toEqual(expect.arrayContaining(['channel', 'scope', 'scope_id', 'payload', 'deliver_at']));
  expect(Object.keys(publish.inputSchema.properties!)).not.toContain('op');
});
