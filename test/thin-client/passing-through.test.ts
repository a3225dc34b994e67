import { afterEach, beforeEach, expect, test } from 'vitest';
import { event, openStream, SpeakingUpstream } from '../support/speaking-upstream.js';
import { McpProcess } from '../support/thin-client.js';

let upstream: SpeakingUpstream;
let mcp: McpProcess;

beforeEach(async () => {
  upstream = await SpeakingUpstream.start();
  mcp = McpProcess.start(['--upstream', upstream.url]);
});
afterEach(() => {
  mcp.child.kill('SIGKILL');
  upstream.stop();
});

test('notifications come from the stream, also after it broke: it goes on behind the last event', async () => {
  const [, stream] = await Promise.all([mcp.initialize(), upstream.begin('one')]);
  stream.write(event('7', { method: 'notifications/tools/list_changed' }));
  await mcp.take(({ method }) => method === 'notifications/tools/list_changed');
  stream.destroy();
  const { request, response } = await upstream.take('GET');
  expect(request.headers).toMatchObject({ 'last-event-id': '7', 'mcp-session-id': 'one', 'mcp-protocol-version': '2025-06-18' });
  openStream(response).write(event('8', { method: 'notifications/message', params: { level: 'info', data: 'and on' } }));
  expect((await mcp.take(({ method }) => method === 'notifications/message')).params).toEqual({ level: 'info', data: 'and on' });
});

test('progress comes before the answer on one stream, and requests of the server are answered by the client', async () => {
  await Promise.all([mcp.initialize(), upstream.begin('one')]);
  mcp.send({ id: 5, method: 'tools/call', params: { name: 'document', arguments: {}, _meta: { progressToken: 'p' } } });
  const { response } = await upstream.take('tools/call');
  openStream(response).write(event('1', { method: 'notifications/progress', params: { progressToken: 'p', progress: 1 } }));
  expect((await mcp.take(({ method }) => method === 'notifications/progress')).params).toEqual({ progressToken: 'p', progress: 1 });
  response.write(event('2', { id: 5, method: 'roots/list' }));
  expect((await mcp.take(({ method }) => method === 'roots/list')).id).toBe(5);
  mcp.send({ id: 5, result: { roots: [] } });
  const answer = await upstream.take('answer 5');
  expect(answer.message.result).toEqual({ roots: [] });
  answer.response.writeHead(202).end();
  response.end(event('3', { id: 5, result: { content: [] } }));
  expect((await mcp.take(({ id, result }) => id === 5 && result !== undefined)).result).toEqual({ content: [] });
});

test('requests run beside each other, and a cancelled one is not waited for', async () => {
  await Promise.all([mcp.initialize(), upstream.begin('one')]);
  mcp.send({ id: 'slow', method: 'tools/call', params: { name: 'document', arguments: {} } });
  await upstream.take('tools/call');
  mcp.send({ id: 'quick', method: 'ping' });
  const ping = await upstream.take('ping');
  ping.response.writeHead(200, { 'content-type': 'application/json' }).end('{"jsonrpc":"2.0","id":"quick","result":{}}');
  await mcp.take(({ id }) => id === 'quick');
  mcp.send({ method: 'notifications/cancelled', params: { requestId: 'slow' } });
  const cancelled = await upstream.take('notifications/cancelled');
  expect(cancelled.message.params).toEqual({ requestId: 'slow' });
  cancelled.response.writeHead(202).end();
  // Were the call still waited for, the process would not end.
  const exit = mcp.finish();
  const end = await upstream.take('DELETE');
  expect(end.request.headers['mcp-session-id']).toBe('one');
  end.response.writeHead(204).end();
  expect(await exit).toBe(0);
});

test('a session lost while nobody calls is restored for its notifications', async () => {
  const [, stream] = await Promise.all([mcp.initialize(), upstream.begin('one')]);
  stream.destroy();
  const again = upstream.begin('two');
  const lost = await upstream.take('GET');
  lost.response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"session not found or expired"}');
  (await again).write(event('1', { method: 'notifications/tools/list_changed' }));
  await mcp.take(({ method }) => method === 'notifications/tools/list_changed');
});

test.each(['stdin', 'SIGTERM'])('at the end by %s the answer under way is waited for', async (how) => {
  await Promise.all([mcp.initialize(), upstream.begin('one')]);
  mcp.send({ id: 1, method: 'ping' });
  const { response } = await upstream.take('ping');
  if (how === 'stdin') mcp.child.stdin!.end();
  else mcp.child.kill('SIGTERM');
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"jsonrpc":"2.0","id":1,"result":{"kept":true}}');
  expect((await mcp.take(({ id }) => id === 1)).result).toEqual({ kept: true });
  (await upstream.take('DELETE')).response.writeHead(204).end();
  expect(await mcp.exited()).toBe(0);
});
