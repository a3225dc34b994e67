import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestServer, type RefusalBody } from '../support/server.js';

// Statements that run for ever, eat memory or reach out, while writes go on. How long the writes take
// meanwhile is measured by `npm run bench`.

const STATEMENTS = JSON.parse(readFileSync(new URL('hostile-statements.json', import.meta.url), 'utf8')) as string[];

let server: TestServer;
let chunk: { id: string; revision: number };
beforeAll(async () => {
  server = await TestServer.start({ config: { sql: { deadline: '250ms', max_memory: 256 * 1024 * 1024 } } });
  const { document_id } = await server.document<{ document_id: string }>('create_document', { title: 'Plan' });
  const ops = Array.from({ length: 300 }, (_, n) => ({ op: 'create_chunk', document_id, title: `t${n}`, body: `text ${n} `.repeat(30) }));
  const { results } = await server.document<{ results: { id: string; revision: number }[] }>('batch', { ops });
  chunk = { id: results[0]!.id, revision: results[0]!.revision };
});
afterAll(() => server.stop());

test('there are at least sixty', () => {
  expect(new Set(STATEMENTS).size).toBeGreaterThanOrEqual(60);
});

test('each is answered or ended, none tells of the host, and every write between them is taken', async () => {
  let open = true;
  const writer = (async () => {
    let writes = 0;
    for (; open; writes += 1) {
      const { status, body } = await server.call<typeof chunk>('update_chunk', { ...chunk, body: `${writes}` });
      expect(status).toBe(200);
      chunk = { id: body.id, revision: body.revision };
    }
    return writes;
  })();
  const outcomes: Record<string, number> = {};
  const queue = [...STATEMENTS];
  const ask = async (): Promise<void> => {
    for (let sql = queue.shift(); sql !== undefined; sql = queue.shift()) {
      const { status, body } = await server.call<RefusalBody>('query_chunks', { sql });
      const text = JSON.stringify(body);
      expect([sql.slice(0, 200), status === 200 || body.code === 'tool_refused', text.slice(0, 300)]).toEqual([sql.slice(0, 200), true, text.slice(0, 300)]);
      expect(text).not.toContain(server.dataDir);
      expect(text).not.toContain('root:');
      const outcome = status === 200 ? 'answered' : body.reason;
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
  };
  await Promise.all([ask(), ask(), ask(), ask()]);
  open = false;
  expect(await writer).toBeGreaterThan(100);
  expect(Object.keys(outcomes)).toEqual(expect.arrayContaining(['answered', 'sql_refused', 'sql_timeout']));
  expect(existsSync('/tmp/loomcycle-hostile') || existsSync('/tmp/loomcycle-hostile.db')).toBe(false);
});

test('a statement that takes too much memory is ended before its deadline', async () => {
  const roomy = await TestServer.start({ config: { sql: { deadline: '50s', max_memory: 128 * 1024 * 1024 } } });
  const sql = 'WITH RECURSIVE c(x) AS (SELECT zeroblob(1000000) UNION ALL SELECT zeroblob(1000000) FROM c) SELECT json_group_array(hex(x)) FROM c';
  const { body } = await roomy.call<RefusalBody>('query_chunks', { sql });
  expect([body.reason, body.data]).toEqual(['sql_too_large', { max_memory: 128 * 1024 * 1024 }]);
  await roomy.stop();
});

test('afterwards everything is as it was', async () => {
  expect((await server.document<{ rows: unknown[][] }>('query_chunks', { sql: 'SELECT count(*) FROM chunks' })).rows).toEqual([[301]]);
  expect(await server.document('get_chunk', { id: chunk.id })).toMatchObject(chunk);
});
