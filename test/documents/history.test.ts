import { applyPatch } from 'diff';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ClockScope } from '../support/clock-scope.js';

interface Entry {
  chunk_id?: string;
  revision?: number;
  at: number;
  actor: string;
  agent?: string;
  transport: string;
  op: string;
  changed: string[];
  title?: string;
}
interface Page {
  entries: Entry[];
  next_cursor?: string;
  deleted?: Record<string, unknown>;
}
interface Chunk {
  id: string;
  document_id: string;
  revision: number;
  title: string;
  body: string;
  position: number;
  type?: string;
  status?: string;
  fields?: Record<string, unknown>;
}

let scope: ClockScope;
let documentId: string;
let rootId: string;
beforeEach(async () => {
  scope = new ClockScope();
  const document = await scope.document<{ document_id: string; root_chunk_id: string }>('create_document', { title: 'Plan' });
  [documentId, rootId] = [document.document_id, document.root_chunk_id];
});
afterEach(() => scope.close());

const create = (input: Record<string, unknown> = {}): Promise<Chunk> => scope.document('create_chunk', { document_id: documentId, title: 'a', ...input });
const update = (chunk: { id: string; revision: number }, patch: Record<string, unknown>): Promise<Chunk> =>
  scope.document('update_chunk', { id: chunk.id, revision: chunk.revision, ...patch });

async function all(which: Record<string, unknown>, limit: number): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let cursor: string | undefined; ; ) {
    const page: Page = await scope.document('history', { ...which, limit, ...(cursor === undefined ? {} : { cursor }) });
    expect(page.entries.length).toBeLessThanOrEqual(limit);
    entries.push(...page.entries);
    cursor = page.next_cursor;
    if (cursor === undefined) return entries;
  }
}

test('D13: history tells of every revision who made it, when, how, by which op, and what it changed', async () => {
  const first = await create({ body: 'one', fields: { a: 1, b: 2 } });
  scope.now += 1000;
  scope.author = { actor: 'denn', agent: 'drafter', transport: 'agent' };
  const second = await update(first, { body: 'two', status: 'drafted', fields: { a: 5, b: null } });
  scope.now += 1000;
  scope.author = { actor: 'kim', agent: null, transport: 'mcp' };
  await create({ title: 'b' });
  await scope.document('move_chunk', { id: first.id, position: 1 });
  await update({ id: first.id, revision: 3 }, { title: 'A' });
  const at = (ms: number): number => (Date.parse('2026-06-01T00:00:00Z') + ms) * 1e6;
  const expected = [
    { revision: 4, at: at(2000), actor: 'kim', transport: 'mcp', op: 'update_chunk', changed: ['title'], title: 'A' },
    { revision: 3, at: at(2000), actor: 'kim', transport: 'mcp', op: 'move_chunk', changed: ['place'], title: 'a' },
    {
      revision: 2,
      at: at(1000),
      actor: 'denn',
      agent: 'drafter',
      transport: 'agent',
      op: 'update_chunk',
      changed: ['status', 'fields.a', 'fields.b', 'body'],
      title: 'a',
    },
    { revision: 1, at: at(0), actor: 'denn', transport: 'http', op: 'create_chunk', changed: [], title: 'a' },
  ];
  expect(await all({ id: first.id }, 50)).toEqual(expected);
  for (const limit of [1, 2, 3]) expect(await all({ id: first.id }, limit)).toEqual(expected);
  expect(second.revision).toBe(2);
});

test('the history of a chunk goes on when it is deleted, and says by whom and until when it can come back', async () => {
  const chunk = await update(await create(), { body: 'two' });
  scope.now += 5000;
  scope.author = { actor: 'kim', agent: null, transport: 'mcp' };
  await scope.document('delete_chunk', { id: chunk.id });
  const { entries, deleted } = await scope.document<Page>('history', { id: chunk.id });
  expect(entries.map(({ revision, op }) => [revision, op])).toEqual([[2, 'update_chunk'], [1, 'create_chunk']]);
  const deletedAt = scope.now * 1e6;
  const until = deletedAt + 30 * 86_400_000 * 1e6;
  expect(deleted).toMatchObject({ id: chunk.id, op: 'delete_chunk', actor: 'kim', transport: 'mcp', deleted_at: deletedAt, until });
});

test('D13: the history of a document has every write about it, in pages, also when others write between and when it is deleted', async () => {
  const other = await scope.document<{ document_id: string; root_chunk_id: string }>('create_document', { title: 'Other' });
  const expected = [['create_document', rootId, 1]];
  const chunk = await create();
  expected.unshift(['create_chunk', chunk.id, 1]);
  for (let revision = 1; revision <= 6; revision += 1) {
    await update({ id: chunk.id, revision }, { body: String(revision) });
    expected.unshift(['update_chunk', chunk.id, revision + 1]);
    await update({ id: other.root_chunk_id, revision }, { body: String(revision) });
  }
  const { results } = await scope.document<{ results: Chunk[] }>('batch', {
    ops: [
      { op: 'create_chunk', document_id: documentId, title: 'x' },
      { op: 'update_chunk', id: other.root_chunk_id, revision: 7, body: 'between' },
      { op: 'update_chunk', id: '$0.id', revision: 1, title: 'y' },
    ],
  });
  expected.unshift(['update_chunk', results[0]!.id, 2], ['create_chunk', results[0]!.id, 1]);
  await scope.document('delete_chunk', { id: chunk.id });
  expected.unshift(['delete_chunk', chunk.id, 7]);
  const shown = (entries: Entry[]): unknown[] => entries.map(({ op, chunk_id: id, revision }) => [op, id, revision]);
  for (const limit of [3, 200]) expect(shown(await all({ document_id: documentId }, limit))).toEqual(expected);
  await scope.document('delete_document', { id: documentId });
  expect(shown(await all({ document_id: documentId }, 4))).toEqual([['delete_document', rootId, 1], ...expected]);
  expect(await all({ document_id: other.document_id }, 5)).toHaveLength(8);
});

test('what was refused after a write leaves no trace in any history, and what shared its batch is all there', async () => {
  const chunk = await create();
  const torn = { ops: [{ op: 'update_chunk', id: chunk.id, revision: 2, title: 'torn' }, { op: 'get_chunk', id: '0'.repeat(32) }] };
  const done = await scope.documents([
    ['update_chunk', { id: chunk.id, revision: 1, title: 'b' }],
    ['batch', torn],
    ['update_chunk', { id: chunk.id, revision: 2, title: 'c' }],
  ]);
  expect(done).toEqual([true, false, true]);
  await update({ id: chunk.id, revision: 3 }, { title: 'd' });
  const chunkEntries = ['d', 'c', 'b', 'a'].map((title, index) => [title, 4 - index, index === 3 ? 'create_chunk' : 'update_chunk']);
  const shown = (entries: Entry[]): unknown[] => entries.map(({ title, revision, op }) => [title, revision, op]);
  expect(shown(await all({ id: chunk.id }, 50))).toEqual(chunkEntries);
  const ofDocument = await all({ document_id: documentId }, 50);
  expect(ofDocument.map(({ revision, op }) => [revision, op])).toEqual([...chunkEntries.map((entry) => entry.slice(1)), [1, 'create_document']]);
});

describe('D13: a chunk can go back', () => {
  test('get_version has it as it was, with who made it so, also of a deleted one', async () => {
    const first = await create({ body: 'one', type: 'note', fields: { a: 1 } });
    scope.author = { actor: 'kim', agent: null, transport: 'mcp' };
    const second = await update(first, { body: 'two', type: null, fields: { a: null } });
    const made = { revision: 1, actor: 'denn', transport: 'http', op: 'create_chunk', chunk: first };
    expect(await scope.document('get_version', { id: first.id, revision: 1 })).toMatchObject(made);
    expect(await scope.document('get_version', { id: first.id, revision: 2 })).toMatchObject({ actor: 'kim', chunk: second });
    await scope.document('delete_chunk', { id: first.id });
    expect(await scope.document('get_version', { id: first.id, revision: 1 })).toMatchObject(made);
    expect(await scope.document('get_version', { id: first.id, revision: 2 })).toMatchObject({ chunk: second });
    await expect(scope.document('get_version', { id: first.id, revision: 3 })).rejects.toMatchObject({ reason: 'not_found' });
  });

  test('diff is a patch of the body and names what else differs, with before and after', async () => {
    const before = 'intro\n\nold line\nsame\n';
    const first = await create({ body: before, status: 'open', fields: { a: 1, same: true } });
    const second = await update(first, { body: before.replace('old', 'new'), title: 'b', fields: { a: { deep: [1] }, c: 'x' } });
    const diff = await scope.document<{ body: string; changes: unknown[] }>('diff', { id: first.id, from: 1 });
    expect(diff).toMatchObject({ id: first.id, from: 1, to: 2 });
    expect(diff.body.split('\n')).toEqual(expect.arrayContaining(['--- revision 1', '+++ revision 2', '-old line', '+new line']));
    expect(applyPatch(first.body, diff.body)).toBe(second.body);
    expect(diff.changes).toEqual([
      { part: 'title', before: 'a', after: 'b' },
      { part: 'fields.a', before: 1, after: { deep: [1] } },
      { part: 'fields.c', before: null, after: 'x' },
    ]);
    const back = await scope.document<{ body: string }>('diff', { id: first.id, from: 2, to: 1 });
    expect(applyPatch(second.body, back.body)).toBe(first.body);
    expect(await scope.document('diff', { id: first.id, from: 2, to: 2 })).toMatchObject({ body: '', changes: [] });
  });

  test('diff of two long bodies with nothing in common is a patch, too', async () => {
    const lines = (word: string, end: string): string => Array.from({ length: 20_000 }, (_, n) => `${word} ${n}`).join('\n') + end;
    const first = await create({ body: lines('old', '') });
    const second = await update(first, { body: lines('new', '\n') });
    const { body } = await scope.document<{ body: string }>('diff', { id: first.id, from: 1 });
    expect(applyPatch(first.body, body)).toBe(second.body);
  });

  test('restore_version writes the old content as a new revision, at the place of today', async () => {
    const first = await create({ body: 'one', type: 'note', status: 'open', fields: { a: 1 } });
    await create({ title: 'b' });
    await update(first, { body: 'two', title: 'z', type: null, status: null, fields: { a: null, b: 2 } });
    await scope.document('move_chunk', { id: first.id, position: 1 });
    const restored = await scope.document<Chunk>('restore_version', { id: first.id, revision: 1, expected_revision: 3 });
    expect(restored).toMatchObject({ revision: 4, body: 'one', title: 'a', type: 'note', status: 'open', fields: { a: 1 }, position: 1 });
    expect(restored.fields).toEqual({ a: 1 });
    expect(scope.events.at(-1)!.payload).toMatchObject({ op: 'restore_version', chunk_id: first.id, revision: 4, status: 'open', previous_status: null });
    const { entries } = await scope.document<Page>('history', { id: first.id, limit: 1 });
    expect(entries[0]).toMatchObject({ op: 'restore_version', changed: ['title', 'type', 'status', 'fields.b', 'fields.a', 'body'] });
  });

  test('restore_version is refused at a stale revision, and where the type of today does not allow it', async () => {
    const first = await create({ type: 'task', status: 'open', fields: { due: 'soon' } });
    const second = await update(first, { fields: { due: '2026-06-30' } });
    await expect(scope.document('restore_version', { id: first.id, revision: 1, expected_revision: 1 })).rejects.toMatchObject({
      reason: 'revision_conflict',
      data: { current_revision: 2 },
    });
    await scope.document('define_type', { name: 'task', fields: [{ name: 'due', type: 'date' }] });
    await expect(scope.document('restore_version', { id: first.id, revision: 1 })).rejects.toMatchObject({ reason: 'invalid_field' });
    expect(await scope.document('get_chunk', { id: first.id })).toEqual(second);
  });

  test('a status from before its type had a field for it comes back in both', async () => {
    const first = await create({ type: 'task', status: 'open' });
    await scope.document('define_type', { name: 'task', fields: [{ name: 'status', type: 'enum', values: ['open', 'done'] }] });
    await update(first, { status: 'done' });
    expect(await scope.document('restore_version', { id: first.id, revision: 1 })).toMatchObject({ status: 'open', fields: { status: 'open' } });
  });
});

test.each([
  [{}, 'missing_field'],
  [{ id: '0'.repeat(32), document_id: '0'.repeat(32) }, 'invalid_input'],
  [{ id: '0'.repeat(32) }, 'not_found'],
  [{ document_id: '0'.repeat(32) }, 'not_found'],
  [{ document_id: '0'.repeat(32), cursor: 'x' }, 'invalid_input'],
])('history of %j is refused as %s', async (input, reason) => {
  await expect(scope.document('history', input)).rejects.toMatchObject({ reason });
});
