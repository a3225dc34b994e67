import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CancelledNotificationSchema, ElicitRequestSchema, type ClientCapabilities, type ElicitResult } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { RawSession } from '../support/mcp-raw.js';
import { TestServer, TOKEN } from '../support/server.js';

// The server asks the person at a client, in the middle of a call. The tool that asks is one of the conformance suite.

let server: TestServer;
const clients: Client[] = [];
beforeAll(async () => {
  server = await TestServer.start({ entry: 'test/mcp/conformance/server.mjs' });
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});
afterAll(() => server.stop());

async function connect(capabilities: ClientCapabilities): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { capabilities });
  clients.push(client);
  const requestInit = { headers: { authorization: `Bearer ${TOKEN}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/v1/_mcp`), { requestInit }));
  return client;
}

const CALL = { name: 'test_elicitation', arguments: { message: 'Publish it?' } };

async function answering(answer: () => ElicitResult | Promise<ElicitResult>): Promise<{ asked: unknown; isError: unknown; text: string }> {
  const client = await connect({ elicitation: {} });
  let asked: unknown;
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
    asked = params;
    return answer();
  });
  const { isError = false, content } = await client.callTool(CALL);
  return { asked, isError, text: (content as { text: string }[])[0]!.text };
}

test('the person is asked, and the call goes on with what they say', async () => {
  const { asked, isError, text } = await answering(() => ({ action: 'accept', content: { username: 'anna', email: 'anna@example.com' } }));
  expect(asked).toMatchObject({ message: 'Publish it?', mode: 'form', requestedSchema: { type: 'object', required: ['username', 'email'] } });
  expect([isError, text]).toEqual([false, 'User response: action=accept, content={"username":"anna","email":"anna@example.com"}']);
});

test('a person who declines has answered', async () => {
  expect(await answering(() => ({ action: 'decline' }))).toMatchObject({ isError: false, text: 'User response: action=decline, content={}' });
});

test('an answer that does not fit the form is an error', async () => {
  const { isError, text } = await answering(() => ({ action: 'accept', content: { username: 'anna' } }));
  expect([isError, text]).toEqual([true, expect.stringMatching(/must have required property 'email'/)]);
});

test('a client that did not say that it takes questions gets none', async () => {
  const client = await connect({});
  const { isError, content } = await client.callTool(CALL);
  expect([isError, (content as { text: string }[])[0]!.text]).toEqual([true, 'the client takes no questions']);
});

test('the question goes out on the answer of its call, and on no other stream', async () => {
  const session = await RawSession.open(server, { capabilities: { elicitation: {} } });
  const stream = await session.stream();
  const response = await session.post({ id: 'asks', method: 'tools/call', params: CALL });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const reader = response.body!.getReader();
  const first = Buffer.from((await reader.read()).value!).toString();
  const question = JSON.parse(first.slice(first.indexOf('{'))) as { id: number; method: string };
  expect(question.method).toBe('elicitation/create');
  expect((await session.post({ id: question.id, result: { action: 'cancel' } })).status).toBe(202);
  const last = Buffer.from((await reader.read()).value!).toString();
  expect(JSON.parse(last.slice(last.indexOf('{')))).toMatchObject({ id: 'asks', result: { content: [{ text: 'User response: action=cancel, content={}' }] } });
  expect(stream.messages).toEqual([]);
  stream.close();
});

test('a cancelled call takes its question back', async () => {
  const client = await connect({ elicitation: {} });
  const call = new AbortController();
  const takenBack = new Promise((resolve) => {
    client.setNotificationHandler(CancelledNotificationSchema, ({ params }) => resolve(params.requestId));
    client.setRequestHandler(ElicitRequestSchema, (_request, { requestId, signal }) => {
      signal.addEventListener('abort', () => resolve(requestId));
      call.abort('no longer wanted');
      return new Promise<ElicitResult>(() => undefined);
    });
  });
  await expect(client.callTool(CALL, undefined, { signal: call.signal })).rejects.toThrow('no longer wanted');
  expect(await takenBack).toEqual(expect.anything());
});
