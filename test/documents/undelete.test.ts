import { afterEach, beforeEach, expect, test } from 'vitest';
import { ClockScope } from '../support/clock-scope.js';
import { contents, plan, reason } from '../support/deletions.js';

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

test('D23: a deleted chunk leaves nothing in the tables, and comes back whole with its subtree and edges, at its place', async () => {
  const { id } = await plan(scope);
  const before = contents(scope) as unknown[][];
  expect(before.map((rows) => rows.length)).toEqual([1, 7, 3, 0, 1, 2, 1]);
  const at = scope.events.length;
  expect(await scope.document('delete_chunk', { id: id('A') })).toMatchObject({ cascade_deleted_descendants: 3 });
  const [, chunks, edges] = contents(scope) as [unknown[], { position: bigint; title: string }[], unknown[]];
  expect(chunks.map(({ title }) => title).toSorted()).toEqual(['B', 'C', 'Plan']);
  expect(edges).toEqual([]);
  const undeleted = await scope.document('undelete', { id: id('A') });
  expect(undeleted).toMatchObject({ undeleted: true, id: id('A'), title: 'A', n_chunks_undeleted: 4 });
  expect(contents(scope)).toEqual(before);
  const ops = scope.events.slice(at).map(({ payload }) => [payload.op, payload.chunk_id, payload.revision, payload.status]);
  expect(ops.slice(0, 4).map(([op]) => op)).toEqual(Array(4).fill('delete_chunk'));
  expect(ops.slice(4).map(([op]) => op)).toEqual(Array(4).fill('undelete'));
  expect(ops.slice(4)).toContainEqual(['undelete', id('A'), 2, 'open']);
  const { entries } = await scope.document<{ entries: { op: string; revision: number }[] }>('history', { id: id('A1') });
  expect(entries.map(({ op, revision }) => [op, revision])).toEqual([['undelete', 2], ['import_md', 1]]);
});

test('D23: a deleted document comes back with its chunks, edges, types, names and title', async () => {
  const { document_id, root_chunk_id } = await plan(scope);
  for (const type of ['int', 'number']) await scope.document('define_type', { name: 'task', document_id, fields: [{ name: 'n', type }] });
  await scope.call('path', 'link', { path: '/plans/mine', kind: 'document', ref: { document_id } });
  const before = contents(scope);
  expect(await scope.document('delete_document', { id: document_id })).toMatchObject({ n_chunks_deleted: 7 });
  expect(contents(scope)).toEqual([[], [], [], [], [], [], []]);
  const undeleted = { undeleted: true, document_id, id: root_chunk_id, title: 'Plan', n_chunks_undeleted: 7 };
  expect(await scope.document('undelete', { document_id })).toEqual(undeleted);
  expect(contents(scope)).toEqual(before);
  const undeletions = scope.events.filter(({ payload }) => payload.op === 'undelete');
  expect(undeletions.map(({ payload }) => [payload.chunk_id, payload.revision])).toEqual([[root_chunk_id, 2]]);
  await scope.document('delete_document', { id: document_id });
  expect(await scope.document('undelete', { document_id })).toEqual(undeleted);
  expect(contents(scope)).toEqual(before);
});

test('D23: a deletion that is not committed has deleted nothing', async () => {
  const { id, document_id } = await plan(scope);
  const before = contents(scope);
  for (const ops of [[{ op: 'delete_chunk', id: id('A') }], [{ op: 'delete_document', id: document_id }]]) {
    expect(await reason(scope.document('batch', { ops: [...ops, { op: 'get_chunk', id: '0'.repeat(32) }] }))).toMatchObject(['not_found', {}]);
  }
  expect(contents(scope)).toEqual(before);
  expect(await scope.document('list_deleted')).toEqual({ deleted: [] });
});

test('D23: an edge comes back once both its ends are there, in whichever order they went and came', async () => {
  for (const [first, second] of [['A', 'B'], ['B', 'A']] as const) {
    for (const undeleted of [[first, second], [second, first]]) {
      const { id } = await plan(scope);
      const before = contents(scope);
      for (const title of [first, second]) await scope.document('delete_chunk', { id: id(title) });
      for (const title of undeleted) await scope.document('undelete', { id: id(title) });
      const sorted = (all: unknown): unknown => (all as unknown[][])[2];
      expect(sorted(contents(scope))).toEqual(sorted(before));
    }
  }
});

test('a chunk whose old place is gone comes back last', async () => {
  const { id, root_chunk_id: parent_id } = await plan(scope);
  await scope.document('delete_chunk', { id: id('C') });
  await scope.document('delete_chunk', { id: id('A') });
  await scope.document('undelete', { id: id('C') });
  const { chunks } = await scope.document<{ chunks: Chunk[] }>('query_chunks', { parent_id });
  expect(chunks.map((chunk) => [chunk.id, chunk.position])).toEqual([[id('B'), 0], [id('C'), 1]]);
});

test('what cannot come back is refused, with what has to come first', async () => {
  const { id, document_id } = await plan(scope);
  const undelete = (title: string): Promise<unknown> => reason(scope.document('undelete', { id: id(title) }));
  expect(await undelete('A')).toEqual(['not_deleted', { id: id('A') }]);
  expect(await reason(scope.document('undelete', { document_id }))).toEqual(['not_deleted', { document_id }]);
  await scope.document('delete_chunk', { id: id('A1') });
  await scope.document('delete_chunk', { id: id('A') });
  expect(await undelete('A1')).toEqual(['parent_gone', { undelete: { id: id('A') } }]);
  expect(await undelete('A2')).toEqual(['parent_gone', { undelete: { id: id('A') } }]);
  await scope.document('delete_document', { id: document_id });
  expect(await undelete('A')).toEqual(['parent_gone', { undelete: { document_id } }]);
  expect(await undelete('B')).toEqual(['parent_gone', { undelete: { document_id } }]);
  await scope.document('undelete', { document_id });
  await scope.document('undelete', { id: id('A') });
  await scope.document('undelete', { id: id('A1') });
  expect(await reason(scope.document('undelete', { id: '0'.repeat(32) }))).toEqual(['not_found', expect.anything()]);
});

test('list_deleted names what can come back, by whom it was deleted and until when, in pages', async () => {
  const { id, document_id } = await plan(scope);
  await scope.document('delete_chunk', { id: id('A') });
  scope.now += 1000;
  scope.author = { actor: 'kim', agent: null, transport: 'mcp' };
  await scope.document('delete_document', { id: document_id });
  const day = 86_400_000 * 1e6;
  const deleted = [
    { document_id, title: 'Plan', n_chunks: 3, deleted_at: scope.now * 1e6, until: scope.now * 1e6 + 30 * day, actor: 'kim', transport: 'mcp', op: 'delete_document' },
    expect.objectContaining({ document_id, id: id('A'), title: 'A', n_chunks: 4, actor: 'denn', op: 'delete_chunk' }),
  ];
  expect(await scope.document('list_deleted')).toEqual({ deleted });
  const page = await scope.document<{ deleted: unknown[]; next_cursor: string }>('list_deleted', { limit: 1 });
  expect(page.deleted).toEqual(deleted.slice(0, 1));
  expect(await scope.document('list_deleted', { limit: 1, cursor: page.next_cursor })).toEqual({ deleted: deleted.slice(1) });
});
