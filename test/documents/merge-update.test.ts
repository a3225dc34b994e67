import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestServer, type RefusalBody } from '../support/server.js';

// update_chunk with `base_revision`: what others changed since then merges with the update, or is a conflict.

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

interface Chunk {
  id: string;
  revision: number;
  title: string;
  body: string;
  merged?: true;
}

const BODY = 'one\ntwo\nthree\nfour';

async function newChunk(input: Record<string, unknown> = {}): Promise<Chunk> {
  const { document_id } = await server.document<{ document_id: string }>('create_document', { title: 'Plan' });
  return server.document<Chunk>('create_chunk', { document_id, title: 'chunk', body: BODY, fields: { due: 'May', size: 1 }, ...input });
}

const update = (id: string, input: Record<string, unknown>): Promise<Chunk> => server.document<Chunk>('update_chunk', { id, ...input });

test('edits of different lines merge, and the answer says so', async () => {
  const { id } = await newChunk();
  await update(id, { revision: 1, body: 'ONE\ntwo\nthree\nfour' });
  const merged = await update(id, { base_revision: 1, body: 'one\ntwo\nthree\nFOUR\nfive' });
  expect(merged).toMatchObject({ revision: 3, body: 'ONE\ntwo\nthree\nFOUR\nfive', merged: true });
  const { merged: _merged, ...chunk } = merged;
  expect(await server.document('get_chunk', { id })).toEqual(chunk);
});

test('edits of different fields merge, a title beside a body too', async () => {
  const { id } = await newChunk();
  await update(id, { revision: 1, title: 'theirs', fields: { due: 'June', extra: true } });
  const merged = await update(id, { base_revision: 1, body: 'mine', status: 'open', fields: { size: null, due: 'May' } });
  expect(merged).toMatchObject({ title: 'theirs', body: 'mine', status: 'open', merged: true });
  // `due` was sent as it stood at the base: it is not mine to change.
  expect(merged).toHaveProperty('fields', { due: 'June', extra: true });
});

test('a base several revisions back is found, and what both made alike is no conflict', async () => {
  const { id } = await newChunk();
  for (const [revision, title] of ['a', 'b', 'c', 'same'].entries()) await update(id, { revision: revision + 1, title });
  await server.document('move_chunk', { id, position: 0, revision: 5 });
  expect(await update(id, { base_revision: 2, title: 'same', body: `${BODY}\nfive` })).toMatchObject({
    revision: 7,
    title: 'same',
    body: `${BODY}\nfive`,
    merged: true,
  });
});

test('on the current revision there is nothing to merge', async () => {
  const { id } = await newChunk();
  const updated = await update(id, { base_revision: 1, body: 'new' });
  expect(updated).toMatchObject({ revision: 2, body: 'new' });
  expect(updated).not.toHaveProperty('merged');
});

test('what both changed is a conflict with base, mine and theirs, and nothing is written', async () => {
  const { id } = await newChunk({ status: 'open' });
  const current = await update(id, { revision: 1, title: 'theirs', body: 'one\n2\nthree\nfour', fields: { due: 'June' } });
  const { status, body } = await server.call<RefusalBody>('update_chunk', {
    id,
    base_revision: 1,
    title: 'mine',
    status: 'done',
    body: 'one\nzwei\nthree\nfour\nfive',
    fields: { due: 'July', size: 2 },
  });
  expect([status, body.code, body.reason]).toEqual([422, 'tool_refused', 'revision_conflict']);
  expect(body.data).toEqual({
    base: { revision: 1, title: 'chunk', status: 'open', body: BODY, fields: { due: 'May', size: 1 } },
    mine: { title: 'mine', status: 'done', body: 'one\nzwei\nthree\nfour\nfive', fields: { due: 'July', size: 2 } },
    theirs: current,
    current_revision: 2,
    current,
    conflicts: ['title', 'fields.due', 'body'],
    body_conflicts: [{ base: { line: 2, count: 1 }, mine: { line: 2, count: 1 }, theirs: { line: 2, count: 1 } }],
  });
  expect(body.error).toContain('title, fields.due, body');
  expect(await server.document('get_chunk', { id })).toEqual(current);
});

test('a removed field against a changed one is a conflict, a type against a type too', async () => {
  const { id } = await newChunk({ type: 'note' });
  await update(id, { revision: 1, type: 'task', fields: { due: 'June' } });
  const { body } = await server.call<RefusalBody>('update_chunk', { id, base_revision: 1, type: '', fields: { due: null } });
  expect(body.data).toMatchObject({ conflicts: ['type', 'fields.due'], mine: { title: 'chunk', fields: { size: 1 } } });
  expect(body.data.mine).not.toHaveProperty('type');
});

test('a merge is validated like any write', async () => {
  await server.document('define_type', { name: 'sized', fields: [{ name: 'size', type: 'int' }] });
  const { id } = await newChunk();
  await update(id, { revision: 1, type: 'sized' });
  const { body } = await server.call<RefusalBody>('update_chunk', { id, base_revision: 1, fields: { size: 'big' } });
  expect([body.reason, body.data.field]).toEqual(['invalid_field', 'size']);
});

test.each([
  [{}, 'missing_field'],
  [{ revision: 1, base_revision: 1 }, 'invalid_input'],
  [{ base_revision: 0 }, 'invalid_input'],
  [{ base_revision: 2 }, 'invalid_input'],
])('%j is refused as %s', async (input, reason) => {
  const { id } = await newChunk();
  const { status, body } = await server.call<RefusalBody>('update_chunk', { id, body: 'new', ...input });
  expect([status, body.reason]).toEqual([422, reason]);
  expect(await server.document('get_chunk', { id })).toMatchObject({ revision: 1, body: BODY });
});

test('of concurrent merges none is lost', async () => {
  const lines = Array.from({ length: 24 }, (_, n) => `line ${n}`);
  const { id } = await newChunk({ body: lines.join('\n') });
  await Promise.all(lines.map((_, n) => update(id, { base_revision: 1, body: lines.with(n, `changed ${n}`).join('\n') })));
  expect(await server.document('get_chunk', { id })).toMatchObject({
    revision: 25,
    body: lines.map((_, n) => `changed ${n}`).join('\n'),
  });
});
