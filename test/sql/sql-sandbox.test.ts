import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestServer, type RefusalBody } from '../support/server.js';

let server: TestServer;
let chunkId: string;

beforeAll(async () => {
  server = await TestServer.start({ config: { sql: { deadline: '3s', max_rows: 50, max_bytes: 20_000 } } });
  const { document_id } = await server.document<{ document_id: string }>('create_document', { title: 'Plan' });
  const chunk = await server.document<{ id: string }>('create_chunk', { document_id, title: 'update me', body: 'select; drop', fields: { n: 1 } });
  chunkId = chunk.id;
});
afterAll(() => server.stop());

interface Rows {
  columns: string[];
  rows: unknown[][];
  truncated: boolean;
}

test.each([
  ["SELECT title FROM chunks WHERE fields->>'n' = 1", [['update me']]],
  ["SELECT count(*) FROM chunks WHERE title LIKE '%update%' OR body = 'delete; drop table'", [[1]]],
  ['WITH t(x) AS (VALUES (1), (2)) SELECT sum(x) FROM t', [[3]]],
  ['VALUES (1, NULL)', [[1, null]]],
  ['SELECT 1; -- a comment; and a semicolon', [[1]]],
  ['SELECT value FROM json_each(\'["a","b"]\')', [['a'], ['b']]],
  ['SELECT 9007199254740993, x\'00ff\'', [['9007199254740993', 'AP8=']]],
  ['SELECT d.title FROM documents d JOIN chunks c ON c.document_id = d.id WHERE c.parent_id IS NULL', [['Plan']]],
  ['SELECT count(*) FROM chunk_edges', [[0]]],
  ['SELECT count(*) FROM chunk_types', [[0]]],
  // A string that happens to be a hidden name is a string.
  ["SELECT fields->>'sqlite_version', 'loom_audit' FROM chunks WHERE title = 'update me' OR status IN ('rtree')", [[null, 'loom_audit']]],
])('answers %s', async (sql, rows) => {
  expect((await server.document<Rows>('query_chunks', { sql })).rows).toEqual(rows);
});

test('binds args in order', async () => {
  const { rows } = await server.document<Rows>('query_chunks', { sql: 'SELECT ?, title FROM chunks WHERE id = ?', args: ['a', chunkId] });
  expect(rows).toEqual([['a', 'update me']]);
});

test('EXPLAIN works', async () => {
  expect((await server.document<Rows>('query_chunks', { sql: 'EXPLAIN QUERY PLAN SELECT * FROM chunks' })).rows.length).toBeGreaterThan(0);
});

test.each([
  "UPDATE chunks SET title = 'x'",
  'DELETE FROM chunks',
  "INSERT INTO chunks (id) VALUES ('x')",
  'DROP TABLE chunks',
  'CREATE TABLE t (x)',
  "WITH t AS (SELECT 1) DELETE FROM chunks",
  "ATTACH '/etc/passwd' AS p",
  'PRAGMA user_version = 7',
  'PRAGMA database_list',
  'SELECT * FROM pragma_database_list',
  'SELECT * FROM "pragma_database_list"',
  'SELECT * FROM [pragma_database_list]',
  'SELECT * FROM `pragma_database_list`',
  "SELECT * FROM 'pragma_database_list'",
  "SELECT * FROM chunks, 'pragma_database_list'",
  "SELECT * FROM ('pragma_database_list')",
  "SELECT * FROM main.'pragma_database_list'",
  "SELECT * FROM chunks JOIN 'dbstat'",
  "SELECT * FROM pragma_table_info('chunks')",
  'SELECT * FROM /* hidden */ PRAGMA_database_list',
  'SELECT * FROM loom_audit',
  'SELECT * FROM "loom_audit"',
  "SELECT * FROM 'loom_channel_log'",
  'SELECT * FROM main.loom_revisions',
  'SELECT (SELECT group_concat(payload) FROM loom_channel_log)',
  'SELECT 1 FROM chunks WHERE EXISTS (SELECT 1 FROM Loom_Consumers)',
  'SELECT * FROM sqlite_master',
  'SELECT * FROM sqlite_schema',
  'SELECT * FROM main.sqlite_master',
  'SELECT * FROM dbstat',
  "SELECT load_extension('x')",
  'VACUUM',
  "VACUUM INTO '/tmp/stolen.db'",
  'BEGIN',
  'SELECT 1; SELECT 2',
  "SELECT 1; DELETE FROM chunks",
  'SELECT * FROM nowhere',
  'SELECT',
  '',
  '-- nothing',
  "SELECT '",
])('refuses %s', async (sql) => {
  const { status, body } = await server.call<RefusalBody>('query_chunks', { sql });
  expect([status, body.code]).toEqual([422, 'tool_refused']);
  expect(['sql_refused', 'invalid_input']).toContain(body.reason);
  expect(JSON.stringify(body)).not.toContain(server.dataDir);
});

test('nothing of that changed anything', async () => {
  expect(await server.document('get_chunk', { id: chunkId })).toMatchObject({ title: 'update me', revision: 1 });
});

test('a result is cut at the row cap and at the byte cap, and says so', async () => {
  const counted = 'WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 1000) SELECT x FROM c';
  const rows = await server.document<Rows>('query_chunks', { sql: counted });
  expect([rows.rows.length, rows.truncated]).toEqual([50, true]);
  const bytes = await server.document<Rows>('query_chunks', { sql: `${counted.replace('SELECT x FROM c', "SELECT printf('%.1000c', 'x') FROM c")}` });
  expect(bytes.truncated).toBe(true);
  expect(JSON.stringify(bytes.rows).length).toBeLessThan(20_000);
});

test('an endless statement is ended at its deadline, while writes and other queries go on', async () => {
  const endless = 'WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c';
  let ended = false;
  const refused = server.call<RefusalBody>('query_chunks', { sql: endless }).finally(() => {
    ended = true;
  });
  let writes = 0;
  let { revision } = await server.document<{ revision: number }>('get_chunk', { id: chunkId });
  while (!ended) {
    ({ revision } = await server.document<{ revision: number }>('update_chunk', { id: chunkId, revision, body: `${writes}` }));
    writes += 1;
    expect((await server.document<Rows>('query_chunks', { sql: 'SELECT 1' })).rows).toEqual([[1]]);
  }
  const { status, body } = await refused;
  expect([status, body.reason]).toEqual([422, 'sql_timeout']);
  // Had it held them up, the first would have waited for its end.
  expect(writes).toBeGreaterThan(3);
});

test('a query sees every write that was acknowledged before it', async () => {
  const { revision } = await server.document<{ revision: number }>('get_chunk', { id: chunkId });
  await server.document('update_chunk', { id: chunkId, revision, title: 'seen' });
  expect((await server.document<Rows>('query_chunks', { sql: 'SELECT title FROM chunks WHERE parent_id IS NOT NULL' })).rows).toEqual([['seen']]);
});
