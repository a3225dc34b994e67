import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Refusal } from '../../src/errors.js';
import type { Scope } from '../../src/scope/scope.js';
import { SqlAudit } from '../../src/sql/audit.js';
import { dropRunSql, sqlMemoryFile } from '../../src/sql/memory/files.js';
import { SqlMemory } from '../../src/sql/memory/sql-memory.js';
import type { SqlMemoryRequest } from '../../src/sql/memory/work.js';
import { SqlSandbox } from '../../src/sql/sandbox.js';
import { ROOT } from '../support/server.js';

// Calls that are made without waiting for the answers of those before.

let dataDir: string;
let sandbox: SqlSandbox;
let memory: SqlMemory;
beforeAll(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'loomcycle-sql-'));
  const limits = { maxRows: 100, maxBytes: 10_000 };
  sandbox = new SqlSandbox({ childFile: path.join(ROOT, 'dist/workers/sql-child.js'), processes: 1, deadlineMs: 5000, maxMemory: 1e9, ...limits });
  memory = new SqlMemory(sandbox, new SqlAudit(dataDir, 'off'), {
    dataDir,
    limits: { ...limits, quotaBytes: 1e6, synchronous: 'OFF' },
    deadlineMs: 5000,
    busyMs: 100,
    transactions: 4,
    lifetimeMs: 60_000,
  });
});
afterAll(() => {
  sandbox.stop();
  rmSync(dataDir, { recursive: true });
});

function callerOf(scope: Scope, caller: string) {
  return (op: SqlMemoryRequest['op'], statement?: string): Promise<unknown> =>
    memory.run({ scope, caller, author: { actor: caller, agent: null, transport: 'http' }, request: { op, statement } });
}

const user: Scope = { tenant: 'default', kind: 'user', id: 'denn' };

test('they happen in order: inside the transaction up to its end, outside after it', async () => {
  const call = callerOf(user, 'a');
  await call('exec', 'CREATE TABLE t (x)');
  await Promise.all([
    call('begin'),
    call('exec', 'INSERT INTO t VALUES (1)'),
    call('begin'),
    call('exec', 'INSERT INTO t VALUES (2)'),
    call('rollback'),
    call('rollback'),
    call('exec', 'INSERT INTO t VALUES (3)'),
  ]);
  expect(await call('query', 'SELECT x FROM t')).toMatchObject({ rows: [[3]] });
});

test('none of them is run outside of a transaction that did not begin', async () => {
  const holder = callerOf(user, 'holder');
  const call = callerOf(user, 'b');
  await holder('begin');
  const results = await Promise.allSettled([call('begin'), call('exec', 'INSERT INTO t VALUES (4)'), call('commit')]);
  expect(results.map((result) => result.status === 'rejected' && (result.reason as Refusal).reason)).toEqual([
    'busy',
    'transaction_ended',
    'transaction_ended',
  ]);
  await holder('commit');
  expect(await call('query', 'SELECT x FROM t')).toMatchObject({ rows: [[3]] });
});

test('the SQL memory of a run is a file of its own, and gone when it is dropped', async () => {
  const run: Scope = { tenant: 'default', kind: 'run', id: 'r_1' };
  const call = callerOf(run, 'a');
  await call('exec', 'CREATE TABLE t (x)');
  const file = sqlMemoryFile(dataDir, run);
  expect([file, existsSync(file)]).toEqual([path.join(dataDir, 'sqlmem/default/run/r_1.sql.db'), true]);
  await dropRunSql(dataDir, 'default', 'r_1');
  await dropRunSql(dataDir, 'default', 'r_1');
  expect(['', '-wal', '-shm'].map((suffix) => existsSync(file + suffix))).toEqual([false, false, false]);
  expect(await call('schema')).toMatchObject({ tables: [] });
});
