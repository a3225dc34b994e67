import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fileNameOf, scopeKey } from '../../src/scope/scope.js';
import { sqlMemoryFile } from '../../src/sql/memory/files.js';
import { TestServer, type RefusalBody } from '../support/server.js';
import { callTool, memoryOf } from '../support/tools.js';

const QUOTA = 256 * 1024;

let server: TestServer;
let memory: ReturnType<typeof memoryOf>;
beforeAll(async () => {
  server = await TestServer.start({ config: { sql: { quota: QUOTA, max_bytes: 20_000, max_rows: 50, deadline: '2s', busy: '1s' } } });
  memory = memoryOf(server);
});
afterAll(() => server.stop());

interface Rows {
  columns: string[];
  rows: unknown[][];
  truncated: boolean;
}

const exec = (statement: string, input: Record<string, unknown> = {}): Promise<Record<string, unknown>> => memory.ok('sql_exec', { statement, ...input });
const query = (statement: string, input: Record<string, unknown> = {}): Promise<Rows> => memory.ok<Rows>('sql_query', { statement, ...input });

test('S1: a full memory refuses growth, deletes, and has room and disk again', async () => {
  const where = { scope: 'agent', agent: 'full' };
  await exec('CREATE TABLE t (id INTEGER PRIMARY KEY, x)', where);
  await exec('CREATE INDEX t_x ON t (x)', where);
  const fill = async (): Promise<number> => {
    for (let n = 0; ; n += 1) {
      const { status, body } = await callTool<RefusalBody>(server, 'memory', { op: 'sql_exec', ...where, statement: 'INSERT INTO t (x) VALUES (randomblob(8000))' });
      if (status === 200) continue;
      expect([body.reason, body.data.limit]).toEqual(['sql_quota', QUOTA]);
      return n;
    }
  };
  const fitted = await fill();
  expect(fitted).toBeGreaterThan(10);
  const { bytes: full } = await memory.ok<{ bytes: number }>('sql_schema', where);
  expect(full).toBeLessThanOrEqual(QUOTA);
  // One statement that would overshoot is undone as a whole.
  const many = 'INSERT INTO t (x) WITH c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 1000) SELECT randomblob(8000) FROM c';
  expect((await memory.refused('sql_exec', { ...where, statement: many })).reason).toBe('sql_quota');
  expect((await query('SELECT count(*) FROM t', where)).rows).toEqual([[fitted]]);
  expect(await exec('DELETE FROM t WHERE id % 2', where)).toMatchObject({ rows_affected: Math.ceil(fitted / 2) });
  expect(await fill()).toBeGreaterThan(fitted / 4);
  expect(await exec('DELETE FROM t', where)).toMatchObject({ rows_affected: expect.any(Number) as number });
  await exec('DROP TABLE t', where);
  expect(await memory.ok('sql_schema', where)).toMatchObject({ tables: [] });
  await exec('CREATE TABLE again (x)', where);
  expect(await memory.ok<{ bytes: number }>('sql_schema', where)).toMatchObject({ bytes: expect.toSatisfy((bytes: number) => bytes <= full) as number });
});

test('S1: free pages go back to the disk', async () => {
  const where = { scope: 'agent', agent: 'shrinks' };
  await exec('CREATE TABLE t (x)', where);
  await exec('INSERT INTO t VALUES (zeroblob(200000))', where);
  const { bytes: full } = await memory.ok<{ bytes: number }>('sql_schema', where);
  await exec('DROP TABLE t', where);
  const { bytes } = await memory.ok<{ bytes: number }>('sql_schema', where);
  expect(full).toBeGreaterThan(200_000);
  expect(bytes).toBeLessThan(full / 2);
  // hostile.test.ts tries the rest of what would get around the quota: VACUUM, PRAGMA, temporary tables.
});

test('S2: no pragma function tells of the host', async () => {
  for (const name of ['pragma_database_list', '"pragma_database_list"', "'pragma_database_list'", 'PRAGMA_compile_options']) {
    expect((await memory.refused('sql_query', { statement: `SELECT * FROM ${name}` })).reason).toBe('sql_refused');
  }
});

test('S2: what reads does so on a connection that cannot write, also in a transaction', async () => {
  await exec('CREATE TABLE IF NOT EXISTS s2 (x)');
  await memory.ok('sql_begin');
  for (const statement of ['DELETE FROM s2', 'WITH a AS (SELECT 1) INSERT INTO s2 SELECT * FROM a']) {
    expect((await memory.refused('sql_query', { statement })).reason).toBe('sql_refused');
  }
  await memory.ok('sql_rollback');
});

test('S3: an apostrophe in a quoted name hides nothing that comes after it', async () => {
  for (const statement of [`SELECT 1 AS "a'b", load_extension('x')`, "SELECT 1 AS [a'b], * FROM pragma_database_list --'"]) {
    expect((await memory.refused('sql_query', { statement })).error).toContain('cannot be used here');
  }
  expect((await query(`SELECT 1 AS "a'b", 'load_extension(' AS c`)).rows).toEqual([[1, 'load_extension(']]);
});

test.each([
  ["WITH a AS (SELECT 'b') SELECT replace('abc', 'b', 'x')", [['axc']]],
  ["WITH a(x) AS (SELECT 'update') SELECT x FROM a WHERE x <> 'drop table t; delete'", [['update']]],
  ['VALUES (1), (2)', [[1], [2]]],
  ['(SELECT 1 AS one)', [[1]]],
  ['(VALUES (1)) UNION SELECT 2', [[1], [2]]],
  ['/* first */ SELECT 1; -- last', [[1]]],
])('S4: %s is answered', async (statement, rows) => {
  expect((await query(statement)).rows).toEqual(rows);
});

test('S4: EXPLAIN is answered', async () => {
  expect((await query('EXPLAIN QUERY PLAN SELECT 1')).rows.length).toBeGreaterThan(0);
});

test('S5: an answer ends at its rows and at its bytes, and what is left over is not read', async () => {
  const endless = 'WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c';
  const cut = await query(endless);
  expect([cut.rows.length, cut.truncated]).toEqual([50, true]);
  expect(await query('SELECT randomblob(1000000)')).toMatchObject({ rows: [], truncated: true });
  const wide = await query("SELECT printf('%.9000c', 'x') UNION ALL SELECT printf('%.9000c', 'y') UNION ALL SELECT printf('%.9000c', 'z')");
  expect([wide.rows.length, wide.truncated]).toEqual([2, true]);
});

test('S7: an id that looks like the file name of another has a file of its own', () => {
  const of = (id: string): string => sqlMemoryFile('data', { tenant: 'default', kind: 'agent', id });
  for (const id of ['a/b', 'a.b', 'a b', 'x'.repeat(300)]) {
    expect(of(fileNameOf(id))).not.toBe(of(id));
    expect(of(`${id}.sql`)).not.toBe(of(id));
  }
  // Nor can one scope's own file be the SQL memory of another.
  expect(of('a')).not.toBe(path.join('data', 'sqlmem', `${scopeKey({ tenant: 'default', kind: 'agent', id: 'a.sql' })}.db`));
});

test('S8: a tenant called run shares nothing with the runs of another', () => {
  const run = sqlMemoryFile('data', { tenant: 'default', kind: 'run', id: 'r1' });
  const tenants = (['user', 'agent', 'tenant', 'run'] as const).map((kind) => sqlMemoryFile('data', { tenant: 'run', kind, id: 'r1' }));
  expect(run).toBe(path.join('data', 'sqlmem', 'default', 'run', 'r1.sql.db'));
  for (const file of tenants) expect(path.dirname(path.dirname(file))).toBe(path.join('data', 'sqlmem', 'run'));
  expect(new Set([run, ...tenants]).size).toBe(5);
});

test('S9: timeout_ms ends a statement before the deadline', async () => {
  const endless = 'WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c';
  expect((await memory.refused('sql_query', { statement: endless, timeout_ms: 50 })).data).toEqual({ deadline_ms: 50 });
  expect((await memory.refused('sql_query', { statement: endless, timeout_ms: 900_000 })).data).toEqual({ deadline_ms: 2000 });
});

test('S9: args go by position and by name, with their kinds', async () => {
  const kinds = 'SELECT typeof(?), typeof(?), typeof(?), typeof(?), typeof(?)';
  expect((await query(kinds, { args: [1, 1.5, 'a', null, true] })).rows).toEqual([['integer', 'real', 'text', 'null', 'integer']]);
  expect((await query('SELECT :a, @b, $a', { args: { a: 1, ':b': 'x' } })).rows).toEqual([[1, 'x', 1]]);
  for (const args of [[], [1, 2], { b: 1 }]) {
    expect((await memory.refused('sql_query', { statement: 'SELECT :a', args })).reason).toBe('sql_refused');
  }
});

test('S9: sql_schema tells the tables, their columns and indexes', async () => {
  const where = { scope: 'agent', agent: 'schema' };
  await exec("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT '?', mail TEXT UNIQUE)", { ...where, idempotency_key: 'make' });
  await exec('CREATE INDEX by_name ON people (name, lower(mail))', where);
  await exec('CREATE VIEW names AS SELECT name FROM people', where);
  const column = { type: 'TEXT', not_null: false, primary_key: false, default: null };
  expect(await memory.ok('sql_schema', where)).toEqual({
    tables: [
      { name: 'names', kind: 'view', columns: [{ ...column, name: 'name' }], indexes: [] },
      {
        name: 'people',
        kind: 'table',
        columns: [
          { ...column, name: 'id', type: 'INTEGER', primary_key: true },
          { ...column, name: 'name', not_null: true, default: "'?'" },
          { ...column, name: 'mail' },
        ],
        indexes: [
          { name: 'by_name', unique: false, columns: ['name', null] },
          { name: 'sqlite_autoindex_people_1', unique: true, columns: ['mail'] },
        ],
      },
    ],
    bytes: expect.any(Number) as number,
    quota_bytes: QUOTA,
  });
});

test('S9: the audit is on, readable by its owner alone, with the fields of a statement', async () => {
  await exec('CREATE TABLE audited (x)');
  await exec('INSERT INTO audited VALUES (1), (2)');
  await memory.refused('sql_exec', { statement: 'INSERT INTO nowhere VALUES (1)' });
  const file = path.join(server.dataDir, 'audit', 'sql.jsonl');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const lines = readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  const common = { actor_tenant: 'default', actor_subject: 'denn', action: 'sql', transport: 'http', sql_op: 'sql_exec', sql_scope: 'user', sql_scope_id: 'denn' };
  expect(lines.at(-2)).toMatchObject({ ...common, sql_statement: 'INSERT INTO audited VALUES (1), (2)', sql_rows: 2, sql_error: null });
  expect(lines.at(-1)).toMatchObject({ ...common, sql_rows: null, sql_error: expect.stringContaining('nowhere') as string });
});
