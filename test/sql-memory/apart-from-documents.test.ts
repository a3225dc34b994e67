import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestServer, type RefusalBody } from '../support/server.js';
import { callTool, memoryOf } from '../support/tools.js';

// The SQL of a memory and the documents of the same scope are in two files: neither reaches the other.

let server: TestServer;
let memory: ReturnType<typeof memoryOf>;
let documentId: string;
beforeAll(async () => {
  server = await TestServer.start({ config: { sql: { quota: 128 * 1024 } } });
  memory = memoryOf(server);
  ({ document_id: documentId } = await server.document<{ document_id: string }>('create_document', { title: 'Plan' }));
});
afterAll(() => server.stop());

const asked = (sql: string, input: Record<string, unknown> = {}): Promise<{ status: number; body: Record<string, unknown> }> =>
  server.call('query_chunks', { sql, ...input });

test('D14: query_chunks by SQL sees documents alone, takes args, and is in the audit', async () => {
  await memory.ok('set', { key: 'secret', value: 'm3m0ry' });
  await memory.ok('sql_exec', { statement: 'CREATE TABLE mine (x)' });
  for (const table of ['mine', 'loom_memory', 'loom_memory_words', 'loom_memory_audit', 'loom_channel_log', "'loom_memory'"]) {
    const { status, body } = await asked(`SELECT * FROM ${table}`);
    expect([status, body.reason]).toEqual([422, 'sql_refused']);
  }
  expect((await asked('SELECT id FROM documents WHERE title = ?', { args: ['Plan'] })).body.rows).toEqual([[documentId]]);
  const lines = readFileSync(path.join(server.dataDir, 'audit', 'sql.jsonl'), 'utf8').trim().split('\n');
  expect(JSON.parse(lines.at(-1)!)).toMatchObject({ sql_op: 'query_chunks', sql_statement: 'SELECT id FROM documents WHERE title = ?', sql_rows: 1 });
});

test('D15: SQL memory has no chunk tables to touch, and may have tables of the same names', async () => {
  for (const statement of ['UPDATE chunks SET title = 1', 'DROP TABLE documents', 'DELETE FROM main.chunk_edges']) {
    expect((await memory.refused('sql_exec', { statement })).error).toMatch(/no such table/);
  }
  await memory.ok('sql_exec', { statement: 'CREATE TABLE documents (wrong)' });
  await memory.ok('sql_exec', { statement: 'CREATE TABLE chunks (wrong)' });
  await memory.ok('sql_exec', { statement: 'DROP TABLE chunks' });
  expect(await server.document('get_document', { id: documentId })).toMatchObject({ title: 'Plan', chunk_count: 1 });
  expect((await asked('SELECT title FROM documents')).body.rows).toEqual([['Plan']]);
});

test('D16: a scope whose SQL memory is full reads, exports, writes and deletes documents', async () => {
  await memory.ok('sql_exec', { statement: 'CREATE TABLE full (x)' });
  for (;;) {
    const { status, body } = await callTool<RefusalBody>(server, 'memory', { op: 'sql_exec', statement: 'INSERT INTO full VALUES (randomblob(4000))' });
    if (status === 200) continue;
    expect(body.reason).toBe('sql_quota');
    break;
  }
  await server.document('create_chunk', { document_id: documentId, title: 'c', body: 'b'.repeat(200_000) });
  expect(await server.document('export_md', { document_id: documentId })).toMatchObject({ title: 'Plan' });
  expect(await server.document('delete_document', { id: documentId })).toMatchObject({ deleted: true, n_chunks_deleted: 2 });
});
