import { afterEach, beforeEach, expect, test } from 'vitest';
import { ClockScope } from '../support/clock-scope.js';

let scope: ClockScope;
beforeEach(() => {
  scope = new ClockScope();
});
afterEach(() => scope.close());

interface Made {
  document_id: string;
  root_chunk_id: string;
  path: string;
}

test('D13: documents_summary counts chunks by type and status and says who wrote last and when', async () => {
  const first = await scope.document<Made>('create_document', { title: 'First' });
  const second = await scope.document<Made>('create_document', { title: 'Second' });
  const created = scope.now * 1e6;
  for (const [type, status] of [['task', 'open'], ['task', 'done'], ['note', 'open'], ['__proto__', '']]) {
    await scope.document('create_chunk', { document_id: first.document_id, title: 'c', type, status });
  }
  scope.now += 1000;
  scope.author = { actor: 'denn', agent: 'drafter', transport: 'agent' };
  await scope.document('update_chunk', { id: first.root_chunk_id, revision: 1, title: 'First of all' });
  const documents = [
    {
      ...first,
      title: 'First of all',
      chunk_count: 5,
      types: Object.fromEntries([['', 1], ['__proto__', 1], ['note', 1], ['task', 2]]),
      statuses: { '': 2, open: 2, done: 1 },
      created_at: created,
      updated_at: scope.now * 1e6,
      last_actor: 'denn',
      last_agent: 'drafter',
    },
    { ...second, title: 'Second', chunk_count: 1, types: { '': 1 }, statuses: { '': 1 }, created_at: created, updated_at: created, last_actor: 'denn' },
  ].toSorted((a, b) => (a.document_id < b.document_id ? -1 : 1));
  expect(await scope.document('documents_summary')).toEqual({ documents });
  const page = await scope.document<{ documents: unknown[]; next_cursor: string }>('documents_summary', { limit: 1 });
  expect(page.documents).toEqual(documents.slice(0, 1));
  expect(await scope.document('documents_summary', { cursor: page.next_cursor })).toEqual({ documents: documents.slice(1) });
});

test('the summary of a document that came back says so', async () => {
  const { document_id } = await scope.document<Made>('create_document', { title: 'First' });
  await scope.document('delete_document', { id: document_id });
  expect(await scope.document('documents_summary')).toEqual({ documents: [] });
  scope.author = { actor: 'kim', agent: null, transport: 'mcp' };
  await scope.document('undelete', { document_id });
  expect(await scope.document('documents_summary')).toMatchObject({ documents: [{ document_id, last_actor: 'kim', chunk_count: 1 }] });
});
