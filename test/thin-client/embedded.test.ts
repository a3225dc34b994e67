import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { TestServer, TOKEN } from '../support/server.js';
import { McpProcess } from '../support/thin-client.js';

const DENN = { tenant: '', subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' };

let home: string;
let dataDir: string;
let server: TestServer | undefined;

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'loomcycle-'));
  dataDir = path.join(home, 'data');
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
  rmSync(home, { recursive: true, force: true });
});

function embedded(): McpProcess {
  const config = path.join(home, 'config.yaml');
  writeFileSync(config, stringify({ principals: { denn: DENN } }));
  const env = { LOOMCYCLE_DATA_DIR: dataDir, LOOMCYCLE_LISTEN_ADDR: '127.0.0.1:0', LOOMCYCLE_TOKEN_DENN: TOKEN };
  return McpProcess.start(['--config', config], env);
}

test('the embedded runtime works on the files of the server, and stops with its input', async () => {
  server = await TestServer.start({ dataDir });
  const { document_id } = await server.document<{ document_id: string }>('create_document', { title: 'Before' });
  await server.stop();
  const mcp = embedded();
  await mcp.initialize();
  expect(await mcp.document(1, 'get_document', { id: document_id })).toMatchObject({ title: 'Before' });
  const { document_id: made } = await mcp.document<{ document_id: string }>(2, 'create_document', { title: 'Embedded' });
  expect(await mcp.finish()).toBe(0);
  // The lock is free again, and what was written is there.
  server = await TestServer.start({ dataDir });
  expect(await server.document('get_document', { id: made })).toMatchObject({ title: 'Embedded' });
});

test('it serves HTTP beside, as the same principal', async () => {
  const mcp = embedded();
  await mcp.initialize();
  const { structuredContent } = (await mcp.request(1, 'tools/call', { name: 'context', arguments: { op: 'self' } })).result as {
    structuredContent: unknown;
  };
  await mcp.logged(/"url":"http:/);
  const [, url] = /"url":"(http:[^"]+)"/.exec(mcp.log)!;
  const response = await fetch(`${url}/v1/_me`, { headers: { authorization: `Bearer ${TOKEN}` } });
  expect(structuredContent).toMatchObject({ subject: 'denn' });
  expect(await response.json()).toMatchObject({ subject: 'denn' });
  mcp.child.kill('SIGTERM');
  expect(await mcp.exited()).toBe(0);
});

test('a data directory that another process owns is refused: who has it, and how to join it', async () => {
  server = await TestServer.start({ dataDir });
  const mcp = embedded();
  expect(await mcp.exited()).toBe(1);
  expect(mcp.log).toContain(`belongs to a running loomcycle (pid ${server.child.pid})`);
  expect(mcp.log).toContain('loomcycle mcp --upstream http://');
});
