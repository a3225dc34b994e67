import { afterAll, beforeAll, expect, test } from 'vitest';
import { McpClient } from '../support/mcp.js';
import { TestServer, TOKEN } from '../support/server.js';
import { callTool } from '../support/tools.js';

// Quirks of the original (reference: wire, Q1 to Q20) that concern who one is. Q1 and Q2 are in resolution.test.ts,
// Q8 in least-privilege.test.ts and access/, Q9 and Q14 in tokens.test.ts, Q17 in sessions.test.ts.

const SAME = 'test-token-of-the-same-0123456';
const NARROW = 'test-token-of-narrow-0123456789';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({
    config: {
      principals: {
        denn: { tenant: '', subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' },
        same: { tenant: 'default', subject: 'denn', scopes: ['substrate:tenant'], token_env: 'LOOMCYCLE_TOKEN_SAME' },
        narrow: { subject: 'narrow', scopes: ['documents:read'], token_env: 'LOOMCYCLE_TOKEN_NARROW' },
      },
    },
    env: { LOOMCYCLE_TOKEN_SAME: SAME, LOOMCYCLE_TOKEN_NARROW: NARROW },
  });
});
afterAll(() => server.stop());

async function post(headers: Record<string, string>, message: unknown): Promise<{ status: number; session: string | null; body: Record<string, unknown> }> {
  const response = await fetch(`${server.url}/v1/_mcp`, { method: 'POST', headers: { authorization: `Bearer ${NARROW}`, ...headers }, body: JSON.stringify(message) });
  const text = await response.text();
  return { status: response.status, session: response.headers.get('mcp-session-id'), body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
}

test('Q4: one principal sees the same over HTTP and MCP, and the tenants "" and default are one', async () => {
  const { document_id: id } = await server.document<{ document_id: string }>('create_document', { title: 'Mine' });
  for (const token of [TOKEN, SAME]) {
    const mcp = await McpClient.connect(server, token);
    expect(await mcp.document('get_document', { id })).toMatchObject({ title: 'Mine' });
    await mcp.close();
    expect((await server.call('get_document', { id }, token)).status).toBe(200);
  }
  const paths = await callTool<{ entries: unknown[] }>(server, 'path', { op: 'ls', path: '/documents' }, { token: SAME });
  expect(JSON.stringify(paths.body)).toContain('mine');
});

test('Q10: a session that is gone and a call that is forbidden are told apart', async () => {
  const gone = await post({ 'mcp-session-id': 'long-gone' }, { jsonrpc: '2.0', id: 1, method: 'ping' });
  expect([gone.status, gone.body.code]).toEqual([404, 'not_found']);
  const initialize = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
  const { session } = await post({}, { jsonrpc: '2.0', id: 1, method: 'initialize', params: initialize });
  const call = { name: 'document', arguments: { op: 'create_document', title: 'x' } };
  const forbidden = await post({ 'mcp-session-id': session! }, { jsonrpc: '2.0', id: 2, method: 'tools/call', params: call });
  expect(forbidden.status).toBe(200);
  expect(forbidden.body).toMatchObject({ id: 2, result: { isError: true, structuredContent: { reason: 'forbidden', data: { scope: 'documents:write' } } } });
});

test('Q18: errors are JSON whatever they have to quote', async () => {
  const nasty = 'a"b\\c\u0000\u0007\u001b\u007f\u2028é';
  const answers = [
    await callTool(server, 'document', { op: nasty }),
    await callTool(server, 'channel', { op: 'peek', channel: nasty }),
    await callTool(server, 'operatortokendef', { op: 'get', def_id: nasty }),
  ];
  for (const { status, body } of answers) expect([status, typeof body.error]).toEqual([422, 'string']);
  expect((answers[2]!.body as { data: unknown }).data).toEqual({ def_id: nasty });
});
