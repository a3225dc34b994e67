import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestServer } from '../support/server.js';
import { memoryOf } from '../support/tools.js';

let server: TestServer;
let memory: ReturnType<typeof memoryOf>;
beforeAll(async () => {
  server = await TestServer.start();
  memory = memoryOf(server);
  await memory.ok('sql_exec', { statement: 'CREATE TABLE notes (id INTEGER PRIMARY KEY, x)' });
  await memory.ok('sql_exec', { statement: "INSERT INTO notes VALUES (1, 'kept')", idempotency_key: 'k' });
});
afterAll(() => server.stop());

/** None of them may do or show anything. */
const HOSTILE_EXEC = [
  "ATTACH DATABASE 'stolen.db' AS s",
  "ATTACH 'file:stolen.db?mode=rwc' AS s",
  'DETACH DATABASE main',
  'VACUUM',
  "VACUUM INTO 'stolen.db'",
  'PRAGMA writable_schema = 1',
  'PRAGMA max_page_count = 1000000',
  'PRAGMA journal_mode = DELETE',
  "PRAGMA temp_store_directory = '/tmp'",
  'BEGIN',
  'COMMIT',
  'ROLLBACK',
  'SAVEPOINT s',
  'RELEASE loom_exec',
  'ANALYZE',
  'REINDEX',
  'INSERT INTO notes SELECT 2, load_extension(\'x\')',
  'INSERT INTO notes (x) SELECT file FROM pragma_database_list',
  'INSERT INTO notes (x) SELECT file FROM "pragma_database_list"',
  "INSERT INTO notes (x) SELECT file FROM 'pragma_database_list'",
  'CREATE VIEW v AS SELECT * FROM pragma_database_list',
  'CREATE TABLE t AS SELECT * FROM pragma_database_list',
  'CREATE TABLE t AS SELECT * FROM dbstat',
  'CREATE VIRTUAL TABLE t USING dbstat',
  'CREATE VIRTUAL TABLE t USING csv(filename=/etc/passwd)',
  'CREATE VIRTUAL TABLE t USING "fts3tokenize"(simple)',
  'CREATE TEMP TABLE t (x)',
  'CREATE TEMPORARY VIEW v AS SELECT 1',
  'CREATE TEMP TRIGGER g AFTER INSERT ON notes BEGIN SELECT 1; END',
  'CREATE TABLE temp.t (x)',
  'CREATE TABLE "temp".t (x)',
  'CREATE TABLE loom_mine (x)',
  "CREATE TABLE 'loom_mine' (x)",
  'DROP TABLE loom_idempotency',
  "DROP TABLE 'loom_idempotency'",
  'DROP TABLE [loom_idempotency]',
  "ALTER TABLE 'loom_idempotency' RENAME TO mine",
  'DELETE FROM loom_idempotency',
  "DELETE FROM 'loom_idempotency'",
  "UPDATE 'loom_idempotency' SET answer = 'x'",
  "INSERT INTO notes (x) SELECT answer FROM 'loom_idempotency'",
  "CREATE TABLE t AS SELECT * FROM 'loom_idempotency'",
  "CREATE TRIGGER g AFTER INSERT ON notes BEGIN DELETE FROM 'loom_idempotency'; END",
  "INSERT INTO sqlite_master VALUES ('table', 't', 't', 2, 'x')",
  "UPDATE sqlite_schema SET sql = 'x'",
  'DELETE FROM sqlite_master',
  'DELETE FROM notes; DELETE FROM notes',
  'CREATE TRIGGER g AFTER INSERT ON notes BEGIN SELECT 1; END; DROP TABLE notes',
  'WITH t AS (SELECT 1) SELECT * FROM t',
  'SELECT 1',
  "EXPLAIN DELETE FROM notes",
  '"delete" FROM notes',
  '',
  '-- nothing',
];

const HOSTILE_QUERY = [
  'DELETE FROM notes',
  'WITH t AS (SELECT 1) DELETE FROM notes',
  'PRAGMA database_list',
  'SELECT * FROM pragma_database_list',
  'SELECT * FROM `pragma_database_list`',
  "SELECT * FROM 'pragma_database_list'",
  "SELECT * FROM ('pragma_table_info'('notes'))",
  `SELECT "a'b", * FROM pragma_database_list`,
  `SELECT 1 AS "a'b", load_extension('x')`,
  "SELECT * FROM 'loom_idempotency'",
  'SELECT * FROM main.loom_idempotency',
  '(SELECT * FROM loom_idempotency)',
  "SELECT (SELECT group_concat(answer) FROM 'loom_idempotency')",
  'SELECT * FROM dbstat',
  "VACUUM INTO 'stolen.db'",
  "SELECT 1; ATTACH 'stolen.db' AS s",
  "SELECT readfile('/etc/passwd')",
  "SELECT writefile('stolen.db', 'x')",
  "SELECT fts3_tokenizer('simple')",
];

describe.each([
  ['sql_exec', HOSTILE_EXEC],
  ['sql_query', HOSTILE_QUERY],
])('%s', (op, statements) => {
  test.each(statements)('refuses %s', async (statement) => {
    const refusal = await memory.refused(op, { statement });
    expect(refusal.status).toBe(422);
    expect(['sql_refused', 'invalid_input']).toContain(refusal.reason);
    expect(JSON.stringify(refusal)).not.toContain(server.dataDir);
  });
});

test('nothing of that changed anything, nor made a file', async () => {
  expect(await memory.ok('sql_query', { statement: 'SELECT * FROM notes' })).toMatchObject({ rows: [[1, 'kept']] });
  const { tables } = await memory.ok<{ tables: { name: string }[] }>('sql_schema');
  expect(tables.map((table) => table.name)).toEqual(['notes']);
  const files = readdirSync(path.join(server.dataDir, 'sqlmem', 'default', 'user')).filter((name) => !/-(wal|shm)$/.test(name));
  expect(files).toEqual(['denn.sql.db']);
  // The server was started in the folder of its data directory.
  expect(readdirSync(path.dirname(server.dataDir)).sort()).toEqual(['config.yaml', 'data']);
  // The repeat still knows its answer.
  await memory.ok('sql_exec', { statement: "INSERT INTO notes VALUES (1, 'kept')", idempotency_key: 'k' });
});

test('what only looks hostile is fine', async () => {
  const fine: [string, Record<string, unknown>][] = [
    ['CREATE TABLE log (what)', {}],
    ["INSERT INTO log VALUES ('drop table loom_idempotency'), ('pragma table_info')", {}],
    ['CREATE TRIGGER counted AFTER INSERT ON notes BEGIN INSERT INTO log VALUES (new.x); UPDATE log SET what = upper(what) WHERE what = new.x; END', {}],
    ["INSERT INTO notes (x) VALUES (?)", { args: ['attach'] }],
    ['WITH gone(id) AS (SELECT 2) DELETE FROM notes WHERE id IN (SELECT id FROM gone)', {}],
    ['CREATE VIRTUAL TABLE words USING fts5(body)', {}],
    ["INSERT INTO words VALUES ('vacuum cleaner')", {}],
    ['REPLACE INTO notes VALUES (1, \'kept\')', {}],
    ['ALTER TABLE log ADD COLUMN "update" TEXT', {}],
  ];
  for (const [statement, input] of fine) await memory.ok('sql_exec', { statement, ...input });
  // The tables inside a virtual one are not to be written by hand: a wrong byte there is a fault of SQLite.
  for (const statement of ["UPDATE words_data SET block = x'00'", 'DROP TABLE words_idx']) {
    expect((await memory.refused('sql_exec', { statement })).reason).toBe('sql_refused');
  }
  const { rows } = await memory.ok<{ rows: unknown[][] }>('sql_query', { statement: 'SELECT what FROM log ORDER BY rowid' });
  expect(rows.flat()).toEqual(['drop table loom_idempotency', 'pragma table_info', 'ATTACH', 'KEPT']);
});

test('every statement is in the audit, refused or not', () => {
  const lines = readFileSync(path.join(server.dataDir, 'audit', 'sql.jsonl'), 'utf8').trim().split('\n');
  const statements = lines.map((line) => (JSON.parse(line) as { sql_statement?: string }).sql_statement);
  for (const statement of [...HOSTILE_EXEC, ...HOSTILE_QUERY].filter((each) => each !== '')) expect(statements).toContain(statement);
});
