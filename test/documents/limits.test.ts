import Database from 'better-sqlite3';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { LocalScope } from '../support/local-scope.js';

// Each limit is refused before anything is written, with the limit and what was actually asked for.

let scope: LocalScope;
let document_id: string;
let root: string;

beforeAll(() => {
  scope = new LocalScope();
});
afterAll(() => scope.close());
beforeEach(async () => {
  const made = await scope.document<{ document_id: string; root_chunk_id: string }>('create_document', { title: 'Plan' });
  [document_id, root] = [made.document_id, made.root_chunk_id];
});

interface Chunk {
  id: string;
  revision: number;
}

const create = (input: Record<string, unknown> = {}): Promise<Chunk> => scope.document<Chunk>('create_chunk', { document_id, title: 'c', ...input });

/** Expects a refusal that leaves the file as it was. */
async function expectRefused(op: string, input: Record<string, unknown>, reason: string, data: Record<string, unknown>): Promise<void> {
  const db = new Database(scope.file, { readonly: true });
  const state = (): unknown => db.prepare('SELECT (SELECT count(*) FROM chunks), (SELECT max(seq) FROM loom_audit)').raw().get();
  const before = state();
  const answer = await scope.call(op, input);
  expect(answer).toMatchObject({ ok: false, refusal: { reason, data } });
  expect(state()).toEqual(before);
  db.close();
}

/** A chain of chunks below a parent, `length` long. @returns the ids from top to bottom. */
async function chain(parent_id: string, length: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < length; n += 1) ids.push((await create({ parent_id: ids.at(-1) ?? parent_id })).id);
  return ids;
}

const MIB = 1024 * 1024;

test('a body holds 1 MiB of UTF-8, counted in bytes', async () => {
  const fits = 'é'.repeat(MIB / 2);
  const { id } = await create({ body: fits });
  const data = { what: 'body', limit: MIB, actual: MIB + 1 };
  await expectRefused('create_chunk', { document_id, title: 'c', body: `${fits}x`, position: 0 }, 'too_large', data);
  await expectRefused('update_chunk', { id, revision: 1, body: `${fits}x` }, 'too_large', data);
  expect(await scope.document('update_chunk', { id, revision: 1, body: 'x'.repeat(MIB) })).toMatchObject({ revision: 2 });
});

test('a merge that would make the body too long is refused', async () => {
  const half = 'x'.repeat(MIB / 2);
  const { id } = await create({ body: 'a\nb' });
  await scope.document('update_chunk', { id, revision: 1, body: `${half}\na\nb` });
  await expectRefused('update_chunk', { id, base_revision: 1, body: `a\nb\n${half}` }, 'too_large', { what: 'body', actual: MIB + 5 });
});

test('a document is 64 levels deep below its root', async () => {
  const ids = await chain(root, 64);
  const data = { what: 'depth', limit: 64, actual: 65 };
  await expectRefused('create_chunk', { document_id, title: 'c', parent_id: ids[63] }, 'too_deep', data);
  expect(await create({ after_id: ids[63] })).toMatchObject({ parent_id: ids[62], position: 1 });
});

test('a move counts the height of what moves', async () => {
  const ids = await chain(root, 60);
  const [top] = await chain(root, 5);
  await expectRefused('move_chunk', { id: top, new_parent_id: ids[59] }, 'too_deep', { what: 'depth', limit: 64, actual: 65 });
  expect(await scope.document('move_chunk', { id: top, new_parent_id: ids[58] })).toMatchObject({ revision: 2 });
  // What moves up always fits.
  expect(await scope.document('move_chunk', { id: top, new_parent_id: ids[0] })).toMatchObject({ revision: 3 });
});

test('an import counts the height of its text', async () => {
  const ids = await chain(root, 62);
  const levels = (n: number): string => Array.from({ length: n }, (_, at) => `${'#'.repeat(at + 1)} h`).join('\n\n');
  await expectRefused('import_md', { document_id, parent_id: ids[61], markdown: levels(3) }, 'too_deep', { actual: 65, limit: 64 });
  expect(await scope.document('import_md', { document_id, parent_id: ids[61], markdown: levels(2) })).toMatchObject({ chunks_created: 2 });
});

test('a document holds 100,000 chunks', async () => {
  const data = { what: 'document', limit: 100_000, actual: 100_001 };
  await expectRefused('import_md', { markdown: '# h\n'.repeat(100_001) }, 'too_large', data);
  fill(99_998);
  const last = await create();
  await expectRefused('create_chunk', { document_id, title: 'c' }, 'too_large', { ...data, document_id });
  await expectRefused('import_md', { document_id, markdown: '# h' }, 'too_large', data);
  await scope.document('delete_chunk', { id: last.id });
  await create();
});

/** Gives the document so many chunks at once. */
function fill(count: number): void {
  const db = new Database(scope.file);
  db.prepare(
    `WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < ? - 1)
     INSERT INTO chunks (id, document_id, parent_id, position, title, created_at, updated_at)
     SELECT lower(hex(randomblob(16))), ?, ?, n, 'c', 0, 0 FROM n`,
  ).run(count, document_id, root);
  db.close();
}

test('the count of a document follows its chunks, whoever writes them', async () => {
  const { id } = await create();
  await create({ parent_id: id });
  await scope.document('import_md', { document_id, parent_id: id, markdown: '# a\n\n## b\n' });
  await scope.call('create_chunk', { document_id, title: 'c', parent_id: 'f'.repeat(32) });
  expect(await scope.document('get_document', { id: document_id })).toMatchObject({ chunk_count: 5 });
  await scope.document('delete_chunk', { id });
  expect(await scope.document('get_document', { id: document_id })).toMatchObject({ chunk_count: 1 });
});
