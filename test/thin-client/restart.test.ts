import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { TestServer, TOKEN } from '../support/server.js';
import { freePort, MAIN } from '../support/thin-client.js';

interface Written {
  id: string;
  revision: number;
}

let home: string;
let upstream: TestServer;
let client: Client;
let restart: () => Promise<TestServer>;

beforeEach(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'loomcycle-'));
  const env = { LOOMCYCLE_LISTEN_ADDR: `127.0.0.1:${await freePort()}` };
  restart = () => TestServer.start({ dataDir: path.join(home, 'data'), env });
  upstream = await restart();
  client = new Client({ name: 'test', version: '1' });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [MAIN, 'mcp', '--upstream', upstream.url],
      env: { LOOMCYCLE_MCP_UPSTREAM_TOKEN: TOKEN },
      stderr: 'ignore',
    }),
  );
});
afterEach(async () => {
  await client.close();
  await upstream.stop();
  rmSync(home, { recursive: true, force: true });
});

async function document<Result>(input: Record<string, unknown>): Promise<Result> {
  const { isError, content, structuredContent } = await client.callTool({ name: 'document', arguments: input });
  if (isError) throw new Error(JSON.stringify(content));
  return structuredContent as Result;
}

async function killAndRestart(): Promise<void> {
  await upstream.kill();
  const dead = upstream;
  upstream = await restart();
  await dead.stop();
}

test('of 200 writes in the middle of which the upstream is killed, each is applied once', async () => {
  const { document_id, root_chunk_id } = await document<{ document_id: string; root_chunk_id: string }>({ op: 'create_document', title: 'Log' });
  const targets = await Promise.all(
    Array.from({ length: 100 }, (_, index) => document<Written>({ op: 'create_chunk', document_id, parent_id: root_chunk_id, title: `target ${index}` })),
  );

  let answered = 0;
  let restarted: Promise<void> | undefined;
  const counted = async (write: Promise<Written>): Promise<Written> => {
    const result = await write;
    // Not before some were acknowledged, and while most of the others are under way.
    if (++answered === 20) restarted = killAndRestart();
    return result;
  };
  const writes = Array.from({ length: 200 }, (_, index) =>
    index % 2 === 0
      ? counted(document({ op: 'create_chunk', document_id, parent_id: root_chunk_id, title: `created ${index}` }))
      : counted(document({ op: 'update_chunk', id: targets[(index - 1) / 2]!.id, revision: 1, title: `updated ${index}` })),
  );
  const results = await Promise.all(writes);
  await restarted;

  const sql = (text: string): Promise<{ rows: unknown[][] }> => upstream.document('query_chunks', { sql: text });
  const { rows: created } = await sql(`SELECT title, count(*) FROM chunks WHERE title LIKE 'created %' GROUP BY title`);
  expect(created).toHaveLength(100);
  expect(created.every(([, times]) => times === 1)).toBe(true);
  const { rows: updated } = await sql(`SELECT revision, count(*) FROM chunks WHERE title LIKE 'updated %' GROUP BY revision`);
  expect(updated).toEqual([[2, 100]]);
  const { rows: all } = await sql(`SELECT count(*) FROM chunks`);
  expect(all).toEqual([[201]]);
  expect(new Set(results.map(({ id }) => id)).size).toBe(200);
});
