import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ClockScope } from '../support/clock-scope.js';

interface Made {
  document_id: string;
  root_chunk_id: string;
}
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

const [A, A1, B] = ['a', '1', 'b'].map((digit) => digit.repeat(32));
const TEXT = `# Plan

## A
<!-- loom: {"id":"${A}","type":"task","status":"open","fields":{"n":1}} -->

Body of A, see [[B]] and [[Nobody]]. #tag

### A1
<!-- loom: {"id":"${A1}"} -->

#### A1a

### A2

## B
<!-- loom: {"id":"${B}"} -->

## C

<!-- loom-edges:
${A1} -> ${B} [needs]
${A} -> ${A1} [has]
-->
`;

async function plan(): Promise<Made & { id: (title: string) => string }> {
  const made = await scope.document<Made>('import_md', { markdown: TEXT });
  const { chunks } = await scope.document<{ chunks: { id: string; title: string }[] }>('query_chunks', { document_id: made.document_id });
  return { ...made, id: (title) => chunks.find((chunk) => chunk.title === title)!.id };
}

/** All that the tables show of documents, without what counts writes. */
function contents(): unknown {
  const db = new Database(scope.file, { readonly: true });
  try {
    return [
      'SELECT id, title, root_chunk_id, created_at, chunk_count FROM documents ORDER BY id',
      'SELECT id, document_id, parent_id, position, type, status, title, created_at, fields, body FROM chunks ORDER BY id',
      'SELECT * FROM chunk_edges ORDER BY from_id, to_id, kind',
      'SELECT * FROM chunk_types ORDER BY document_id, name',
      'SELECT * FROM chunk_tags ORDER BY chunk_id, folded',
      'SELECT * FROM loom_links ORDER BY from_id, kind, target',
      'SELECT path, kind, resource, ref FROM loom_paths ORDER BY path',
    ].map((sql) => db.prepare(sql).safeIntegers().all());
  } finally {
    db.close();
  }
}

/** Makes edges in the file. */
function connect(edges: readonly [string, string][]): void {
  const db = new Database(scope.file);
  for (const [from, to] of edges) db.prepare("INSERT OR IGNORE INTO chunk_edges (from_id, to_id, kind, created_at) VALUES (?, ?, 'to', 1795398450521000001)").run(from, to);
  db.close();
}

const reason = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => 'none', (error: { reason: string; data: unknown }) => [error.reason, error.data]);

test('D23: a deleted chunk leaves nothing in the tables, and comes back whole with its subtree and edges, at its place', async () => {
  const { id } = await plan();
  const before = contents() as unknown[][];
  expect(before.map((rows) => rows.length)).toEqual([1, 7, 3, 0, 1, 2, 1]);
  const at = scope.events.length;
  expect(await scope.document('delete_chunk', { id: id('A') })).toMatchObject({ cascade_deleted_descendants: 3 });
  const [, chunks, edges] = contents() as [unknown[], { position: bigint; title: string }[], unknown[]];
  expect(chunks.map(({ title }) => title).toSorted()).toEqual(['B', 'C', 'Plan']);
  expect(edges).toEqual([]);
  const undeleted = await scope.document('undelete', { id: id('A') });
  expect(undeleted).toMatchObject({ undeleted: true, id: id('A'), title: 'A', n_chunks_undeleted: 4 });
  expect(contents()).toEqual(before);
  const ops = scope.events.slice(at).map(({ payload }) => [payload.op, payload.chunk_id, payload.revision, payload.status]);
  expect(ops.slice(0, 4).map(([op]) => op)).toEqual(Array(4).fill('delete_chunk'));
  expect(ops.slice(4).map(([op]) => op)).toEqual(Array(4).fill('undelete'));
  expect(ops.slice(4)).toContainEqual(['undelete', id('A'), 2, 'open']);
  const { entries } = await scope.document<{ entries: { op: string; revision: number }[] }>('history', { id: id('A1') });
  expect(entries.map(({ op, revision }) => [op, revision])).toEqual([['undelete', 2], ['import_md', 1]]);
});

test('D23: a deleted document comes back with its chunks, edges, types, names and title', async () => {
  const { document_id, root_chunk_id } = await plan();
  for (const type of ['int', 'number']) await scope.document('define_type', { name: 'task', document_id, fields: [{ name: 'n', type }] });
  await scope.call('path', 'link', { path: '/plans/mine', kind: 'document', ref: { document_id } });
  const before = contents();
  expect(await scope.document('delete_document', { id: document_id })).toMatchObject({ n_chunks_deleted: 7 });
  expect(contents()).toEqual([[], [], [], [], [], [], []]);
  const undeleted = { undeleted: true, document_id, id: root_chunk_id, title: 'Plan', n_chunks_undeleted: 7 };
  expect(await scope.document('undelete', { document_id })).toEqual(undeleted);
  expect(contents()).toEqual(before);
  const undeletions = scope.events.filter(({ payload }) => payload.op === 'undelete');
  expect(undeletions.map(({ payload }) => [payload.chunk_id, payload.revision])).toEqual([[root_chunk_id, 2]]);
  await scope.document('delete_document', { id: document_id });
  expect(await scope.document('undelete', { document_id })).toEqual(undeleted);
  expect(contents()).toEqual(before);
});

test('D23: a deletion that is not committed has deleted nothing', async () => {
  const { id, document_id } = await plan();
  const before = contents();
  for (const ops of [[{ op: 'delete_chunk', id: id('A') }], [{ op: 'delete_document', id: document_id }]]) {
    expect(await reason(scope.document('batch', { ops: [...ops, { op: 'get_chunk', id: '0'.repeat(32) }] }))).toMatchObject(['not_found', {}]);
  }
  expect(contents()).toEqual(before);
  expect(await scope.document('list_deleted')).toEqual({ deleted: [] });
});

test('D23: an edge comes back once both its ends are there, in whichever order they went and came', async () => {
  for (const [first, second] of [['A', 'B'], ['B', 'A']] as const) {
    for (const undeleted of [[first, second], [second, first]]) {
      const { id } = await plan();
      const before = contents();
      for (const title of [first, second]) await scope.document('delete_chunk', { id: id(title) });
      for (const title of undeleted) await scope.document('undelete', { id: id(title) });
      const sorted = (all: unknown): unknown => (all as unknown[][])[2];
      expect(sorted(contents())).toEqual(sorted(before));
    }
  }
});

test('a chunk whose old place is gone comes back last', async () => {
  const { id, root_chunk_id: parent_id } = await plan();
  await scope.document('delete_chunk', { id: id('C') });
  await scope.document('delete_chunk', { id: id('A') });
  await scope.document('undelete', { id: id('C') });
  const { chunks } = await scope.document<{ chunks: Chunk[] }>('query_chunks', { parent_id });
  expect(chunks.map((chunk) => [chunk.id, chunk.position])).toEqual([[id('B'), 0], [id('C'), 1]]);
});

test('what cannot come back is refused, with what has to come first', async () => {
  const { id, document_id } = await plan();
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

test('D23: a document whose path was taken meanwhile comes back under another, a chunk without that name', async () => {
  const { id, document_id } = await plan();
  await scope.call('path', 'link', { path: '/a', kind: 'chunk', ref: { chunk_id: id('A') } });
  await scope.document('delete_document', { id: document_id });
  await scope.document('create_document', { title: 'Plan' });
  await scope.document('create_document', { title: 'Other', path: '/a' });
  await scope.document('undelete', { document_id });
  expect(await scope.document('get_document', { id: document_id })).toMatchObject({ path: '/documents/plan-2', chunk_count: 7 });
  expect(await scope.document('get_document', { path: '/a' })).toMatchObject({ title: 'Other' });
});

test('D23: search finds what was deleted no more, and again when it is back', async () => {
  const { id, document_id } = await plan();
  const found = async (): Promise<unknown[]> => (await scope.document<{ hits: unknown[] }>('search', { query: 'Body' })).hits;
  expect(await found()).toHaveLength(1);
  for (const [op, which] of [['delete_chunk', { id: id('A') }], ['delete_document', { document_id }]] as const) {
    await scope.document(op, { id: Object.values(which)[0] });
    expect(await found()).toEqual([]);
    await scope.document('undelete', which);
    expect(await found()).toMatchObject([{ id: id('A') }]);
  }
});

test('a chunk does not come back into a place that has become too deep', async () => {
  const { id, document_id, root_chunk_id } = await plan();
  let parent_id = root_chunk_id;
  for (let depth = 1; depth <= 62; depth += 1) parent_id = (await scope.document<Chunk>('create_chunk', { document_id, parent_id, title: 'deep' })).id;
  await scope.document('delete_chunk', { id: id('A1') });
  await scope.document('move_chunk', { id: id('A'), new_parent_id: parent_id });
  expect(await reason(scope.document('undelete', { id: id('A1') }))).toMatchObject(['too_deep', { actual: 65, limit: 64 }]);
});

test('list_deleted names what can come back, by whom it was deleted and until when, in pages', async () => {
  const { id, document_id } = await plan();
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

test('D23: for any tree and deletions, undoing them in reverse brings back all that was there', async () => {
  const some = fc.array(fc.nat(), { minLength: 1, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(some, fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 10 }), some, async (parents, edges, victims) => {
      const { document_id, root_chunk_id } = await scope.document<Made>('create_document', { title: 'Any' });
      const ids = [root_chunk_id];
      for (const [index, parent] of parents.entries()) {
        const parent_id = ids[parent % ids.length];
        ids.push((await scope.document<Chunk>('create_chunk', { document_id, parent_id, title: `c${index}`, position: 0, body: `${index}` })).id);
      }
      connect(edges.map(([from, to]) => [ids[from % ids.length]!, ids[to % ids.length]!]));
      const snapshots: { before: unknown; undo: Record<string, unknown> }[] = [];
      for (const victim of victims) {
        const id = ids[victim % ids.length]!;
        const before = contents();
        const whole = id === root_chunk_id;
        const done = await reason(whole ? scope.document('delete_document', { id: document_id }) : scope.document('delete_chunk', { id }));
        if (done === 'none') snapshots.push({ before, undo: whole ? { document_id } : { id } });
      }
      for (const { before, undo } of snapshots.toReversed()) {
        await scope.document('undelete', undo);
        expect(contents()).toEqual(before);
      }
    }),
    { numRuns: 25 },
  );
});
