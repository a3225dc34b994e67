import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { DirectScope } from '../support/direct-scope.js';
import type { Refusal } from '../../src/errors.js';

// A text that was exported before others wrote: what only one side changed is kept, what both changed is
// refused as a whole.

let scope: DirectScope;
beforeAll(() => {
  scope = new DirectScope();
});
afterAll(() => scope.close());

interface Head {
  id: string;
  title: string;
  revision: number;
}

let document_id: string;
let text: string;
let ids: Record<string, string>;

beforeEach(() => {
  const markdown = '# Plan\n\n## A\n\na\n\n## B\n\nb\n\n## C\n\nc\n';
  ({ document_id } = scope.document<{ document_id: string }>('import_md', { markdown }));
  text = exported();
  const { chunks } = scope.document<{ chunks: Head[] }>('query_chunks', { document_id });
  ids = Object.fromEntries(chunks.map(({ title, id }) => [title, id]));
});

const exported = (include_metadata = true): string =>
  scope.document<{ markdown: string }>('export_md', { document_id, include_metadata }).markdown;
const sync = (markdown: string, more: Record<string, unknown> = {}): Record<string, unknown> =>
  scope.document('import_md', { document_id, markdown, mode: 'replace', ...more });
const update = (title: string, change: Record<string, unknown>): void => {
  const { revision } = scope.document<Head>('get_chunk', { id: ids[title] });
  scope.document('update_chunk', { id: ids[title], revision, ...change });
};

function conflicts(markdown: string, more: Record<string, unknown> = {}): unknown {
  const before = exported();
  try {
    sync(markdown, more);
  } catch (error) {
    expect(exported()).toBe(before);
    expect(error).toMatchObject({ reason: 'revision_conflict' });
    return (error as Refusal).data!.conflicts;
  }
  return 'synced';
}

test('D11: a text older than the change of another is refused where both changed the chunk, with both revisions', () => {
  update('A', { body: 'theirs' });
  expect(conflicts(text.replace('\na\n', '\nmine\n').replace('\nb\n', '\nalso mine\n'))).toEqual([
    { id: ids.A, title: 'A', conflict: 'content', base_revision: 1, current_revision: 2 },
  ]);
  expect(exported(false)).toContain('theirs');
});

test('force overwrites', () => {
  update('A', { body: 'theirs' });
  expect(sync(text.replace('\na\n', '\nmine\n'), { force: true })).toMatchObject({ chunks_updated: 1 });
  expect(exported(false)).toBe('# Plan\n\n## A\n\nmine\n\n## B\n\nb\n\n## C\n\nc\n');
});

test('what another changed and the text did not stays, beside what the text changed', () => {
  update('A', { body: 'theirs', status: 'done' });
  expect(sync(text.replace('\nb\n', '\nmine\n'))).toMatchObject({ chunks_updated: 1, chunks_unchanged: 3 });
  expect(exported(false)).toBe('# Plan\n\n## A\n\ntheirs\n\n## B\n\nmine\n\n## C\n\nc\n');
  expect(scope.document('get_chunk', { id: ids.A })).toMatchObject({ revision: 2, status: 'done' });
});

test('the same change on both sides is none', () => {
  update('A', { body: 'same' });
  expect(sync(text.replace('\na\n', '\nsame\n'))).toMatchObject({ chunks_updated: 0, chunks_unchanged: 4 });
});

test('a change and a move by another do not stand against each other', () => {
  scope.document('move_chunk', { id: ids.C, position: 0 });
  update('B', { body: 'theirs' });
  const [head, a, b, c] = text.split(/(?=^## )/m) as [string, string, string, string];
  expect(sync(`${head}${c}\n\n${a.replace('\na\n', '\nmine\n')}${b}`)).toMatchObject({ chunks_updated: 1, chunks_moved: 0 });
  expect(exported(false)).toBe('# Plan\n\n## C\n\nc\n\n## A\n\nmine\n\n## B\n\ntheirs\n');
});

test('a chunk that another moved, and that the text has elsewhere, is refused', () => {
  scope.document('move_chunk', { id: ids.C, new_parent_id: ids.A });
  expect(conflicts(text)).toEqual([{ id: ids.C, title: 'C', conflict: 'place', base_revision: 1, current_revision: 2 }]);
  expect(conflicts(text, { mode: 'merge' })).not.toBe('synced');
  scope.document('move_chunk', { id: ids.C, new_parent_id: ids.Plan, position: 0 });
  expect(conflicts(text)).toMatchObject([{ id: ids.C, conflict: 'place', base_revision: 1, current_revision: 3 }]);
});

test('a chunk that another deleted does not come back unasked', () => {
  scope.document('delete_chunk', { id: ids.B });
  expect(conflicts(text)).toEqual([{ id: ids.B, title: 'B', conflict: 'deleted', base_revision: 1, current_revision: null }]);
  expect(sync(text, { force: true })).toMatchObject({ chunks_created: 1 });
});

test('a chunk that another made or changed is not deleted by a text that does not have it; merge keeps it', () => {
  const { id } = scope.document<Head>('create_chunk', { document_id, title: 'D', position: 1 });
  update('B', { body: 'theirs' });
  const withoutB = text.replace(/## B\n[^#]*/, '');
  expect(conflicts(withoutB)).toEqual([
    { id, title: 'D', conflict: 'missing', base_revision: null, current_revision: 1 },
    { id: ids.B, title: 'B', conflict: 'missing', base_revision: null, current_revision: 2 },
  ]);
  expect(sync(withoutB, { mode: 'merge' })).toMatchObject({ chunks_unchanged: 5 });
  expect(sync(withoutB, { force: true })).toMatchObject({ chunks_deleted: 2 });
});

test('a text that does not say from what it was made overwrites', () => {
  update('A', { body: 'theirs' });
  const plain = text.replaceAll(/,"revision":\d+/g, '').replace(/,"updated_at":\d+/, '');
  expect(sync(plain)).toMatchObject({ chunks_updated: 1 });
  expect(exported(false)).toContain('\na\n');
});
