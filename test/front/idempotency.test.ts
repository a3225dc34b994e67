import { afterAll, beforeAll, expect, test } from 'vitest';
import { McpClient } from '../support/mcp.js';
import { TestServer, TOKEN, type RefusalBody } from '../support/server.js';

let server: TestServer;
let document: string;
beforeAll(async () => {
  server = await TestServer.start();
  document = (await server.document<{ document_id: string }>('create_document', { title: 'Plan' })).document_id;
});
afterAll(() => server.stop());

async function post(input: Record<string, unknown>, key: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`${server.url}/v1/_document`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'idempotency-key': key },
    body: JSON.stringify(input),
  });
  return { status: response.status, text: await response.text() };
}

async function count(title: string): Promise<number> {
  const { rows } = await server.document<{ rows: number[][] }>('query_chunks', {
    sql: 'SELECT count(*) FROM chunks WHERE title = ?',
    args: [title],
  });
  return rows[0]![0]!;
}

test('a repeat returns the first answer and does nothing', async () => {
  const input = { op: 'create_chunk', document_id: document, title: 'once' };
  const first = await post(input, 'k1');
  expect(first.status).toBe(200);
  expect(await post(input, 'k1')).toEqual(first);
  expect(await count('once')).toBe(1);
});

test('repeats that come at the same time do it once', async () => {
  const input = { op: 'create_chunk', document_id: document, title: 'at once' };
  const answers = await Promise.all(Array.from({ length: 20 }, () => post(input, 'k2')));
  expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
  expect(await count('at once')).toBe(1);
});

test('the key can stand in the input, over MCP too, and is the same key', async () => {
  const mcp = await McpClient.connect(server);
  const input = { op: 'create_chunk', document_id: document, title: 'anywhere' };
  const first = await mcp.document('create_chunk', { ...input, idempotency_key: 'k3' });
  const { status, text } = await post(input, 'k3');
  expect([status, JSON.parse(text)]).toEqual([200, first]);
  expect(await count('anywhere')).toBe(1);
  await mcp.close();
});

test('the same key with another call is refused', async () => {
  await post({ op: 'create_chunk', document_id: document, title: 'a' }, 'k4');
  const { status, text } = await post({ op: 'create_chunk', document_id: document, title: 'b' }, 'k4');
  expect([status, (JSON.parse(text) as RefusalBody).reason]).toEqual([422, 'idempotency_mismatch']);
  // The order of keys is no other call.
  expect((await post({ title: 'a', document_id: document, op: 'create_chunk' }, 'k4')).status).toBe(200);
});

test('a refused write is judged anew', async () => {
  const { id, revision } = await server.document<{ id: string; revision: number }>('create_chunk', { document_id: document, title: 'c' });
  const ahead = { op: 'update_chunk', id, revision: revision + 1, body: 'x' };
  expect((await post(ahead, 'k5')).status).toBe(422);
  await server.document('update_chunk', { id, revision, body: 'y' });
  expect((await post(ahead, 'k5')).status).toBe(200);
});

test('it outlives the server', async () => {
  const input = { op: 'create_chunk', document_id: document, title: 'kept' };
  const first = await post(input, 'k6');
  await server.kill();
  const again = await TestServer.start({ dataDir: server.dataDir });
  const response = await fetch(`${again.url}/v1/_document`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'idempotency-key': 'k6' },
    body: JSON.stringify(input),
  });
  expect(await response.text()).toBe(first.text);
  await again.stop();
  server = await TestServer.start({ dataDir: server.dataDir });
});

test('a key that cannot be kept is refused', async () => {
  expect((await post({ op: 'create_document', title: 'x' }, 'k'.repeat(256))).status).toBe(400);
  const { status } = await server.call('create_document', { title: 'x', idempotency_key: '' });
  expect(status).toBe(422);
});
