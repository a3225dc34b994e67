import { afterAll, beforeAll, expect, test } from 'vitest';
import { notifications, RawSession } from '../support/mcp-raw.js';
import { TestServer, TOKEN } from '../support/server.js';

// The GET stream and the answers of POST, as they go over the wire.

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

/** A session that is told of each commit to a document. */
async function watching(): Promise<{ session: RawSession; change: () => Promise<void> }> {
  const { document_id: id } = await server.document<{ document_id: string }>('create_document', { title: 'Watched' });
  const session = await RawSession.open(server);
  await session.request('resources/subscribe', { uri: `loomcycle://user/documents/${id}` });
  return { session, change: async () => void (await server.document('create_chunk', { document_id: id, title: 'More' })) };
}

test('a client that comes back gets what came after its last event, more than once', async () => {
  const { session, change } = await watching();
  const first = await session.stream();
  for (let times = 0; times < 3; times++) await change();
  await first.until(() => first.lastId === '3');
  first.close();
  await change();
  await change();
  const second = await session.stream('2');
  await second.until(() => second.lastId === '5');
  expect(second.messages.map(({ id }) => id)).toEqual(['3', '4', '5']);
  second.close();
  await change();
  const third = await session.stream('5');
  await change();
  await third.until(() => third.lastId === '7');
  expect(third.messages.map(({ id }) => id)).toEqual(['6', '7']);
  third.close();
});

test('a stream without a last event begins with what none has brought, a newer stream takes the place of an older', async () => {
  const { session, change } = await watching();
  await change();
  const first = await session.stream();
  await first.until(() => first.lastId === '1');
  const second = await session.stream();
  await first.until(() => first.ended);
  await change();
  await second.until(() => second.lastId === '2');
  expect(second.messages.map(({ id }) => id)).toEqual(['2']);
  second.close();
});

test('of what is no longer kept comes the oldest that is', async () => {
  const markdown = Array.from({ length: 270 }, (_, index) => `# Part ${index}\n`).join('\n');
  const { document_id: id } = await server.document<{ document_id: string }>('import_md', { markdown, title: 'Long' });
  const { rows } = await server.document<{ rows: [string][] }>('query_chunks', {
    sql: 'SELECT id FROM chunks WHERE document_id = ? AND parent_id IS NOT NULL',
    args: [id],
  });
  const session = await RawSession.open(server);
  for (const [chunk] of rows) await session.request('resources/subscribe', { uri: `loomcycle://user/chunks/${chunk}` });
  // One notice for each chunk, and one for the list.
  await server.document('delete_document', { id });
  const newest = rows.length + 1;
  const kept = Array.from({ length: 256 }, (_, index) => String(newest - 255 + index));
  for (const lastEventId of ['1', 'not ours', '999999']) {
    const stream = await session.stream(lastEventId);
    await stream.until(() => stream.lastId === String(newest));
    expect(stream.messages.map((message) => message.id)).toEqual(kept);
    stream.close();
  }
});

test('a client of 2025-11-25 learns at once from where it can come back', async () => {
  const session = await RawSession.open(server, { version: '2025-11-25' });
  const headers = { authorization: `Bearer ${TOKEN}`, 'mcp-session-id': session.id, 'mcp-protocol-version': session.version };
  const response = await fetch(`${server.url}/v1/_mcp`, { headers });
  const reader = response.body!.getReader();
  expect(Buffer.from((await reader.read()).value!).toString()).toBe(': open\n\nid: 0\ndata:\n\n');
  await reader.cancel();
});

test.each(['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'])('version %s is spoken with who asks for it', async (version) => {
  const session = await RawSession.open(server, { version });
  expect(session.version).toBe(version);
  const headers = { 'mcp-protocol-version': version };
  expect(await (await session.post({ id: 1, method: 'ping' }, headers)).json()).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
});

test('who asks for an unknown version is offered the newest; one that was not agreed on is refused', async () => {
  const session = await RawSession.open(server, { version: '2031-01-01' });
  expect(session.version).toBe('2025-11-25');
  expect((await session.post({ id: 1, method: 'ping' }, { 'mcp-protocol-version': '2031-01-01' })).status).toBe(400);
});

test('ids are strings or integers, and come back as they were', async () => {
  const session = await RawSession.open(server);
  for (const id of [0, 7, -1, '7', 'a-b', '']) expect(await session.request('ping', {}, id)).toEqual({ jsonrpc: '2.0', id, result: {} });
  expect((await session.post({ id: 1.5, method: 'ping' })).status).toBe(400);
  expect((await session.post({ id: null, method: 'ping' })).status).toBe(400);
});

test('a notification is accepted, an unknown method is not found, wrong parameters are invalid', async () => {
  const session = await RawSession.open(server);
  const accepted = await session.post({ method: 'notifications/initialized' });
  expect([accepted.status, await accepted.text()]).toEqual([202, '']);
  expect(await session.request('tools/teleport')).toMatchObject({ error: { code: -32601 } });
  expect(await session.request('resources/read')).toMatchObject({ error: { code: -32602 } });
});

test('DELETE ends the session with its stream', async () => {
  const { session, change } = await watching();
  const stream = await session.stream();
  const headers = { authorization: `Bearer ${TOKEN}`, 'mcp-session-id': session.id };
  expect((await fetch(`${server.url}/v1/_mcp`, { method: 'DELETE', headers })).status).toBe(204);
  await stream.until(() => stream.ended);
  await change();
  expect(notifications(stream)).toEqual([]);
  expect((await session.post({ id: 1, method: 'ping' })).status).toBe(404);
});
