import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { BreakingProxy, type SeenRequest } from '../support/breaking-proxy.js';
import { TestServer, TOKEN } from '../support/server.js';
import { freePort, McpProcess } from '../support/thin-client.js';

let server: TestServer;
let proxy: BreakingProxy;
const started: McpProcess[] = [];

beforeAll(async () => {
  server = await TestServer.start();
  proxy = await BreakingProxy.start(server.url);
});
afterAll(async () => {
  proxy.stop();
  await server.stop();
});
afterEach(() => {
  proxy.fate = () => 'pass';
  proxy.seen.length = 0;
  for (const mcp of started.splice(0)) mcp.child.kill('SIGKILL');
});

function start(args: string[], env: Record<string, string> = {}): McpProcess {
  const mcp = McpProcess.start(args, env);
  started.push(mcp);
  return mcp;
}

async function connected(): Promise<McpProcess> {
  const mcp = start(['--upstream', proxy.url]);
  await mcp.initialize();
  return mcp;
}

const isCall = ({ body }: SeenRequest): boolean => body.includes('"tools/call"');

function cutFirstCall(): void {
  let cut = false;
  proxy.fate = (request) => {
    if (cut || !isCall(request)) return 'pass';
    cut = true;
    return 'cut';
  };
}

test('the client sees the tools, ids are kept as they are, and ping is answered', async () => {
  const mcp = await connected();
  const { result } = await mcp.request('list', 'tools/list');
  expect((result!.tools as { name: string }[]).map(({ name }) => name)).toContain('document');
  expect(await mcp.request(0, 'ping')).toEqual({ jsonrpc: '2.0', id: 0, result: {} });
  expect(await mcp.request('a b', 'ping')).toEqual({ jsonrpc: '2.0', id: 'a b', result: {} });
});

test('a write whose answer is lost is sent again with its key, and applied once', async () => {
  const mcp = await connected();
  cutFirstCall();
  const { document_id } = await mcp.document<{ document_id: string }>(1, 'create_document', { title: 'Only one' });
  const calls = proxy.seen.filter(isCall);
  expect(calls).toHaveLength(2);
  expect(calls[0]!.headers['idempotency-key']).toMatch(/^\S{16,}$/);
  expect(calls[1]!.headers['idempotency-key']).toBe(calls[0]!.headers['idempotency-key']);
  const { documents } = await server.document<{ documents: { document_id: string; title: string }[] }>('list_documents');
  expect(documents.filter(({ title }) => title === 'Only one').map((each) => each.document_id)).toEqual([document_id]);
});

test('the key that the client chose goes before', async () => {
  const mcp = await connected();
  const input = { title: 'Keyed', idempotency_key: 'mine' };
  const first = await mcp.document(1, 'create_document', input);
  expect(await mcp.document(2, 'create_document', input)).toEqual(first);
});

test('a call that takes no key is not sent again when it may have been applied', async () => {
  const mcp = await connected();
  cutFirstCall();
  const { error } = await mcp.request(1, 'tools/call', { name: 'channel', arguments: { op: 'subscribe', channel: 'none' } });
  expect(error).toMatchObject({ code: -32603, data: { may_have_run: true } });
  expect(error!.message).toMatch(/may have been applied or not/);
  expect(proxy.seen.filter(isCall)).toHaveLength(1);
});

test('Q7: a session that was ended elsewhere is begun again as it was, and the call made', async () => {
  const mcp = await connected();
  const { headers } = await proxy.saw(({ method }) => method === 'GET');
  const session = headers['mcp-session-id'] as string;
  const ended = await fetch(`${server.url}/v1/_mcp`, { method: 'DELETE', headers: { authorization: `Bearer ${TOKEN}`, 'mcp-session-id': session } });
  expect(ended.status).toBe(204);
  expect(await mcp.document(1, 'create_document', { title: 'After' })).toMatchObject({ title: 'After' });
  const begun = proxy.seen.filter(({ body }) => body.includes('"initialize"')).map(({ body }) => (JSON.parse(body) as { params: unknown }).params);
  expect(begun).toHaveLength(2);
  expect(begun[1]).toEqual(begun[0]);
  expect(proxy.seen.filter(({ body }) => body.includes('notifications/initialized'))).toHaveLength(2);
});

test('at the end of its input it ends the session', async () => {
  const mcp = await connected();
  expect(await mcp.finish()).toBe(0);
  expect(proxy.seen.filter(({ method }) => method === 'DELETE')).toHaveLength(1);
});

test('an upstream that is down is said for the id of the request, when the time is over', async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const mcp = start(['--upstream', url, '--retry', '0.5']);
  const { error } = await mcp.request('first', 'initialize', {});
  expect(error).toMatchObject({ code: -32603, data: { upstream: url, may_have_run: false } });
  expect(error!.message).toBe(`the upstream ${url} cannot be reached (ECONNREFUSED): check that it runs and that the URL is right`);
  expect(await mcp.finish()).toBe(0);
});

test('a wrong token is said at once', async () => {
  const mcp = start(['--upstream', proxy.url], { LOOMCYCLE_MCP_UPSTREAM_TOKEN: 'nobody' });
  const { error } = await mcp.request(1, 'initialize', {});
  expect(error!.message).toMatch(/answered 401 .*LOOMCYCLE_MCP_UPSTREAM_TOKEN/);
  expect(proxy.seen).toHaveLength(1);
});

test('the token may be in LOOMCYCLE_AUTH_TOKEN', async () => {
  const mcp = start(['--upstream', proxy.url], { LOOMCYCLE_MCP_UPSTREAM_TOKEN: '', LOOMCYCLE_AUTH_TOKEN: TOKEN });
  expect((await mcp.initialize()).result).toMatchObject({ serverInfo: { name: 'loomcycle' } });
});

test('a line that is no message is answered without an id, and the next one is read', async () => {
  const mcp = await connected();
  mcp.child.stdin!.write('{\n');
  expect((await mcp.take(({ id }) => id === null)).error!.code).toBe(-32700);
  mcp.child.stdin!.write('{"hello":1}\n');
  expect((await mcp.take(({ id }) => id === null)).error!.code).toBe(-32600);
  expect((await mcp.request(1, 'ping')).result).toEqual({});
});

test('--upstream must be a URL', async () => {
  const mcp = start(['--upstream', 'nowhere']);
  expect(await mcp.exited()).toBe(2);
  expect(mcp.log).toContain('--upstream must be the URL of a running loomcycle');
});
