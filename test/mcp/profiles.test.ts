import { afterAll, beforeAll, expect, test } from 'vitest';
import { McpClient } from '../support/mcp.js';
import { postMcp, type RpcAnswer } from '../support/mcp-raw.js';
import { TestServer, TOKEN } from '../support/server.js';

// A session shows the tools of its profile, which is chosen at its beginning.

const READER = 'test-token-of-reader-0123456789';
const READING = ['changes_since', 'list_documents', 'list_types', 'query_chunks', 'read_chunk', 'read_document', 'search_documents'];
const WRITING = ['add_chunk', 'create_document', 'define_type', 'delete_chunk', 'import_markdown', 'link_chunks', 'move_chunk', 'unlink_chunks', 'write_chunk'];

let server: TestServer;
let mcp: McpClient;
beforeAll(async () => {
  server = await TestServer.start({
    config: {
      principals: {
        denn: { tenant: '', subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' },
        reader: { tenant: '', subject: 'denn', scopes: ['documents:read'], token_env: 'LOOMCYCLE_TOKEN_READER' },
      },
    },
    env: { LOOMCYCLE_TOKEN_READER: READER },
  });
  mcp = await McpClient.connect(server, TOKEN, 'documents');
});
afterAll(async () => {
  await mcp.close();
  await server.stop();
});

const names = async (client: McpClient): Promise<string[]> => (await client.client.listTools()).tools.map(({ name }) => name).toSorted();

test('documents has 16 tools, each complete, with schemas that are flat', async () => {
  const { tools } = await mcp.client.listTools();
  expect(tools.map(({ name }) => name).toSorted()).toEqual([...READING, ...WRITING].toSorted());
  expect(tools.length).toBeLessThanOrEqual(16);
  for (const { name, title, description, annotations, inputSchema, outputSchema } of tools) {
    expect([name, title, annotations]).toEqual([name, expect.any(String), {
      title,
      readOnlyHint: READING.includes(name),
      destructiveHint: expect.any(Boolean) as boolean,
      idempotentHint: expect.any(Boolean) as boolean,
      openWorldHint: false,
    }]);
    expect(description!.length, name).toBeGreaterThan(80);
    for (const schema of [inputSchema, outputSchema!]) {
      expect([name, schema.type, Object.keys(schema).filter((key) => ['oneOf', 'anyOf', 'allOf', '$ref', '$defs'].includes(key))]).toEqual([name, 'object', []]);
    }
    // A refusal is an answer, too.
    expect([name, outputSchema!.required]).toEqual([name, undefined]);
    expect(Object.keys(outputSchema!.properties!)).toEqual(expect.arrayContaining(['reason', 'error', 'data', 'next']));
  }
  for (const tool of ['write_chunk', 'move_chunk', 'delete_chunk']) {
    expect(tools.find(({ name }) => name === tool)!.inputSchema.required).toEqual(['id', 'revision']);
  }
});

test('what destroys says so, and what can be repeated', async () => {
  const { tools } = await mcp.client.listTools();
  const having = (hint: 'destructiveHint' | 'idempotentHint'): string[] => tools.filter(({ annotations }) => annotations![hint]).map(({ name }) => name).toSorted();
  expect(having('destructiveHint')).toEqual(['delete_chunk', 'import_markdown', 'unlink_chunks']);
  expect(having('idempotentHint')).toEqual([...READING, 'delete_chunk', 'link_chunks', 'move_chunk', 'unlink_chunks', 'write_chunk'].toSorted());
});

test('its instructions name its tools, in under 200 words, and no other tool', async () => {
  const text = mcp.client.getInstructions()!;
  expect(text.split(/\s+/).length).toBeLessThan(200);
  for (const name of [...READING, ...WRITING]) expect(text).toContain(name);
  for (const name of ['update_chunk', 'create_chunk', 'export_md', 'import_md']) expect(text).not.toContain(name);
  const all = await McpClient.connect(server);
  expect(all.client.getInstructions()!.split(/\s+/).length).toBeLessThan(200);
  expect(all.client.getInstructions()).toContain('update_chunk');
  await all.close();
});

test('who may read documents sees what reads them, and no more', async () => {
  const reader = await McpClient.connect(server, READER, 'documents');
  expect(await names(reader)).toEqual(READING);
  const { document_id } = await mcp.done<{ document_id: string }>('create_document', { title: 'Seen' });
  expect(await reader.done('read_document', { document_id })).toMatchObject({ title: 'Seen' });
  expect(await reader.done('changes_since', { document_id })).toMatchObject({ changes: [{ op: 'create_document', title: 'Seen' }] });
  const { isError, structuredContent } = await reader.call('create_document', { title: 'Not made' });
  expect([isError, structuredContent]).toEqual([true, expect.objectContaining({ reason: 'forbidden', data: { scope: 'documents:write' } })]);
  await reader.close();
});

test('a tool of another profile is none of this one', async () => {
  await expect(mcp.call('document', { op: 'list_documents' })).rejects.toThrow(/unknown tool: document in the profile documents, which has list_documents/);
  await expect(mcp.call('publish_channel', {})).rejects.toThrow(/unknown tool: publish_channel/);
  const all = await McpClient.connect(server, TOKEN, '');
  expect(await names(all)).toEqual(expect.arrayContaining(['document', 'publish_channel']));
  await expect(all.call('write_chunk', {})).rejects.toThrow(/unknown tool: write_chunk/);
  await all.close();
});

test('a profile that there is not is an error of initialize, and begins no session', async () => {
  await expect(McpClient.connect(server, TOKEN, 'document')).rejects.toThrow(/no profile "document": the query takes profile=documents/);
});

async function initialize(query: string): Promise<{ session: string | null; body: RpcAnswer }> {
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '1' } };
  const response = await postMcp(server, { jsonrpc: '2.0', id: 'one', method: 'initialize', params }, {}, TOKEN, query);
  return { session: response.headers.get('mcp-session-id'), body: (await response.json()) as RpcAnswer };
}

async function listed(session: string, query: string): Promise<string[]> {
  const response = await postMcp(server, { jsonrpc: '2.0', id: 2, method: 'tools/list' }, { 'mcp-session-id': session }, TOKEN, query);
  return ((await response.json()) as RpcAnswer<{ tools: { name: string }[] }>).result!.tools.map(({ name }) => name);
}

test('the session keeps the profile that it began with, whatever the query of later requests', async () => {
  const focused = (await initialize('?profile=documents')).session!;
  expect(await listed(focused, '')).toContain('write_chunk');
  const all = (await initialize('')).session!;
  expect(await listed(all, '?profile=documents')).toContain('document');
  expect(await initialize('?profile=Documents')).toMatchObject({ session: null, body: { id: 'one', error: { code: -32602 } } });
});
