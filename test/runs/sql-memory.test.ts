import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { agentsConfig, ended, eventsOf, startRun } from '../support/runs.js';
import { TestServer } from '../support/server.js';

const sql = (input: Record<string, unknown>): Record<string, unknown> => ({ tool_calls: [{ name: 'Memory', input }] });

test('a run has a database of its own, where its agent may, which goes with it', async () => {
  const turns = [
    sql({ op: 'sql_exec', scope: 'run', statement: 'CREATE TABLE seen (n INTEGER)' }),
    sql({ op: 'sql_exec', scope: 'run', statement: 'INSERT INTO seen VALUES (7)' }),
    sql({ op: 'sql_query', scope: 'run', statement: 'SELECT n FROM seen' }),
    sql({ op: 'sql_query', scope: 'user', statement: 'SELECT 1' }),
    { text: 'done' },
  ];
  const server = await TestServer.start({ config: agentsConfig({ counter: { allowed_tools: ['Memory'], sql_scopes: ['run'], turns } }) });
  try {
    const stream = await startRun(server, { agent: 'counter', prompt: 'Count' });
    expect(await ended(stream)).toMatchObject({ status: 'completed' });
    const results = eventsOf<{ text: string; is_error: boolean }>(stream, 'tool_result');
    expect(results.map((each) => each.is_error)).toEqual([false, false, false, true]);
    expect(JSON.parse(results[2]!.text)).toMatchObject({ rows: [[7]] });
    expect(results[3]!.text).toContain('sql_scopes has run');
    const folder = path.join(server.dataDir, 'sqlmem/default/run');
    await expect.poll(() => (existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.sql.db')) : [])).toEqual([]);
  } finally {
    await server.stop();
  }
});
