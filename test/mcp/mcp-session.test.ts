import { afterAll, beforeAll, expect, test } from 'vitest';
import { McpClient } from '../support/mcp.js';
import { TestServer, TOKEN } from '../support/server.js';

const OTHER = 'test-token-of-anna-0123456789';

let server: TestServer;
let mcp: McpClient;

beforeAll(async () => {
  server = await TestServer.start({
    config: {
      principals: {
        denn: { tenant: '', subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' },
        anna: { tenant: '', subject: 'anna', scopes: ['substrate:tenant'], token_env: 'LOOMCYCLE_TOKEN_ANNA' },
        robot: { tenant: '', subject: 'robot', scopes: ['documents:tenant'], token_env: 'LOOMCYCLE_TOKEN_ROBOT' },
      },
    },
    env: { LOOMCYCLE_TOKEN_ANNA: OTHER, LOOMCYCLE_TOKEN_ROBOT: 'test-token-of-robot-0123456789' },
  });
  mcp = await McpClient.connect(server);
});
afterAll(async () => {
  await mcp.close();
  await server.stop();
});

test('the tools are there, document with a schema that names every op', async () => {
  const { tools } = await mcp.client.listTools();
  expect(tools.map((tool) => tool.name)).toEqual(expect.arrayContaining(['document', 'path', 'context']));
  const { op } = tools.find((tool) => tool.name === 'document')!.inputSchema.properties as { op: { enum: string[] } };
  expect(op.enum).toEqual(expect.arrayContaining(['create_document', 'update_chunk', 'query_chunks', 'import_md', 'batch']));
  expect(mcp.client.getInstructions()).toContain('revision');
});

test('context self tells as whom the bearer acts', async () => {
  const { structuredContent } = await mcp.call('context', { op: 'self' });
  expect(structuredContent).toEqual({
    user_id: 'denn',
    tenant_id: 'default',
    subject: 'denn',
    scopes: ['substrate:admin'],
    principal: 'denn',
  });
});

test('what MCP writes HTTP sees, in one file, and the other way round', async () => {
  const { structuredContent } = await mcp.call('document', { op: 'create_document', title: 'By MCP' });
  const id = structuredContent.document_id as string;
  expect(await server.document('get_document', { id })).toMatchObject({ title: 'By MCP' });
  const { document_id } = await server.document<{ document_id: string }>('create_document', { title: 'By HTTP' });
  const read = await mcp.call('document', { op: 'get_document', id: document_id });
  expect(JSON.parse(read.content[0]!.text)).toMatchObject({ title: 'By HTTP' });
});

test('a conflict comes back as data that a model can act on', async () => {
  const { structuredContent: document } = await mcp.call('document', { op: 'create_document', title: 'Plan' });
  const input = { op: 'update_chunk', id: document.root_chunk_id, revision: 1, body: 'mine' };
  await mcp.call('document', input);
  const refused = await mcp.call('document', input);
  expect(refused.isError).toBe(true);
  expect(refused.content[0]!.text).toContain('revision conflict');
  expect(refused.structuredContent).toMatchObject({
    reason: 'revision_conflict',
    data: { current_revision: 2, current: { body: 'mine' } },
  });
});

test('another principal sees nothing of it', async () => {
  const anna = await McpClient.connect(server, OTHER);
  const { structuredContent } = await mcp.call('document', { op: 'create_document', title: 'Secret' });
  const read = await anna.call('document', { op: 'get_document', id: structuredContent.document_id });
  const missing = await anna.call('document', { op: 'get_document', id: '0'.repeat(32) });
  const withoutId = (text: string): string => text.replaceAll(/[0-9a-f]{32}/g, 'ID');
  expect(withoutId(read.content[0]!.text)).toBe(withoutId(missing.content[0]!.text));
  expect((await anna.call('document', { op: 'list_documents' })).structuredContent).toEqual({ documents: [] });
  await anna.close();
});

test('an unknown tool is an unknown method', async () => {
  await expect(mcp.client.callTool({ name: 'teleport', arguments: {} })).rejects.toThrow(/unknown tool: teleport/);
});

async function post(body: unknown, headers: Record<string, string> = {}, token = TOKEN): Promise<Response> {
  return fetch(`${server.url}/v1/_mcp`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, accept: 'application/json, text/event-stream', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 'first',
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 't', version: '1' } },
};

async function rawSession(): Promise<string> {
  const response = await post(INITIALIZE);
  expect(await response.json()).toMatchObject({ id: 'first', result: { protocolVersion: '2025-06-18' } });
  return response.headers.get('mcp-session-id')!;
}

test('a session belongs to the principal that opened it, and ends with DELETE', async () => {
  const id = await rawSession();
  const ping = { jsonrpc: '2.0', id: 7, method: 'ping' };
  const headers = { 'mcp-session-id': id };
  expect(await (await post(ping, headers)).json()).toEqual({ jsonrpc: '2.0', id: 7, result: {} });
  expect((await post(ping, headers, OTHER)).status).toBe(404);
  expect((await post({ jsonrpc: '2.0', method: 'notifications/initialized' }, headers)).status).toBe(202);
  const gone = await fetch(`${server.url}/v1/_mcp`, { method: 'DELETE', headers: { ...headers, authorization: `Bearer ${TOKEN}` } });
  expect(gone.status).toBe(204);
  expect((await post(ping, headers)).status).toBe(404);
});

test('the GET stream opens at once', async () => {
  const id = await rawSession();
  const response = await fetch(`${server.url}/v1/_mcp`, {
    headers: { authorization: `Bearer ${TOKEN}`, accept: 'text/event-stream', 'mcp-session-id': id },
  });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const reader = response.body!.getReader();
  expect(Buffer.from((await reader.read()).value!).toString()).toBe(': open\n\n');
  await reader.cancel();
});

test.each([
  ['no session', { jsonrpc: '2.0', id: 1, method: 'ping' }, {}, 400],
  ['an unknown session', { jsonrpc: '2.0', id: 1, method: 'ping' }, { 'mcp-session-id': 'x' }, 404],
  ['no JSON', '{', {}, 400],
  ['no JSON-RPC', { hello: 1 }, {}, 400],
  ['another origin', INITIALIZE, { origin: 'http://evil.example' }, 403],
])('%s is refused', async (_name, body, headers, status) => {
  expect((await post(body, headers as Record<string, string>)).status).toBe(status);
});

test('a bearer that may call no tool is forbidden, no bearer unauthorized', async () => {
  expect((await post(INITIALIZE, {}, 'test-token-of-robot-0123456789')).status).toBe(403);
  expect((await post(INITIALIZE, {}, 'nobody')).status).toBe(401);
});
