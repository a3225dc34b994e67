import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestServer, type RefusalBody } from '../../support/server.js';

let server: TestServer;
let document_id: string;
beforeAll(async () => {
  server = await TestServer.start();
  ({ document_id } = await server.document<{ document_id: string }>('create_document', { title: 'd' }));
  await server.document('define_type', { name: 'task', fields: [{ name: 'due', type: 'date' }, { name: 'points', type: 'int', indexed: false }] });
  for (const [title, due, points] of [['a', '2026-03-01', 3], ['b', '2026-01-01', 1], ['c', '2026-02-01', 3]] as const) {
    await server.document('create_chunk', { document_id, title, type: 'task', status: '', body: `body of ${title}`, fields: { due, points } });
  }
});
afterAll(() => server.stop());

interface Page {
  chunks: { id: string; title: string; updated_at: number; body?: string }[];
  next_cursor?: string;
}

async function titles(query: Record<string, unknown>): Promise<string> {
  const { chunks } = await server.document<Page>('query_chunks', { document_id, ...query });
  return chunks.map(({ title }) => title).join('');
}

test.each([
  [{}, 'dabc'],
  [{ where: { 'fields.points': 3 } }, 'ac'],
  [{ where: { 'fields.due': { gte: '2026-02-01' } } }, 'ac'],
  [{ where: { 'fields.due': { gt: '2026-01-01', lt: '2026-03-01' } } }, 'c'],
  [{ where: { 'fields.due': { in: ['2026-01-01', '2026-03-01'] } } }, 'ab'],
  [{ where: { 'fields.due': { exists: false } } }, 'd'],
  [{ where: { type: null } }, 'd'],
  [{ where: { title: { ne: 'a' }, 'fields.points': 3 } }, 'c'],
  [{ order: [{ by: 'fields.due' }] }, 'bcad'],
  [{ order: [{ by: 'fields.due', dir: 'desc' }] }, 'acbd'],
  [{ order: [{ by: 'fields.points', dir: 'desc' }, { by: 'title', dir: 'desc' }] }, 'cabd'],
  [{ title: 'b' }, 'b'],
  [{ type: '' }, 'd'],
  [{ updated_after: '2020-01-01T00:00:00Z' }, 'dabc'],
  [{ updated_before: '2020-01-01T00:00:00+02:00' }, ''],
])('D12: query_chunks %j', async (query, expected) => {
  expect(await titles(query)).toBe(expected);
});

test('D12: a time that an answer gave can be asked for', async () => {
  const { chunks } = await server.document<Page>('query_chunks', { document_id, title: 'b' });
  const at = chunks[0]!.updated_at;
  expect(await titles({ where: { updated_at: at, title: 'b' } })).toBe('b');
  expect(await titles({ updated_after: at, title: 'b' })).toBe('');
});

test('D12: bodies come where they are asked for, and a page of long ones ends early', async () => {
  const { chunks } = await server.document<Page>('query_chunks', { document_id, title: 'b', include_body: true });
  expect(chunks[0]!.body).toBe('body of b');
  const long = await server.document<{ document_id: string }>('create_document', { title: 'long' });
  for (let n = 0; n < 10; n += 1) {
    await server.document('create_chunk', { document_id: long.document_id, title: 'l', body: 'x'.repeat(1024 * 1024 - 1) });
  }
  const query = { document_id: long.document_id, include_body: true };
  const page = await server.document<Page>('query_chunks', query);
  expect(page.chunks.length).toBe(9);
  const rest = await server.document<Page>('query_chunks', { ...query, cursor: page.next_cursor });
  expect([rest.chunks.length, rest.next_cursor]).toEqual([2, undefined]);
});

test('D12: a page that is the last has no cursor, and a cursor holds for its query alone', async () => {
  expect(await server.document('query_chunks', { document_id, limit: 4 })).not.toHaveProperty('next_cursor');
  const { next_cursor: cursor } = await server.document<Page>('query_chunks', { document_id, limit: 3, where: { type: { ne: 'x' }, title: { ne: 'y' } } });
  expect(await titles({ cursor, where: { title: { ne: 'y' }, type: { ne: 'x' } } })).toBe('c');
  for (const other of [{ where: { type: { ne: 'x' } } }, { order: [{ by: 'title' }] }]) {
    const { status, body } = await server.call<RefusalBody>('query_chunks', { document_id, cursor, ...other });
    expect([status, body.reason]).toEqual([422, 'invalid_input']);
    expect(body.error).toContain('another query');
  }
});

test.each([
  { limit: 1001 },
  { limit: 0 },
  { where: { body: 'x' } },
  { where: { "fields.a' OR 1=1 --": 1 } },
  { where: { fields: 1 } },
  { where: { type: 5 } },
  { where: { revision: 'x' } },
  { where: { updated_at: '2026-01-01' } },
  { where: { type: {} } },
  { where: { type: { like: 'x' } } },
  { where: { 'fields.a': { in: Array.from({ length: 257 }, () => 1) } } },
  { order: [{ by: 'id' }] },
  { order: [{ by: 'title', dir: 'up' }] },
  { updated_after: 'yesterday' },
  { under_path: 'a' },
  { cursor: 'x' },
  { cursor: Buffer.from('["a",{},null,1]').toString('base64url') },
  { sql: 'SELECT 1', where: { type: 'x' } },
])('D12: query_chunks refuses %j, and changes nothing of it by itself', async (query) => {
  const { status, body } = await server.call<RefusalBody>('query_chunks', query);
  expect([status, body.reason]).toEqual([422, 'invalid_input']);
});
