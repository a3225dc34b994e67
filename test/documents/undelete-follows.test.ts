import { afterEach, beforeEach, expect, test } from 'vitest';
import { ClockScope } from '../support/clock-scope.js';
import { plan, reason } from '../support/deletions.js';

// What goes and comes with a chunk beside its row: names, the search index, its place.

interface Chunk {
  id: string;
  revision: number;
  position: number;
}

let scope: ClockScope;
beforeEach(() => {
  scope = new ClockScope();
});
afterEach(() => scope.close());

test('D23: a document whose path was taken meanwhile comes back under another, a chunk without that name', async () => {
  const { id, document_id } = await plan(scope);
  await scope.call('path', 'link', { path: '/a', kind: 'chunk', ref: { chunk_id: id('A') } });
  await scope.document('delete_document', { id: document_id });
  await scope.document('create_document', { title: 'Plan' });
  await scope.document('create_document', { title: 'Other', path: '/a' });
  await scope.document('undelete', { document_id });
  expect(await scope.document('get_document', { id: document_id })).toMatchObject({ path: '/documents/plan-2', chunk_count: 7 });
  expect(await scope.document('get_document', { path: '/a' })).toMatchObject({ title: 'Other' });
});

test('D23: search finds what was deleted no more, and again when it is back', async () => {
  const { id, document_id } = await plan(scope);
  const found = async (): Promise<unknown[]> => (await scope.document<{ hits: unknown[] }>('search', { query: 'Body' })).hits;
  expect(await found()).toHaveLength(1);
  for (const [op, which] of [['delete_chunk', { id: id('A') }], ['delete_document', { document_id }]] as const) {
    await scope.document(op, { id: Object.values(which)[0] });
    expect(await found()).toEqual([]);
    await scope.document('undelete', which);
    expect(await found()).toMatchObject([{ id: id('A') }]);
  }
});

test('D23: what an edited text left out comes back as it hung together, without gaps among what is left of it', async () => {
  const { id, document_id } = await plan(scope);
  const { markdown } = await scope.document<{ markdown: string }>('export_md', { document_id });
  const lines = markdown.split('\n');
  const at = (title: string): number => lines.findIndex((line) => /^#+ /.test(line) && line.endsWith(` ${title}`));
  const a1 = lines.slice(at('A1'), at('A2')).map((line) => line.replace(/^#(#+ )/, '$1'));
  const edited = [...lines.slice(0, at('A')), ...a1, ...lines.slice(at('B'))].join('\n');
  const synced = await scope.document('import_md', { markdown: edited, document_id, mode: 'replace' });
  expect(synced).toMatchObject({ chunks_moved: 1, chunks_deleted: 2 });
  const { deleted } = await scope.document<{ deleted: object[] }>('list_deleted');
  expect(deleted).toMatchObject([{ id: id('A'), n_chunks: 2 }]);
  await scope.document('undelete', { id: id('A') });
  expect(await scope.document('get_chunk', { id: id('A2') })).toMatchObject({ parent_id: id('A'), position: 0 });
  expect(await scope.document('get_chunk', { id: id('A1') })).toMatchObject({ position: 1 });
});

test('a chunk does not come back into a place that has become too deep', async () => {
  const { id, document_id, root_chunk_id } = await plan(scope);
  let parent_id = root_chunk_id;
  for (let depth = 1; depth <= 62; depth += 1) parent_id = (await scope.document<Chunk>('create_chunk', { document_id, parent_id, title: 'deep' })).id;
  await scope.document('delete_chunk', { id: id('A1') });
  await scope.document('move_chunk', { id: id('A'), new_parent_id: parent_id });
  expect(await reason(scope.document('undelete', { id: id('A1') }))).toMatchObject(['too_deep', { actual: 65, limit: 64 }]);
});
