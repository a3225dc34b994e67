import { afterAll, beforeAll, expect, test } from 'vitest';
import { SCOPES } from '../../src/identity/principal.js';
import { McpClient } from '../support/mcp.js';
import { TestServer, TOKEN, type RefusalBody } from '../support/server.js';
import { Subscriber } from '../support/socket.js';
import { callTool, memoryOf } from '../support/tools.js';

// Each of these acts as the same subject: what one may not see is there.

const tokenOf = (scope: string): string => `test-token-with-${scope.replace(':', '-')}-0123`;
const variableOf = (scope: string): string => `LOOMCYCLE_TOKEN_${scope.replace(':', '_').toUpperCase()}`;

let server: TestServer;
let documentId: string;
let chunkId: string;
beforeAll(async () => {
  const principals = SCOPES.map((scope) => [scope, { subject: 'denn', scopes: [scope], token_env: variableOf(scope) }]);
  server = await TestServer.start({
    config: {
      channels: { 'team/x': { scope: 'user', semantic: 'broadcast' } },
      principals: {
        denn: { subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' },
        ...(Object.fromEntries(principals) as Record<string, unknown>),
      },
    },
    env: Object.fromEntries(SCOPES.map((scope) => [variableOf(scope), tokenOf(scope)])),
  });
  ({ document_id: documentId, root_chunk_id: chunkId } = await server.document<{ document_id: string; root_chunk_id: string }>('create_document', { title: 'Plan' }));
});
afterAll(() => server.stop());

async function status(tool: string, input: Record<string, unknown>, scope: string): Promise<number> {
  return (await callTool(server, tool, input, { token: tokenOf(scope) })).status;
}

/** Makes an event of each kind, the channel's last. */
async function makeEvents(): Promise<void> {
  await server.document('create_chunk', { document_id: documentId, title: 'c' });
  await server.document('create_document', { title: 'Another' });
  await server.document('define_type', { name: `type-${Math.random().toString(36).slice(2)}`, fields: [] });
  await memoryOf(server).ok('set', { key: 'k', value: 1 });
  const { status } = await callTool(server, 'channel', { op: 'publish', channel: 'team/x', value: 1 });
  expect(status).toBe(200);
}

test('documents:read alone reads documents and nothing else', async () => {
  const scope = 'documents:read';
  expect(await status('document', { op: 'get_chunk', id: chunkId }, scope)).toBe(200);
  expect(await status('path', { op: 'ls' }, scope)).toBe(200);
  for (const [tool, input] of [
    ['document', { op: 'update_chunk', id: chunkId, title: 'x', expected_revision: 1 }],
    ['document', { op: 'batch', ops: [{ op: 'delete_document', id: documentId }] }],
    ['memory', { op: 'list' }],
    ['channel', { op: 'peek', channel: 'team/x' }],
    ['document', { op: 'list_documents', scope: 'tenant' }],
    ['context', { op: 'self' }],
    ['operatortokendef', { op: 'names' }],
  ] as const) {
    expect([tool, input.op, await status(tool, input, scope)]).toEqual([tool, input.op, 403]);
  }
});

test('over MCP a narrow principal sees the ops that it may call, and no other', async () => {
  const mcp = await McpClient.connect(server, tokenOf('documents:read'));
  const { tools } = await mcp.client.listTools();
  expect(tools.map(({ name }) => name).toSorted()).toEqual(['document', 'path']);
  const ops = tools.flatMap(({ inputSchema }) => (inputSchema.properties as { op: { enum: string[] } }).op.enum);
  expect(ops).toEqual(expect.arrayContaining(['get_chunk', 'query_chunks', 'ls']));
  expect(ops).not.toContain('update_chunk');
  expect(await mcp.document('get_chunk', { id: chunkId })).toMatchObject({ id: chunkId });
  const refused = await mcp.call('document', { op: 'delete_document', id: documentId });
  expect([refused.isError, refused.structuredContent.reason]).toEqual([true, 'forbidden']);
  await mcp.close();
});

test('a 403 names the missing scope, also in WWW-Authenticate', async () => {
  const headers = { authorization: `Bearer ${tokenOf('documents:read')}` };
  for (const [route, body, scope] of [
    ['/v1/_document', `{"op":"delete_document","id":"${documentId}"}`, 'documents:write'],
    ['/v1/_memory', '{"op":"list"}', 'memory:read'],
    ['/v1/_channels', '{"name":"x"}', 'substrate:admin'],
  ] as const) {
    const response = await fetch(`${server.url}${route}`, { method: 'POST', headers, body });
    expect([route, response.status, response.headers.get('www-authenticate')]).toEqual([route, 403, `Bearer error="insufficient_scope", scope="${scope}"`]);
    expect(await response.json()).toMatchObject({ code: 'forbidden', data: { scope } });
  }
});

test('channel:read alone sees events of channels, not those of documents, types, names and memory', async () => {
  const narrow = await Subscriber.open(server, tokenOf('channel:read'));
  const whole = await Subscriber.open(server);
  for (const subscriber of [narrow, whole]) await subscriber.subscribe('all', '**');
  await makeEvents();
  for (const subscriber of [narrow, whole]) await subscriber.until(() => subscriber.events.find(({ topic }) => topic === 'team/x'));
  expect(new Set(narrow.events.map(({ topic }) => topic))).toEqual(new Set(['team/x']));
  const seen = new Set(whole.events.map(({ topic }) => topic.split('/')[0]));
  expect(seen).toEqual(new Set(['documents', 'paths', 'types', 'memory', 'team']));

  // What is past is hidden as well.
  const later = await Subscriber.open(server, tokenOf('channel:read'));
  await later.subscribe('past', '**', 0);
  await later.until(() => later.events.find(({ topic }) => topic === 'team/x'));
  expect(new Set(later.events.map(({ topic }) => topic))).toEqual(new Set(['team/x']));
  for (const subscriber of [narrow, whole, later]) await subscriber.close();
});

test.each(['documents/**', 'documents/*/chunks', 'types', 'paths', 'memory/**'])('asking for %s with channel:read alone is refused', async (topic) => {
  const subscriber = await Subscriber.open(server, tokenOf('channel:read'));
  expect(await subscriber.subscribe('s', topic)).toMatchObject({ type: 'error', code: 'forbidden' });
  await subscriber.close();
  const headers = { authorization: `Bearer ${tokenOf('channel:read')}` };
  const stream = await fetch(`${server.url}/v1/_channels/stream?topic=${topic}`, { headers });
  expect([stream.status, stream.headers.get('www-authenticate')]).toEqual([403, expect.stringMatching(/scope="(documents|memory):read"/)]);
});

test('Q8: what a subscription does not show, the tool channel does not show either', async () => {
  for (const op of ['subscribe', 'peek']) {
    const input = { op, channel: `documents/${documentId}/chunks` };
    const { status, body } = await callTool<RefusalBody>(server, 'channel', input, { token: tokenOf('channel:read') });
    expect([op, status, body.reason, body.data]).toEqual([op, 403, 'forbidden', { scope: 'documents:read' }]);
    expect((await callTool(server, 'channel', input, { token: TOKEN })).status).toBe(200);
  }
});
