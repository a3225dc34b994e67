import { afterEach, beforeEach, expect, test } from 'vitest';
import { StreamReader } from '../support/event-stream.js';
import { McpClient } from '../support/mcp.js';
import { ADMIN, person, Reloading, tokenOf } from '../support/reloading.js';
import { TOKEN } from '../support/server.js';
import { Subscriber } from '../support/socket.js';
import { callTool } from '../support/tools.js';

const [ANNA, KIM] = [tokenOf('anna'), tokenOf('kim')];
const BOTH = { principals: { denn: ADMIN, anna: person('anna') } };

let reloading: Reloading;
beforeEach(async () => {
  reloading = await Reloading.start(BOTH, { anna: ANNA });
});
afterEach(() => reloading.stop());

/** Everything that anna may hold open. */
async function openAll(token: string) {
  const { server } = reloading;
  const socket = await Subscriber.open(server, token);
  await socket.subscribe('a', 'documents/**');
  const stream = await StreamReader.open(server, { query: { topic: 'documents/**' }, token });
  const mcp = await rawMcp(token);
  const mcpStream = await StreamReader.open(server, { path: '/v1/_mcp', token, headers: { 'mcp-session-id': mcp, accept: 'text/event-stream' } });
  const session = await reloading.logIn(token);
  const closed = socket.closed();
  return { socket, stream, mcpStream, session, closed };
}

/** @returns the id of an MCP session. */
async function rawMcp(token: string): Promise<string> {
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
  const response = await fetch(`${reloading.server.url}/v1/_mcp`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, accept: 'application/json, text/event-stream', 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }),
  });
  await response.text();
  return response.headers.get('mcp-session-id')!;
}

test('one that is added comes in at once, also where it was refused just before', async () => {
  expect(await reloading.me(KIM)).toBe(401);
  const report = await reloading.apply({ principals: { ...BOTH.principals, kim: person('kim') } }, { anna: ANNA, kim: KIM });
  expect(report).toEqual({ changed: ['+ principals.kim'], needs_restart: [], unchanged: false });
  expect(await reloading.me(KIM)).toBe(200);
});

test('one that is removed is nobody at once and all that it opened ends; who stays keeps socket, stream and sessions', async () => {
  const { server } = reloading;
  const gone = await openAll(ANNA);
  const kept = await Subscriber.open(server);
  await kept.subscribe('d', 'documents/**');
  const stream = await StreamReader.open(server, { query: { topic: 'documents/**' } });
  const mcp = await McpClient.connect(server);
  const session = await reloading.logIn(TOKEN);
  expect(await reloading.me(ANNA)).toBe(200);

  const { changed } = await reloading.apply({ principals: { denn: ADMIN } });
  expect(changed).toEqual(['- principals.anna']);
  expect(await reloading.me(ANNA)).toBe(401);
  expect(await reloading.me('', gone.session)).toBe(401);
  expect(await gone.closed).toBe(4401);
  await gone.stream.until(() => gone.stream.ended);
  await gone.mcpStream.until(() => gone.mcpStream.ended);

  const { document_id } = await mcp.document<{ document_id: string }>('create_document', { title: 'After the reload' });
  const ofDocument = ({ payload }: { payload: Record<string, unknown> }): boolean => payload.document_id === document_id;
  await kept.until(() => kept.events.some(ofDocument));
  await stream.until(() => stream.events.some(ofDocument));
  expect(await reloading.me('', session)).toBe(200);
  await mcp.close();
  await kept.close();
  stream.close();
});

test('another secret ends what came in by the earlier one', async () => {
  const gone = await openAll(ANNA);
  const next = tokenOf('anna', 2);
  expect((await reloading.apply(BOTH, { anna: next })).changed).toEqual(['~ principals.anna']);
  expect(await reloading.me(ANNA)).toBe(401);
  expect(await reloading.me(next)).toBe(200);
  expect(await reloading.me('', gone.session)).toBe(401);
  expect(await gone.closed).toBe(4401);
  await gone.stream.until(() => gone.stream.ended);
  const again = await Subscriber.open(reloading.server, next);
  await again.settle();
  await again.close();
});

test('another subject is somebody else: what was open on the data of the earlier one ends', async () => {
  const gone = await openAll(ANNA);
  await reloading.apply({ principals: { denn: ADMIN, anna: person('anna', ['substrate:tenant'], { subject: 'hanna' }) } }, { anna: ANNA });
  expect(await gone.closed).toBe(4401);
  expect(await reloading.me('', gone.session)).toBe(401);
  const { body } = await callTool<{ subject: string }>(reloading.server, 'context', { op: 'self' }, { token: ANNA });
  expect(JSON.stringify(body)).toContain('hanna');
});

test('more scopes hold at the next call: by bearer, session, MCP session and open socket', async () => {
  const { server } = reloading;
  const narrow = { principals: { denn: ADMIN, anna: person('anna', ['channel:read', 'documents:read']) } };
  await reloading.apply(narrow, { anna: ANNA });
  const socket = await Subscriber.open(server, ANNA);
  const session = await reloading.logIn(ANNA);
  const mcp = await McpClient.connect(server, ANNA);
  const create = { op: 'create_document', title: 'Mine' };
  const bySession = (): Promise<number> => fetch(`${server.url}/v1/_document`, { method: 'POST', headers: session, body: JSON.stringify(create) }).then(({ status }) => status);
  expect((await callTool(server, 'document', create, { token: ANNA })).status).toBe(403);
  expect(await bySession()).toBe(403);
  expect((await mcp.call('document', create)).isError).toBe(true);
  expect(await socket.subscribe('m', 'memory/**')).toMatchObject({ type: 'error' });

  const wide = person('anna', ['channel:read', 'documents:read', 'documents:write', 'memory:read', 'memory:write']);
  expect((await reloading.apply({ principals: { denn: ADMIN, anna: wide } }, { anna: ANNA })).changed).toEqual(['~ principals.anna']);
  expect((await callTool(server, 'document', create, { token: ANNA })).status).toBe(200);
  expect(await bySession()).toBe(200);
  expect((await mcp.call('document', create)).isError).not.toBe(true);
  expect(await socket.subscribe('m', 'memory/**')).toMatchObject({ type: 'subscribed' });
  await mcp.close();
  await socket.close();
});

test('fewer scopes end what is open, since it may bring what may not be read any more; sessions go on with less', async () => {
  const opened = await openAll(ANNA);
  await reloading.apply({ principals: { denn: ADMIN, anna: person('anna', ['documents:read']) } }, { anna: ANNA });
  expect(await opened.closed).toBe(4401);
  await opened.stream.until(() => opened.stream.ended);
  expect(await reloading.me('', opened.session)).toBe(200);
  const response = await fetch(`${reloading.server.url}/v1/_document`, { method: 'POST', headers: opened.session, body: '{"op":"create_document","title":"x"}' });
  expect(response.status).toBe(403);
});
