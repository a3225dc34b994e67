import { afterAll, beforeAll, expect, test } from 'vitest';
import { McpClient } from '../support/mcp.js';
import { postMcp } from '../support/mcp-raw.js';
import { TestServer } from '../support/server.js';

// What a model is told: how to work here, and after each refusal what to do next.

const READER = 'test-token-of-reader-0123456789';
const HASTY = 'test-token-of-hasty-0123456789';
const ROBOT = 'test-token-of-robot-0123456789';

let server: TestServer;
let mcp: McpClient;
let reader: McpClient;
beforeAll(async () => {
  server = await TestServer.start({
    config: {
      channels: {
        jobs: { scope: 'global', semantic: 'queue', max_messages: 1, overflow: 'reject' },
        mine: { scope: 'user', semantic: 'broadcast' },
      },
      channel_limits: { max_payload_bytes: 1024 },
      principals: {
        denn: { subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' },
        reader: { subject: 'denn', scopes: ['documents:read'], token_env: 'LOOMCYCLE_TOKEN_READER' },
        robot: { subject: 'robot', scopes: ['documents:tenant'], token_env: 'LOOMCYCLE_TOKEN_ROBOT' },
      },
    },
    env: { LOOMCYCLE_TOKEN_READER: READER, LOOMCYCLE_TOKEN_ROBOT: ROBOT },
  });
  mcp = await McpClient.connect(server);
  reader = await McpClient.connect(server, READER);
});
afterAll(async () => {
  await mcp.close();
  await reader.close();
  await server.stop();
});

test('the instructions are under 200 words', () => {
  const words = mcp.client.getInstructions()!.split(/\s+/);
  expect(words.length).toBeLessThan(200);
  expect(words).toEqual(expect.arrayContaining(['revision', 'update_chunk.', 'query_chunks', 'idempotency_key.']));
});

interface Refused {
  reason: string;
  error: string;
  next?: string;
  data?: Record<string, unknown>;
}

/** What a refused call says, which is the same to a program and to a model. */
async function refusalOf(client: McpClient, tool: string, input: Record<string, unknown>): Promise<Refused> {
  const { isError, content, structuredContent } = await client.call<Refused>(tool, input);
  expect(isError).toBe(true);
  const { error, ...rest } = structuredContent;
  expect(content[0]!.text).toBe(`${tool}: ${error}`);
  expect(JSON.parse(content[1]!.text)).toEqual(rest);
  return structuredContent;
}

const MISSING = '0'.repeat(32);

test('a conflict: the current chunk, and to send the change again', async () => {
  const { root_chunk_id: id } = await mcp.document<{ root_chunk_id: string }>('create_document', { title: 'Plan' });
  await mcp.document('update_chunk', { id, revision: 1, body: 'theirs' });
  const stale = await refusalOf(mcp, 'document', { op: 'update_chunk', id, revision: 1, body: 'mine' });
  expect(stale).toMatchObject({
    reason: 'revision_conflict',
    data: { current_revision: 2, current: { id, body: 'theirs' } },
    next: expect.stringMatching(/Apply your change.*send it with the revision/) as string,
  });
  // What it says to do does it.
  const { current_revision: revision } = stale.data!;
  expect(await mcp.document('update_chunk', { id, revision, body: 'both' })).toMatchObject({ body: 'both', revision: 3 });
});

test.each([
  ['document', { op: 'get_chunk', id: MISSING }, 'not_found', /list_documents, query_chunks or search; list_deleted/],
  ['path', { op: 'resolve', path: '/nowhere' }, 'not_found', /list op of path/],
  ['document', { op: 'get_chunk' }, 'missing_field', /input schema of document says in \$defs/],
  ['document', { op: 'get_chunk', id: 'x' }, 'invalid_input', /Correct the fields/],
  ['document', { op: 'list_documents', colour: 'red' }, 'invalid_input', /Correct the fields/],
  ['document', { op: 'dance' }, 'unknown_op', /ops in data\.ops/],
  ['channel', { op: 'publish', channel: 'nowhere', value: 1 }, 'channel_not_declared', /list_channels/],
])('%s %j is refused as %s with a next step', async (tool, input, reason, next) => {
  expect(await refusalOf(mcp, tool, input)).toMatchObject({ reason, next: expect.stringMatching(next) as string });
});

const CURSOR_AHEAD = `cur_${'f'.repeat(8).padStart(16, '0')}`;

test.each([
  ['publish_channel', { channel: 'nowhere', payload: 1 }, 'channel_not_declared', /list_channels of the tool channel/],
  ['publish_channel', { channel: 'mine', scope: 'user', scope_id: 'other', payload: 1 }, 'channel_not_declared', /list_channels/],
  ['publish_channel', { channel: 'mine', scope: 'global', payload: 1 }, 'channel_scope_invalid', /Leave scope out/],
  ['publish_channel', { channel: 'mine', payload: 'x'.repeat(2000) }, 'too_large', /Send less/],
  ['publish_channel', { payload: 1 }, 'missing_field', /Send the field that is named/],
  ['subscribe_channel', { channel: 'mine', max_messages: 0 }, 'invalid_input', /Correct what is named/],
  ['subscribe_channel', { channel: 'nowhere' }, 'channel_not_declared', /list_channels/],
  ['peek_channel', { channel: 'nowhere' }, 'channel_not_declared', /list_channels/],
  ['ack_channel', { channel: 'jobs', lease_id: '0'.repeat(16) }, 'channel_lease_lost', /subscribe_channel again/],
  ['ack_channel', { channel: 'mine', cursor: CURSOR_AHEAD }, 'cursor_ahead', /a cursor that an answer of this channel had/],
  ['list_channels', { colour: 'red' }, 'invalid_input', /Correct what is named/],
  ['spawn_run', { agent: 'nobody', prompt: 'Go' }, 'not_found', /list_agents/],
  ['get_run', { agent_id: 'nobody' }, 'not_found', /list_runs/],
  ['unregister_agent', { name: 'nobody' }, 'not_found', /list_agents/],
  ['stream_user_run_states', { from_seq: 1_000_000 }, 'cursor_ahead', /Leave from_seq out/],
])('the flat tool %s %j is refused as %s with a next step', async (tool, input, reason, next) => {
  expect(await refusalOf(mcp, tool, input)).toMatchObject({ reason, next: expect.stringMatching(next) as string });
});

test('a channel that is full, and a cursor that lies behind', async () => {
  const message = { channel: 'jobs', payload: 1 };
  await mcp.call('publish_channel', message);
  expect(await refusalOf(mcp, 'publish_channel', message)).toMatchObject({ reason: 'channel_full', next: expect.stringMatching(/Wait until the readers/) as string });
  await mcp.call('publish_channel', { channel: 'mine', payload: 1 });
  const { structuredContent } = await mcp.call<{ next_cursor: string }>('subscribe_channel', { channel: 'mine' });
  await mcp.call('ack_channel', { channel: 'mine', cursor: structuredContent.next_cursor });
  const behind = await refusalOf(mcp, 'ack_channel', { channel: 'mine', cursor: 'cur_0' });
  expect(behind).toMatchObject({ reason: 'channel_cursor_regression', next: expect.stringMatching(/acknowledged already/) as string });
});

test('a missing scope: which, whom to ask, and not to try again', async () => {
  const refused = await refusalOf(reader, 'document', { op: 'create_document', title: 'x' });
  expect(refused).toMatchObject({
    reason: 'forbidden',
    data: { scope: 'documents:write' },
    next: expect.stringMatching(/Do not repeat.*lacks the scope documents:write.*Ask/) as string,
  });
});

test('an unknown tool: where the names are', async () => {
  await expect(mcp.client.callTool({ name: 'teleport', arguments: {} })).rejects.toMatchObject({
    code: -32601,
    data: { next: expect.stringContaining('tools/list') as string },
  });
});

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 't', version: '1' } },
};

test('a bearer for which there is no tool: which scope, and whom to ask', async () => {
  const response = await postMcp(server, INITIALIZE, {}, ROBOT);
  expect(response.status).toBe(403);
  expect(await response.json()).toMatchObject({ code: 'forbidden', error: expect.stringMatching(/needs the scope \S+: ask/) as string });
});

test('a lost session: to initialize again', async () => {
  const response = await postMcp(server, { jsonrpc: '2.0', id: 1, method: 'ping' }, { 'mcp-session-id': 'gone' });
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ error: expect.stringContaining('initialize again') as string });
});

test('too many calls: how long to wait', async () => {
  const narrow = await TestServer.start({
    config: {
      // So slow that nothing comes back while the test runs.
      rate_limits: { principal: { per_second: 0.001, burst: 1 } },
      principals: { hasty: { subject: 'hasty', scopes: ['substrate:tenant'], token_env: 'LOOMCYCLE_TOKEN_HASTY' } },
    },
    env: { LOOMCYCLE_TOKEN_HASTY: HASTY },
  });
  expect((await postMcp(narrow, INITIALIZE, {}, HASTY)).status).toBe(200);
  const response = await postMcp(narrow, INITIALIZE, {}, HASTY);
  expect(response.status).toBe(429);
  expect(await response.json()).toMatchObject({ code: 'rate_limited', error: expect.stringMatching(/try again in \d+ s/) as string });
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  await narrow.stop();
});
