import Database from 'better-sqlite3';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { TestServer, type RefusalBody } from '../support/server.js';
import { Subscriber } from '../support/socket.js';

// A document as a whole: found, renamed, changed, deleted.

let server: TestServer;
let document_id: string;
let root: string;

beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());
beforeEach(async () => {
  const made = await server.document<{ document_id: string; root_chunk_id: string }>('create_document', { title: 'Plan' });
  [document_id, root] = [made.document_id, made.root_chunk_id];
});

interface Document {
  document_id: string;
  title: string;
  updated_at: number;
  chunk_count: number;
}
const get = (): Promise<Document> => server.document<Document>('get_document', { id: document_id });

test('D13: rename_document renames the document and its root, and tells', async () => {
  const reader = await Subscriber.open(server);
  await reader.subscribe('a', `documents/${document_id}/chunks`);
  await server.document('rename_document', { id: document_id, title: ' New \n name ' });
  expect(await get()).toMatchObject({ title: 'New name' });
  expect(await server.document('get_chunk', { id: root })).toMatchObject({ title: 'New name', revision: 2 });
  const { payload } = await reader.until(() => reader.events[0]);
  expect(payload).toMatchObject({ op: 'rename_document', document_id, chunk_id: root, revision: 2 });
  await reader.close();
  expect((await server.call<RefusalBody>('rename_document', { id: 'f'.repeat(32), title: 'x' })).body.reason).toBe('not_found');
});

test('D13: list_documents lists what there is', async () => {
  const { documents } = await server.document<{ documents: Document[] }>('list_documents');
  expect(documents).toContainEqual(await get());
});

test('D13: updated_at of the document moves with every change in it', async () => {
  let last = (await get()).updated_at;
  const change = async (op: string, input: Record<string, unknown>): Promise<{ id: string }> => {
    // Times are in whole milliseconds.
    while (Date.now() * 1e6 <= last);
    const result = await server.document<{ id: string }>(op, input);
    const { updated_at } = await get();
    expect([op, updated_at > last]).toEqual([op, true]);
    last = updated_at;
    return result;
  };
  const { id } = await change('create_chunk', { document_id, title: 'a' });
  await change('create_chunk', { document_id, title: 'b' });
  await change('update_chunk', { id, revision: 1, body: 'text' });
  await change('move_chunk', { id });
  await change('reorder_chunk', { id, position: 0 });
  await change('link_chunks', { from_id: id, to_id: root, kind: 'see' });
  await change('unlink_chunks', { from_id: id, to_id: root, kind: 'see' });
  await change('rename_document', { id: document_id, title: 'New' });
  await change('import_md', { document_id, markdown: '# More' });
  await change('delete_chunk', { id });
});

test('D17: delete_document refuses an id that no document has', async () => {
  const { status, body } = await server.call<RefusalBody>('delete_document', { id: 'f'.repeat(32) });
  expect([status, body.reason]).toEqual([422, 'not_found']);
});

test('D17: delete_document takes chunks, edges and types with it, and tells', async () => {
  const other = await server.document<{ root_chunk_id: string }>('create_document', { title: 'Other' });
  await server.document('import_md', { document_id, markdown: '# a\n\n## b\n\n## c\n' });
  await server.document('define_type', { name: 'task', document_id });
  await server.document('link_chunks', { from_id: root, to_id: other.root_chunk_id, kind: 'see' });
  await server.document('link_chunks', { from_id: other.root_chunk_id, to_id: root, kind: 'see' });
  const reader = await Subscriber.open(server);
  await reader.subscribe('a', `documents/${document_id}/chunks`);

  expect(await server.document('delete_document', { id: document_id })).toEqual({ deleted: true, document_id, n_chunks_deleted: 4 });
  const { payload } = await reader.until(() => reader.events[0]);
  expect(payload).toMatchObject({ op: 'delete_document', document_id, chunk_id: root });
  await reader.close();

  const db = new Database(path.join(server.dataDir, 'sqlmem/default/user/denn.db'), { readonly: true });
  const count = (table: string, where: string): unknown => db.prepare(`SELECT count(*) FROM ${table} WHERE ${where}`).pluck().get(document_id);
  expect(count('documents', 'id = ?')).toBe(0);
  expect(count('chunks', 'document_id = ?')).toBe(0);
  expect(count('chunk_types', 'document_id = ?')).toBe(0);
  expect(db.prepare('SELECT count(*) FROM chunk_edges WHERE ? IN (from_id, to_id)').pluck().get(root)).toBe(0);
  db.close();
});
