import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { BreakingProxy } from '../support/breaking-proxy.js';
import { McpClient } from '../support/mcp.js';
import { TestServer, TOKEN } from '../support/server.js';
import { freePort, McpProcess } from '../support/thin-client.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'loomcycle-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test('the profile outlives a restart of the upstream, and a write whose answer was lost in it is applied once', async () => {
  const env = { LOOMCYCLE_LISTEN_ADDR: `127.0.0.1:${await freePort()}` };
  const restart = (): Promise<TestServer> => TestServer.start({ dataDir: path.join(home, 'data'), env });
  let upstream = await restart();
  const proxy = await BreakingProxy.start(upstream.url);
  const mcp = await McpClient.throughProcess(['--upstream', proxy.url, '--profile', 'documents']);
  const { document_id } = await mcp.done<{ document_id: string }>('create_document', { title: 'Plan' });
  let calls = 0;
  proxy.fate = ({ body }) => (body.includes('"add_chunk"') && ++calls === 1 ? 'lose' : 'pass');
  const adding = mcp.done<{ id: string }>('add_chunk', { document_id, title: 'Once' });
  await proxy.keeps(1);
  await upstream.kill();
  proxy.breakOff();
  const dead = upstream;
  upstream = await restart();
  await dead.stop();
  const { id } = await adding;
  expect(calls).toBeGreaterThan(1);
  const { chunks } = await mcp.done<{ chunks: { id: string; title: string }[] }>('query_chunks', { document_id });
  expect(chunks.map((chunk) => [chunk.title, chunk.id === id])).toEqual([['Plan', false], ['Once', true]]);
  await mcp.close();
  proxy.stop();
  await upstream.stop();
});

test('the embedded runtime has profiles as well', async () => {
  const config = path.join(home, 'config.yaml');
  writeFileSync(config, stringify({ principals: { denn: { tenant: '', subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' } } }));
  const env = { LOOMCYCLE_DATA_DIR: path.join(home, 'data'), LOOMCYCLE_LISTEN_ADDR: '127.0.0.1:0', LOOMCYCLE_TOKEN_DENN: TOKEN };
  const mcp = await McpClient.throughProcess(['--config', config, '--profile', 'documents'], env);
  const { tools } = await mcp.client.listTools();
  expect(tools.map(({ name }) => name)).toContain('write_chunk');
  expect(await mcp.done('create_document', { title: 'Embedded' })).toMatchObject({ title: 'Embedded' });
  await mcp.close();
});

test('a profile that the upstream does not have is its answer to initialize', async () => {
  const upstream = await TestServer.start();
  const mcp = McpProcess.start(['--upstream', upstream.url, '--profile', 'poems']);
  const { error } = await mcp.initialize();
  expect(error).toMatchObject({ code: -32602, message: expect.stringContaining('there is no profile "poems"') as string });
  mcp.child.kill('SIGKILL');
  await upstream.stop();
});
