import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { TestServer, type RefusalBody } from '../support/server.js';
import { Subscriber } from '../support/socket.js';

// Every op that changes an existing thing is checked against the revision that the caller read, and raises it.

let server: TestServer;
let document_id: string;
let root: string;
let chunk: Chunk;

interface Chunk {
  id: string;
  revision: number;
}

beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());
beforeEach(async () => {
  const made = await server.document<{ document_id: string; root_chunk_id: string }>('create_document', { title: 'Plan' });
  [document_id, root] = [made.document_id, made.root_chunk_id];
  chunk = await server.document<Chunk>('create_chunk', { document_id, title: 'chunk', body: 'text' });
});

const get = (id = chunk.id): Promise<Chunk> => server.document<Chunk>('get_chunk', { id });

const edges = async (): Promise<unknown[][]> => {
  const sql = 'SELECT from_id, to_id, kind FROM chunk_edges WHERE from_id = ? OR to_id = ?';
  return (await server.document<{ rows: unknown[][] }>('query_chunks', { sql, args: [chunk.id, chunk.id] })).rows;
};

test.each([
  ['update_chunk', () => ({ id: chunk.id, body: 'new' })],
  ['move_chunk', () => ({ id: chunk.id, position: 0 })],
  ['reorder_chunk', () => ({ id: chunk.id, position: 0 })],
  ['link_chunks', () => ({ from_id: chunk.id, to_id: root, kind: 'see' })],
  ['unlink_chunks', () => ({ from_id: chunk.id, to_id: root, kind: 'see' })],
  ['delete_chunk', () => ({ id: chunk.id })],
])('D24: %s at a stale revision answers the current revision and chunk as data', async (op, input) => {
  const current = await server.document<Chunk>('update_chunk', { id: chunk.id, revision: 1, title: 'theirs' });
  const { status, body } = await server.call<RefusalBody>(op, { ...input(), revision: 1 });
  expect([status, body.code, body.reason]).toEqual([422, 'tool_refused', 'revision_conflict']);
  expect(body.data).toEqual({ current_revision: 2, current });
  expect(await get()).toEqual(current);
});

test('D24: of racing updates at one revision the losers learn the current revision and chunk', async () => {
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, n) => server.call<RefusalBody>('update_chunk', { id: chunk.id, revision: 1, body: `by ${n}` })),
  );
  const won = answers.filter(({ status }) => status === 200);
  expect(won).toHaveLength(1);
  for (const { status, body } of answers) {
    if (status === 422) expect(body.data).toEqual({ current_revision: 2, current: won[0]!.body });
  }
});

test('link_chunks raises the revision of the chunk it goes out from, keeps it, and tells', async () => {
  const reader = await Subscriber.open(server);
  await reader.subscribe('a', `documents/${document_id}/chunks`);
  const edge = { from_id: chunk.id, to_id: root, kind: 'depends-on' };
  expect(await server.document('link_chunks', { ...edge, revision: 1 })).toEqual({ ok: true, ...edge, revision: 2 });
  expect(await edges()).toEqual([[chunk.id, root, 'depends-on']]);
  expect(await server.document('link_chunks', edge)).toEqual({ ok: true, ...edge, revision: 2 });
  expect(await get(root)).toMatchObject({ revision: 1 });
  expect(await server.document('unlink_chunks', { ...edge, revision: 2 })).toEqual({ removed: true, revision: 3 });
  expect(await edges()).toEqual([]);
  expect(await server.document('unlink_chunks', edge)).toEqual({ removed: true, revision: 3 });
  // The past revisions are kept: a merge finds them.
  expect(await server.document('update_chunk', { id: chunk.id, base_revision: 2, body: 'new' })).toMatchObject({ merged: true, revision: 4 });
  const events = await reader.until(() => reader.events.length === 3 && reader.events);
  expect(events.map(({ payload: { op, chunk_id, revision, to_id, kind } }) => [op, chunk_id, revision, to_id, kind])).toEqual([
    ['link_chunks', chunk.id, 2, root, 'depends-on'],
    ['unlink_chunks', chunk.id, 3, root, 'depends-on'],
    ['update_chunk', chunk.id, 4, undefined, undefined],
  ]);
  await reader.close();
});

test('an edge may go to another document, not to nowhere', async () => {
  const other = await server.document<{ root_chunk_id: string }>('create_document', { title: 'Other' });
  await server.document('link_chunks', { from_id: chunk.id, to_id: other.root_chunk_id, kind: 'see' });
  expect(await edges()).toEqual([[chunk.id, other.root_chunk_id, 'see']]);
  const nobody = 'f'.repeat(32);
  for (const edge of [{ from_id: chunk.id, to_id: nobody }, { from_id: nobody, to_id: chunk.id }]) {
    const { body } = await server.call<RefusalBody>('link_chunks', { ...edge, kind: 'see' });
    expect(body.reason).toBe('not_found');
  }
  for (const kind of ['', 'x'.repeat(65)]) {
    const { body } = await server.call<RefusalBody>('link_chunks', { from_id: chunk.id, to_id: root, kind });
    expect(body.reason).toBe('invalid_input');
  }
  expect(await get()).toMatchObject({ revision: 2 });
});

test('rename_document and delete_document check the revision of the root', async () => {
  const renamed = await server.document('rename_document', { id: document_id, title: 'New', revision: 1 });
  expect(renamed).toEqual({ document_id, root_chunk_id: root, title: 'New', revision: 2 });
  for (const [op, input] of [['rename_document', { title: 'Newer' }], ['delete_document', {}]] as const) {
    const { body } = await server.call<RefusalBody>(op, { id: document_id, revision: 1, ...input });
    expect(body).toMatchObject({ reason: 'revision_conflict', data: { current_revision: 2, current: { id: root, title: 'New' } } });
  }
  expect(await server.document('delete_document', { id: document_id, revision: 2 })).toMatchObject({ n_chunks_deleted: 2 });
});

test('define_type checks the revision of the type', async () => {
  const define = (input: Record<string, unknown>) => server.call<RefusalBody>('define_type', { name: 'task', document_id, ...input });
  const fields = [{ name: 'due', type: 'date' }];
  expect((await define({ revision: 1 })).body.reason).toBe('not_found');
  expect((await define({})).body).toEqual({ ok: true, name: 'task', document_id, revision: 1 });
  expect((await define({ fields, revision: 1 })).body).toMatchObject({ revision: 2 });
  const current = { name: 'task', document_id, fields, revision: 2 };
  expect((await define({ revision: 1 })).body).toMatchObject({ reason: 'revision_conflict', data: { current_revision: 2, current } });
  expect((await server.document<{ types: unknown[] }>('list_types', { document_id })).types).toContainEqual(current);
});
