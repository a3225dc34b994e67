import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { BreakingProxy } from '../support/breaking-proxy.js';
import { TestServer, TOKEN } from '../support/server.js';
import { freePort, MAIN } from '../support/thin-client.js';

interface Written {
  id: string;
  revision: number;
}

interface Plan {
  document_id: string;
  root_chunk_id: string;
  /** Chunks that are there to be updated. */
  targets: string[];
}

let home: string;
let upstream: TestServer;
let proxy: BreakingProxy;
let client: Client;
let restart: () => Promise<TestServer>;

beforeEach(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'loomcycle-'));
  const env = { LOOMCYCLE_LISTEN_ADDR: `127.0.0.1:${await freePort()}` };
  restart = () => TestServer.start({ dataDir: path.join(home, 'data'), env });
  upstream = await restart();
  proxy = await BreakingProxy.start(upstream.url);
});
afterEach(async () => {
  await client.close();
  proxy.stop();
  await upstream.stop();
  rmSync(home, { recursive: true, force: true });
});

async function connect(url: string): Promise<void> {
  client = new Client({ name: 'test', version: '1' });
  const env = { LOOMCYCLE_MCP_UPSTREAM_TOKEN: TOKEN };
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [MAIN, 'mcp', '--upstream', url], env, stderr: 'ignore' }));
}

async function document<Result>(input: Record<string, unknown>): Promise<Result> {
  const { isError, content, structuredContent } = await client.callTool({ name: 'document', arguments: input });
  if (isError) throw new Error(JSON.stringify(content));
  return structuredContent as Result;
}

async function prepare(): Promise<Plan> {
  const made = await document<Omit<Plan, 'targets'>>({ op: 'create_document', title: 'Log' });
  const create = (index: number): Promise<Written> => document({ op: 'create_chunk', document_id: made.document_id, title: `target ${index}` });
  const targets = await Promise.all(Array.from({ length: 100 }, (_, index) => create(index)));
  return { ...made, targets: targets.map(({ id }) => id) };
}

/** 200 writes at the same time: every other one creates a chunk, the others update one each. */
function write({ document_id, targets }: Plan): Promise<Written>[] {
  return Array.from({ length: 200 }, (_, index) =>
    index % 2 === 0
      ? document<Written>({ op: 'create_chunk', document_id, title: `created ${index}` })
      : document<Written>({ op: 'update_chunk', id: targets[(index - 1) / 2], revision: 1, title: `updated ${index}` }),
  );
}

async function killAndRestart(): Promise<void> {
  await upstream.kill();
  proxy.breakOff();
  const dead = upstream;
  upstream = await restart();
  await dead.stop();
}

async function expectEachOnce(results: Written[]): Promise<void> {
  const rows = async (sql: string): Promise<unknown[][]> => (await upstream.document<{ rows: unknown[][] }>('query_chunks', { sql })).rows;
  expect(await rows(`SELECT count(*), count(DISTINCT title) FROM chunks WHERE title LIKE 'created %'`)).toEqual([[100, 100]]);
  expect(await rows(`SELECT revision, count(*) FROM chunks WHERE title LIKE 'updated %' GROUP BY revision`)).toEqual([[2, 100]]);
  expect(await rows('SELECT count(*) FROM chunks')).toEqual([[201]]);
  expect(new Set(results.map(({ id }) => id)).size).toBe(200);
}

test('of 200 writes, with the upstream killed when 60 are answered, 60 applied without an answer and 80 not there yet, each is applied once', async () => {
  await connect(proxy.url);
  const plan = await prepare();
  let calls = 0;
  proxy.fate = ({ body }) => {
    if (!body.includes('"tools/call"')) return 'pass';
    calls += 1;
    return calls <= 60 ? 'pass' : calls <= 120 ? 'lose' : calls <= 200 ? 'hold' : 'pass';
  };
  const writes = write(plan);
  await proxy.keeps(140);
  await killAndRestart();
  const results = await Promise.all(writes);
  expect(calls).toBeGreaterThanOrEqual(340);
  await expectEachOnce(results);
});

test('of 200 writes during which the upstream is killed at any moment, each is applied once', async () => {
  await connect(upstream.url);
  const plan = await prepare();
  let restarted: Promise<void> | undefined;
  const writes = write(plan);
  void Promise.race(writes).then(() => (restarted = killAndRestart()));
  const results = await Promise.all(writes);
  await restarted;
  await expectEachOnce(results);
});
