import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { TestServer, type RefusalBody } from '../support/server.js';

// Where a chunk stands among its siblings: position, after_id, before_id. For all sequences: tree-property.test.ts.

let server: TestServer;
let document_id: string;
let root: string;
/** Chunks a, b, c, d below the root. */
let ids: Record<string, string>;

beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());
beforeEach(async () => {
  const made = await server.document<{ document_id: string; root_chunk_id: string }>('create_document', { title: 'Plan' });
  [document_id, root] = [made.document_id, made.root_chunk_id];
  ids = {};
  for (const title of ['a', 'b', 'c', 'd']) ids[title] = (await create({ title })).id;
});

interface Chunk {
  id: string;
  title: string;
  position: number;
  parent_id: string;
}

const create = (input: Record<string, unknown>): Promise<Chunk> => server.document<Chunk>('create_chunk', { document_id, ...input });

async function order(parent_id = root): Promise<string> {
  const { chunks } = await server.document<{ chunks: Chunk[] }>('query_chunks', { document_id, parent_id });
  expect(chunks.map(({ position }) => position)).toEqual(chunks.map((_, n) => n));
  return chunks.map(({ title }) => title).join(' ');
}

async function reasonOf(op: string, input: Record<string, unknown>): Promise<string> {
  const { status, body } = await server.call<RefusalBody>(op, input);
  expect(status).toBe(422);
  return body.reason;
}

test('create_chunk stands after or before the sibling that is named, below its parent', async () => {
  expect(await create({ title: 'x', after_id: ids.b })).toMatchObject({ position: 2, parent_id: root });
  await create({ title: 'y', before_id: ids.a });
  await create({ title: 'z', after_id: ids.d, parent_id: root });
  expect(await order()).toBe('y a b x c d z');
  const child = await create({ title: 'child', parent_id: ids.a });
  expect(await create({ title: 'first child', before_id: child.id })).toMatchObject({ position: 0, parent_id: ids.a });
});

test('reorder_chunk moves among the siblings, both ways', async () => {
  const reorder = (title: string, place: Record<string, unknown>): Promise<unknown> =>
    server.document('reorder_chunk', { id: ids[title], ...place });
  expect(await reorder('d', { before_id: ids.b })).toEqual({ ok: true, id: ids.d, parent_id: root, position: 1, revision: 2 });
  expect(await order()).toBe('a d b c');
  await reorder('a', { after_id: ids.b });
  expect(await order()).toBe('d b a c');
  await reorder('d', { position: 99 });
  expect(await order()).toBe('b a c d');
  await reorder('d', { position: 0, revision: 3 });
  expect(await order()).toBe('d b a c');
});

test('move_chunk goes below the parent of the sibling that is named', async () => {
  const child = await create({ title: 'child', parent_id: ids.a });
  expect(await server.document('move_chunk', { id: ids.c, before_id: child.id })).toMatchObject({ new_parent_id: ids.a, position: 0 });
  await server.document('move_chunk', { id: child.id, after_id: ids.b });
  expect([await order(), await order(ids.a)]).toEqual(['a b child d', 'c']);
});

test('more than one place, or none to reorder to, is refused', async () => {
  const input = { id: ids.a, position: 0, after_id: ids.b };
  expect(await reasonOf('move_chunk', input)).toBe('invalid_input');
  expect(await reasonOf('reorder_chunk', input)).toBe('invalid_input');
  expect(await reasonOf('reorder_chunk', { id: ids.a })).toBe('missing_field');
  expect(await reasonOf('create_chunk', { document_id, title: 'x', after_id: ids.a, before_id: ids.b })).toBe('invalid_input');
  expect(await order()).toBe('a b c d');
});

test('a sibling that is none is refused', async () => {
  const child = await create({ title: 'child', parent_id: ids.a });
  const other = await server.document<{ document_id: string; root_chunk_id: string }>('create_document', { title: 'Other' });
  const { id: foreign } = await server.document<Chunk>('create_chunk', { document_id: other.document_id, title: 'foreign' });
  expect(await reasonOf('reorder_chunk', { id: ids.b, after_id: child.id })).toBe('invalid_input');
  expect(await reasonOf('move_chunk', { id: ids.b, new_parent_id: root, after_id: child.id })).toBe('invalid_input');
  expect(await reasonOf('move_chunk', { id: ids.b, after_id: ids.b })).toBe('invalid_input');
  expect(await reasonOf('move_chunk', { id: ids.b, after_id: foreign })).toBe('not_found');
  expect(await reasonOf('create_chunk', { document_id, title: 'x', before_id: root })).toBe('root_chunk');
  expect(await reasonOf('reorder_chunk', { id: ids.b, after_id: 'f'.repeat(32) })).toBe('not_found');
  expect(await reasonOf('reorder_chunk', { id: root, position: 0 })).toBe('root_chunk');
  expect(await order()).toBe('a b c d');
});

test('D25: concurrent appends stand one after the other, no two at one place', async () => {
  const made = await Promise.all(Array.from({ length: 60 }, (_, n) => create({ title: `n${n}`, parent_id: ids.a })));
  expect(made.map(({ position }) => position).toSorted((a, b) => a - b)).toEqual(made.map((_, n) => n));
  await Promise.all(made.slice(0, 30).map(({ id }) => server.document('delete_chunk', { id })));
  await Promise.all(Array.from({ length: 30 }, (_, n) => create({ title: `m${n}`, parent_id: ids.a, position: 5 })));
  expect((await order(ids.a)).split(' ')).toHaveLength(60);
});
