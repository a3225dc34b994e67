import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { App, us_listen_socket_close, us_socket_local_port } from 'uWebSockets.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Exchange } from '../../src/front/exchange.js';
import { AnswerStreams, OPEN_MS, WAITS_MS } from '../../src/front/mcp/answer-streams.js';
import type { StreamReader } from '../support/event-stream.js';
import { notifications, RawSession, type RpcAnswer } from '../support/mcp-raw.js';
import { TestServer, TOKEN } from '../support/server.js';

// The connection on which a call is answered ends before the answer: the client comes back for it by GET.

const READER = 'test-token-of-reader-0123456789';
const PRIMED = '2025-11-25';
const FIRST = /^[0-9a-f]{12}-0$/;

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({
    entry: 'test/mcp/conformance/server.mjs',
    config: {
      principals: {
        denn: { tenant: '', subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' },
        less: { tenant: '', subject: 'denn', scopes: ['channel:read'], token_env: 'LOOMCYCLE_TOKEN_READER' },
      },
      channels: { news: { scope: 'global', semantic: 'queue' } },
    },
    env: { LOOMCYCLE_TOKEN_READER: READER },
  });
});
afterAll(() => server.stop());

/** Waits for a message; the server says so at once where there is a progress token. */
function waiting(session: RawSession, id: string, _meta: Record<string, unknown> = { progressToken: id }): Promise<StreamReader> {
  return session.asking(id, 'tools/call', { name: 'channel', arguments: { op: 'subscribe', channel: 'news', scope: 'global', wait_ms: 30_000 }, _meta });
}

async function publish(session: RawSession, payload: string): Promise<void> {
  await session.request('tools/call', { name: 'channel', arguments: { op: 'publish', channel: 'news', scope: 'global', payload } });
}

/** The call whose connection the server ends: how that looks, and the last event. */
async function ended(session: RawSession, id: string): Promise<{ text: string; lastId: string }> {
  const text = await (await session.post({ id, method: 'tools/call', params: { name: 'test_reconnection' } })).text();
  return { text, lastId: /id: (\S+)/.exec(text)![1]! };
}

async function answerOf(session: RawSession, lastId: string): Promise<{ answer: RpcAnswer; eventId: string }> {
  const stream = await session.stream(lastId);
  await stream.until(() => stream.ended);
  const { id, data } = stream.messages.at(-1)!;
  return { answer: data as RpcAnswer, eventId: id! };
}

const ANSWER = { result: { content: [{ type: 'text', text: 'Answered after the connection was ended' }] } };

test('the client of the SDK gets the answer to a call whose connection the server ended', async () => {
  const client = new Client({ name: 'test', version: '1' });
  const requestInit = { headers: { authorization: `Bearer ${TOKEN}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/v1/_mcp`), { requestInit }));
  expect(await client.callTool({ name: 'test_reconnection' })).toMatchObject(ANSWER.result);
  await client.close();
});

test('the server tells from where and when to come back; the answer is there more than once, and after it nothing', async () => {
  const session = await RawSession.open(server, { version: PRIMED });
  const { text, lastId } = await ended(session, 'a');
  expect(text).toBe(`id: ${lastId}\ndata:\n\nretry: 1000\n\n`);
  expect(lastId).toMatch(FIRST);
  const { answer, eventId } = await answerOf(session, lastId);
  expect(answer).toMatchObject({ id: 'a', ...ANSWER });
  expect((await answerOf(session, lastId)).answer).toEqual(answer);
  expect((await session.stream(eventId)).status).toBe(204);
});

test('a quick call is answered with JSON, and a client of an older version keeps its connection', async () => {
  const session = await RawSession.open(server, { version: PRIMED });
  const quick = await session.post({ id: 'q', method: 'tools/call', params: { name: 'context', arguments: { op: 'self' } } });
  expect(quick.headers.get('content-type')).toBe('application/json');
  const older = await RawSession.open(server, { version: '2025-06-18' });
  expect(await older.request('tools/call', { name: 'test_reconnection' })).toMatchObject(ANSWER);
});

test('a call goes on when its connection breaks: what is said meanwhile, and the answer, wait for the client', async () => {
  // A client of any version that has an event can come back.
  const session = await RawSession.open(server);
  const call = await waiting(session, 'broken');
  const lastId = await call.until(() => call.lastId);
  call.close();
  await publish(session, 'came meanwhile');
  const { answer } = await answerOf(session, lastId);
  expect(answer).toMatchObject({ id: 'broken', result: { structuredContent: { messages: [{ value: 'came meanwhile' }] } } });
});

test('a call that takes its time can be come back to, though nothing was said on it', async () => {
  const session = await RawSession.open(server, { version: PRIMED });
  const call = await waiting(session, 'silent', {});
  const lastId = await call.until(() => call.lastId);
  expect(lastId).toMatch(FIRST);
  // The newer connection takes the place of the older, which may be broken without the server knowing.
  const back = await session.stream(lastId);
  await call.until(() => call.ended);
  await publish(session, 'came on the other');
  await back.until(() => back.ended);
  expect(notifications(back)).toMatchObject([{ id: 'silent', result: { structuredContent: { messages: [{ value: 'came on the other' }] } } }]);
});

test('a call that is cancelled after its connection broke stays cancelled', async () => {
  const session = await RawSession.open(server);
  const call = await waiting(session, 'unwanted');
  const lastId = await call.until(() => call.lastId);
  call.close();
  expect((await session.post({ method: 'notifications/cancelled', params: { requestId: 'unwanted' } })).status).toBe(202);
  await publish(session, 'for the next');
  expect((await session.stream(lastId)).status).toBe(204);
  const next = await waiting(session, 'next');
  await next.until(() => next.ended);
  expect(notifications(next).at(-1)).toMatchObject({ id: 'next', result: { structuredContent: { messages: [{ value: 'for the next' }] } } });
});

test('a question is not taken back when the connection breaks', async () => {
  const session = await RawSession.open(server, { capabilities: { elicitation: {} }, version: PRIMED });
  const call = await session.asking('asks', 'tools/call', { name: 'test_elicitation', arguments: { message: 'Publish it?' } });
  const [question] = await call.until(() => notifications(call).length > 0 && (notifications(call) as unknown as { id: number }[]));
  const { lastId } = call;
  call.close();
  const back = await session.stream(lastId);
  expect((await session.post({ id: question!.id, result: { action: 'decline' } })).status).toBe(202);
  await back.until(() => back.ended);
  expect(notifications(back)).toMatchObject([{ id: 'asks', result: { content: [{ text: 'User response: action=decline, content={}' }] } }]);
});

test('another session does not get it, nor a bearer that may do less', async () => {
  const session = await RawSession.open(server, { version: PRIMED });
  const { lastId } = await ended(session, 'mine');
  const other = await RawSession.open(server, { version: PRIMED });
  expect((await other.stream(lastId)).status).toBe(400);
  const less = await session.stream(lastId, READER);
  expect([less.status, (await less.json()).code]).toEqual([403, 'forbidden']);
  expect((await answerOf(session, lastId)).answer).toMatchObject({ id: 'mine' });
});

test('32 answers wait for their client, then the oldest goes', async () => {
  const session = await RawSession.open(server, { version: PRIMED });
  const calls = await Promise.all(Array.from({ length: 33 }, (_, index) => ended(session, `call ${index}`)));
  const states = await Promise.all(calls.map(async ({ lastId }) => (await session.stream(lastId)).status));
  expect(states.filter((status) => status === 400)).toHaveLength(1);
  expect(states.filter((status) => status === 200)).toHaveLength(32);
});

const principal = { name: 'denn', tenant: 'default', subject: 'denn', scopes: [] };

test('a connection that has been open for long is ended, where its client comes back', async () => {
  const streams = new AnswerStreams();
  const stream = streams.begin(principal, () => undefined);
  const app = App().get('/', (res, req) => streams.carry(stream, new Exchange(res, req), { text: '', primed: true }));
  const listening = await new Promise<Parameters<typeof us_listen_socket_close>[0]>((resolve) => app.listen('127.0.0.1', 0, (socket) => resolve(socket || undefined!)));
  const response = await fetch(`http://127.0.0.1:${us_socket_local_port(listening)}/`);
  streams.tick(Date.now() + OPEN_MS / 2, true);
  streams.tick(Date.now() + 2 * OPEN_MS, false);
  expect(stream.isCarried).toBe(true);
  streams.tick(Date.now() + 2 * OPEN_MS, true);
  expect(await response.text()).toBe(`id: ${stream.name}-0\ndata:\n\n: keep-alive\n\n: keep-alive\n\nretry: 1000\n\n`);
  expect(streams.find(`${stream.name}-0`, principal)).toBe(stream);
  us_listen_socket_close(listening);
});

test('who does not come back in time has given the call up', () => {
  const streams = new AnswerStreams();
  const given: string[] = [];
  const underWay = streams.begin(principal, () => given.push('under way'));
  const answered = streams.begin(principal, () => given.push('answered'));
  streams.answer(answered, '{}');
  streams.tick(Date.now() + WAITS_MS / 2, true);
  expect([underWay, answered].map(({ name }) => streams.find(`${name}-0`, principal))).toEqual([underWay, answered]);
  streams.tick(Date.now() + 2 * WAITS_MS, true);
  expect(given).toEqual(['under way']);
  for (const { name } of [underWay, answered]) expect(() => streams.find(`${name}-0`, principal)).toThrow(/no longer kept/);
});
