import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sqlMemoryFile } from '../../src/sql/memory/files.js';
import { TestServer } from '../support/server.js';
import { memoryOf } from '../support/tools.js';

let server: TestServer;
let memory: ReturnType<typeof memoryOf>;
beforeAll(async () => {
  server = await TestServer.start({ config: { sql: { deadline: '300ms' } } });
  memory = memoryOf(server);
});
afterAll(() => server.stop());

test('a write that is killed at its deadline leaves a sound file, without a trace of it, and the next one works', async () => {
  await memory.ok('sql_exec', { statement: 'CREATE TABLE t (id INTEGER PRIMARY KEY, x)' });
  await memory.ok('sql_exec', { statement: 'CREATE INDEX t_x ON t (x)' });
  await memory.ok('sql_exec', { statement: "INSERT INTO t (x) VALUES ('kept')" });
  const endless = 'INSERT INTO t (x) WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT randomblob(20) FROM c';
  for (let round = 0; round < 3; round += 1) {
    const refusal = await memory.refused('sql_exec', { statement: endless });
    expect(refusal.reason).toBe('sql_timeout');
    expect(refusal.data).toEqual({ deadline_ms: 300, effect: 'unknown' });
    expect(await memory.ok('sql_query', { statement: 'SELECT x FROM t' })).toMatchObject({ rows: [['kept']] });
  }
  await memory.ok('sql_exec', { statement: "UPDATE t SET x = 'changed'" });
  const db = new Database(sqlMemoryFile(server.dataDir, { tenant: 'default', kind: 'user', id: 'denn' }), { readonly: true });
  expect(db.pragma('integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  expect(db.prepare('SELECT x FROM t').pluck().all()).toEqual(['changed']);
  db.close();
});
