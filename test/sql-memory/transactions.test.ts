import { afterAll, beforeAll, expect, test } from 'vitest';
import { McpClient } from '../support/mcp.js';
import { TestServer } from '../support/server.js';
import { memoryOf } from '../support/tools.js';

let server: TestServer;
let mcp: McpClient;
let memory: ReturnType<typeof memoryOf>;
beforeAll(async () => {
  server = await TestServer.start({ config: { sql: { transaction: '1m', transactions: 2, busy: '3s', deadline: '3s' } } });
  mcp = await McpClient.connect(server);
  memory = memoryOf(server);
});
afterAll(async () => {
  await mcp.close();
  await server.stop();
});

/** Each test has a memory of its own, with a table t. */
async function table(agent: string): Promise<Record<string, unknown>> {
  const where = { scope: 'agent', agent };
  await memory.ok('sql_exec', { ...where, statement: 'CREATE TABLE t (x UNIQUE)' });
  return where;
}

const values = async (where: Record<string, unknown>): Promise<unknown[]> =>
  (await memory.ok<{ rows: unknown[][] }>('sql_query', { ...where, statement: 'SELECT x FROM t ORDER BY x' })).rows.flat();

/** Another caller on the same memory: the same principal by another transport. */
async function other(op: string, input: Record<string, unknown>): Promise<{ reason?: string; rows?: unknown[][] }> {
  return (await mcp.call('memory', { op, ...input })).structuredContent;
}

const insert = (x: unknown): { statement: string; args: unknown[] } => ({ statement: 'INSERT INTO t VALUES (?)', args: [x] });

test('commit keeps, rollback undoes, at every depth', async () => {
  const where = await table('depths');
  expect(await memory.ok('sql_begin', where)).toEqual({ ok: true, depth: 1 });
  await memory.ok('sql_exec', { ...where, ...insert(1) });
  expect(await memory.ok('sql_begin', where)).toEqual({ ok: true, depth: 2 });
  await memory.ok('sql_exec', { ...where, ...insert(2) });
  expect(await memory.ok('sql_rollback', where)).toEqual({ ok: true, depth: 1 });
  expect(await memory.ok('sql_begin', where)).toEqual({ ok: true, depth: 2 });
  await memory.ok('sql_exec', { ...where, ...insert(3) });
  expect(await memory.ok('sql_commit', where)).toEqual({ ok: true, depth: 1 });
  expect(await values(where)).toEqual([1, 3]);
  expect((await other('sql_query', { ...where, statement: 'SELECT * FROM t' })).rows).toEqual([]);
  expect(await memory.ok('sql_commit', where)).toEqual({ ok: true, depth: 0 });
  expect((await other('sql_query', { ...where, statement: 'SELECT * FROM t' })).rows).toEqual([[1], [3]]);
  await memory.ok('sql_begin', where);
  await memory.ok('sql_exec', { ...where, statement: 'DROP TABLE t' });
  await memory.ok('sql_rollback', where);
  expect(await values(where)).toEqual([1, 3]);
});

test('sixteen in each other are the most, and none to end is refused', async () => {
  const where = await table('deep');
  expect((await memory.refused('sql_commit', where)).reason).toBe('sql_transaction');
  for (let depth = 1; depth <= 16; depth += 1) expect(await memory.ok('sql_begin', where)).toEqual({ ok: true, depth });
  expect((await memory.refused('sql_begin', where)).reason).toBe('sql_transaction');
  for (let depth = 15; depth >= 0; depth -= 1) expect(await memory.ok('sql_rollback', where)).toEqual({ ok: true, depth });
  expect((await memory.refused('sql_rollback', where)).reason).toBe('sql_transaction');
});

test('S6: while a transaction is open others read, and documents are written; a write of another is refused as busy', async () => {
  const where = { scope: 'user' };
  await memory.ok('sql_exec', { ...where, statement: 'CREATE TABLE t (x UNIQUE)' });
  await memory.ok('sql_begin', where);
  await memory.ok('sql_exec', { ...where, ...insert('mine') });
  expect((await other('sql_query', { ...where, statement: 'SELECT count(*) FROM t' })).rows).toEqual([[0]]);
  await server.document('create_document', { title: 'Meanwhile' });
  await memory.ok('set', { key: 'meanwhile', value: 1 });
  expect((await other('sql_exec', { ...where, ...insert('theirs') })).reason).toBe('busy');
  // One that comes soon enough waits its turn.
  const waiting = other('sql_exec', { ...where, ...insert('theirs') });
  await memory.ok('sql_commit', where);
  expect((await waiting).reason).toBeUndefined();
  expect(await values(where)).toEqual(['mine', 'theirs']);
});

test('a statement that fails leaves its transaction, one that is ended takes it along', async () => {
  const where = await table('failing');
  await memory.ok('sql_begin', where);
  await memory.ok('sql_exec', { ...where, ...insert(1) });
  expect((await memory.refused('sql_exec', { ...where, ...insert(1) })).data).toBeUndefined();
  expect(await values(where)).toEqual([1]);
  const endless = 'INSERT INTO t WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c';
  const ended = await memory.refused('sql_exec', { ...where, statement: endless });
  expect([ended.reason, ended.data.transaction]).toEqual(['sql_timeout', 'rolled_back']);
  expect(await values(where)).toEqual([]);
  await memory.ok('sql_begin', where);
  await memory.ok('sql_exec', { ...where, ...insert(2) });
  const gaveUp = await memory.refused('sql_exec', { ...where, statement: 'INSERT OR ROLLBACK INTO t VALUES (2)' });
  expect(gaveUp.data).toEqual({ transaction: 'rolled_back' });
  expect((await memory.refused('sql_commit', where)).reason).toBe('sql_transaction');
  expect(await values(where)).toEqual([]);
});

test('more open transactions than allowed are refused as busy', async () => {
  const wheres = await Promise.all(['many1', 'many2', 'many3'].map((agent) => table(agent)));
  await memory.ok('sql_begin', wheres[0]);
  await memory.ok('sql_begin', wheres[1]);
  const refused = await memory.refused('sql_begin', wheres[2]);
  expect([refused.status, refused.reason]).toEqual([503, 'busy']);
  await memory.ok('sql_commit', wheres[0]);
  await memory.ok('sql_begin', wheres[2]);
});
