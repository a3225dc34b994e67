import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { BreakingProxy, type SeenRequest } from '../support/breaking-proxy.js';
import { TestServer } from '../support/server.js';
import { INITIALIZE, McpProcess } from '../support/thin-client.js';

// The connection on which the upstream answers ends before the answer: the thin client comes back for it.

let server: TestServer;
let proxy: BreakingProxy;
const started: McpProcess[] = [];

beforeAll(async () => {
  server = await TestServer.start({ entry: 'test/mcp/conformance/server.mjs', config: { channels: { news: { scope: 'global', semantic: 'queue' } } } });
  proxy = await BreakingProxy.start(server.url);
});
afterAll(async () => {
  proxy.stop();
  await server.stop();
});
afterEach(() => {
  proxy.seen.length = 0;
  for (const mcp of started.splice(0)) mcp.child.kill('SIGKILL');
});

async function connected(): Promise<McpProcess> {
  const mcp = McpProcess.start(['--upstream', proxy.url]);
  started.push(mcp);
  await mcp.initialize({ ...INITIALIZE, protocolVersion: '2025-11-25' });
  return mcp;
}

const isCall = ({ body }: SeenRequest): boolean => body.includes('"tools/call"');
const comesBack = ({ method, headers }: SeenRequest): boolean => method === 'GET' && /^[0-9a-f]{12}-/.test(String(headers['last-event-id']));

test('an answer whose connection the upstream ended is fetched, and the call is sent once', async () => {
  const mcp = await connected();
  const { result } = await mcp.request(1, 'tools/call', { name: 'test_reconnection', arguments: {} });
  expect(result).toMatchObject({ content: [{ text: 'Answered after the connection was ended' }] });
  expect([proxy.seen.filter(isCall).length, proxy.seen.filter(comesBack).length]).toEqual([1, 1]);
});

test('a call that must not be repeated goes on when its connection breaks', async () => {
  const mcp = await connected();
  const where = { channel: 'news', scope: 'global' };
  const params = { name: 'channel', arguments: { op: 'subscribe', ...where, wait_ms: 30_000 }, _meta: { progressToken: 'p' } };
  const answer = mcp.request('waits', 'tools/call', params);
  await mcp.take(({ method }) => method === 'notifications/progress');
  proxy.cutAll();
  await proxy.saw(comesBack);
  await mcp.request('tells', 'tools/call', { name: 'channel', arguments: { op: 'publish', ...where, payload: 'came' } });
  expect((await answer).result).toMatchObject({ structuredContent: { messages: [{ value: 'came' }] } });
  expect(proxy.seen.filter((request) => isCall(request) && request.body.includes('subscribe'))).toHaveLength(1);
});
