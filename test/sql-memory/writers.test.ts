import { afterAll, beforeAll, expect, test } from 'vitest';
import { McpClient } from '../support/mcp.js';
import { TestServer } from '../support/server.js';
import { callTool, memoryOf } from '../support/tools.js';

let server: TestServer;
let memory: ReturnType<typeof memoryOf>;
beforeAll(async () => {
  server = await TestServer.start({ config: { sql: { transaction: '2s', busy: '1m' } } });
  memory = memoryOf(server);
});
afterAll(() => server.stop());

test('S6: an abandoned transaction is rolled back, others write on, and its caller is told once', async () => {
  const mcp = await McpClient.connect(server);
  await memory.ok('sql_exec', { statement: 'CREATE TABLE t (x)' });
  await memory.ok('sql_begin');
  await memory.ok('sql_exec', { statement: "INSERT INTO t VALUES ('lost')" });
  // Waits for the end of the transaction.
  const other = await mcp.call('memory', { op: 'sql_exec', statement: "INSERT INTO t VALUES ('theirs')" });
  expect(other.isError).toBeFalsy();
  const told = await memory.refused('sql_exec', { statement: "INSERT INTO t VALUES ('unaware')" });
  expect([told.status, told.reason]).toEqual([422, 'transaction_ended']);
  expect(await memory.ok('sql_query', { statement: 'SELECT x FROM t' })).toMatchObject({ rows: [['theirs']] });
  await mcp.close();
});

test('many writers of one memory take turns', async () => {
  await memory.ok('sql_exec', { statement: 'CREATE TABLE n (v INTEGER)' });
  await memory.ok('sql_exec', { statement: 'INSERT INTO n VALUES (0)' });
  const answers = await Promise.all(
    Array.from({ length: 30 }, () => callTool(server, 'memory', { op: 'sql_exec', statement: 'UPDATE n SET v = v + 1' })),
  );
  expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 30 }, () => 200));
  expect(await memory.ok('sql_query', { statement: 'SELECT v FROM n' })).toMatchObject({ rows: [[30]] });
});

test('a repeat with the same idempotency key writes once, and returns the first answer', async () => {
  await memory.ok('sql_exec', { statement: 'CREATE TABLE once (id INTEGER PRIMARY KEY, x)' });
  const input = { statement: 'INSERT INTO once (x) VALUES (?) RETURNING id, x', args: ['a'], idempotency_key: 'k1' };
  const first = { rows_affected: 1, last_insert_id: 1, columns: ['id', 'x'], rows: [[1, 'a']], truncated: false };
  expect(await memory.ok('sql_exec', input)).toEqual(first);
  expect(await memory.ok('sql_exec', input)).toEqual(first);
  expect((await memory.refused('sql_exec', { ...input, args: ['b'] })).reason).toBe('idempotency_mismatch');
  // What was rolled back did not happen, and may happen with the same key.
  const again = { ...input, idempotency_key: 'k2' };
  await memory.ok('sql_begin');
  await memory.ok('sql_exec', again);
  await memory.ok('sql_rollback');
  expect(await memory.ok('sql_exec', again)).toMatchObject({ rows: [[2, 'a']] });
});
