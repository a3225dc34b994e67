import { readFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { agentsConfig, calls, ended, resultsOf, startRun } from '../support/runs.js';
import { TestServer, type Answer, type RefusalBody } from '../support/server.js';
import { callTool } from '../support/tools.js';
import { HttpToolServer } from '../support/tool-server-http.js';

interface Found {
  source: string;
  def_id: string | null;
  tools: { name: string; tool: string; description: string; read_only: boolean; input_schema: Record<string, unknown> }[];
  withheld: string[];
  truncated: boolean;
}

const PROGRAM = fileURLToPath(new URL('../support/tool-server.mjs', import.meta.url));
const ACME = 'token-of-ann-of-acme-0123456789';
const NAMES = ['echo', 'refuse', 'crash', 'stall', 'long', 'whoami'];
const folder = mkdtempSync(path.join(tmpdir(), 'loomcycle-rediscover-'));
const scout = { mcp_server_def_scopes: ['any'], allowed_hosts: ['127.0.0.1'] };
const rediscovers = (name: string) => [calls('MCPServerDef', { op: 'rediscover', name }), { text: 'Done.' }];

let http: HttpToolServer;
let server: TestServer;
beforeAll(async () => {
  http = await HttpToolServer.start();
  server = await TestServer.start({
    env: { LOOMCYCLE_HTTP_HOST_ALLOWLIST: '127.0.0.1', LOOMCYCLE_TOKEN_ANN: ACME },
    config: agentsConfig(
      {
        asker: { ...scout, allowed_tools: ['MCPServerDef'], turns: rediscovers('tools') },
        ungranted: { allowed_tools: ['MCPServerDef'], turns: rediscovers('tools') },
        elsewhere: { ...scout, allowed_hosts: [], allowed_tools: ['MCPServerDef'], turns: rediscovers('tools') },
        starter: { ...scout, allowed_tools: ['MCPServerDef'], turns: rediscovers('local') },
        reader: { ...scout, allowed_tools: ['MCPServerDef', 'Document'], turns: [calls('Document', { op: 'list_documents' }), ...rediscovers('tools')] },
        user: { allowed_tools: ['mcp__growing__*'], script: { loop: true }, turns: [calls('mcp__growing__new'), { text: 'Done.' }] },
      },
      {
        principals: {
          denn: { subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' },
          ann: { tenant: 'acme', subject: 'ann', scopes: ['substrate:tenant'], token_env: 'LOOMCYCLE_TOKEN_ANN' },
        },
        mcp_servers: {
          local: { transport: 'stdio', command: process.execPath, args: [PROGRAM], allowed_tools: ['echo'], env: { CALLS_FILE: path.join(folder, 'calls') } },
          gone: { transport: 'http', url: 'http://127.0.0.1:9/mcp', headers: { 'X-Key': 'key-of-the-operator' } },
        },
      },
    ),
  });
  await define('tools');
});
afterAll(async () => {
  await server.stop();
  await http.stop();
  rmSync(folder, { recursive: true });
});

async function define(name: string, more: Record<string, unknown> = {}, token?: string): Promise<void> {
  const { status, body } = await callTool(server, 'mcpserverdef', { op: 'create', name, overlay: { transport: 'http', url: http.url, ...more } }, { token });
  expect([status, body]).toEqual([200, expect.anything()]);
}

const rediscover = <Body = Found>(name: string, more: Record<string, unknown> = {}, token?: string): Promise<Answer<Body>> => callTool<Body>(server, 'mcpserverdef', { op: 'rediscover', name, ...more }, { token });

async function resultOf(agent: string): Promise<ReturnType<typeof resultsOf>> {
  const stream = await startRun(server, { agent, prompt: 'Go' });
  expect(await ended(stream)).toMatchObject({ status: 'completed' });
  return resultsOf(stream);
}

test('tells all tools that the server offers now, page by page, over a connection of its own', async () => {
  const { status, body } = await rediscover('tools');
  expect([status, body.source, body.withheld, body.truncated]).toEqual([200, 'tenant', [], false]);
  expect(body.tools.map(({ tool }) => tool)).toEqual(NAMES);
  expect(body.tools[0]).toEqual({ name: 'mcp__tools__echo', tool: 'echo', description: 'Says it again', input_schema: expect.objectContaining({ type: 'object' }) as object, read_only: true, idempotent: false });
  await rediscover('tools');
  expect(http.sessions.length).toBe(2);
});

test('brings what the caller gives for the headers, and keeps it nowhere', async () => {
  await define('wanting', { headers: { Authorization: 'Bearer ${run.user_bearer}', 'X-Key': '${run.credentials.key}' } });
  expect((await rediscover('wanting', { user_bearer: 'bearer-of-denn-0123456789', user_credentials: { key: 'key-of-denn' } })).status).toBe(200);
  expect(http.sessions.at(-1)).toMatchObject({ authorization: 'Bearer bearer-of-denn-0123456789', 'x-key': 'key-of-denn' });
  expect(await rediscover<RefusalBody>('wanting')).toMatchObject({ body: { reason: 'forbidden', data: { missing: 'user_bearer' } } });
  expect(server.log).not.toMatch(/key-of|bearer-of/);
});

test('tells of what agents do not get only to the tenant whose server it is', async () => {
  await define('held', { allowed_tools: ['echo', 'long'] });
  const { body: own } = await rediscover('held');
  expect([own.tools.map(({ tool }) => tool), own.withheld]).toEqual([['echo', 'long'], ['refuse', 'crash', 'stall', 'whoami']]);
  const { body: shared } = await rediscover('held', {}, ACME);
  expect([shared.source, shared.tools.map(({ tool }) => tool), shared.withheld]).toEqual(['shared', ['echo', 'long'], []]);
  const { body: local } = await rediscover('local');
  expect([local.source, local.def_id, local.tools.map(({ name }) => name), local.withheld]).toEqual(['yaml', null, ['mcp__local__echo'], []]);
  // It was asked, and none of its tools was called.
  expect(() => readFileSync(path.join(folder, 'calls'))).toThrow('ENOENT');
});

test('the next run has the tools that it told of', async () => {
  await define('growing');
  const [before] = await resultOf('user');
  expect(before).toMatchObject({ is_error: true, text: expect.stringContaining('you have no tool mcp__growing__new') as string });
  http.addTool({ name: 'new', description: 'Came later', inputSchema: { type: 'object' } });
  // The connection of that run is still open, and its list would hold for a while.
  expect((await rediscover('growing')).body.tools.map(({ tool }) => tool)).toContain('new');
  expect((await resultOf('user'))[0]).toMatchObject({ text: expect.stringContaining('no tool new') as string });
});

test('a server that is not there, or another tenant’s, is refused, and nothing of its headers is told', async () => {
  expect(await rediscover<RefusalBody>('gone')).toMatchObject({ status: 503, body: { reason: 'unavailable', error: expect.stringContaining('the MCP server gone cannot be reached') as string } });
  expect(server.log).not.toContain('key-of-the-operator');
  await define('of-acme', {}, ACME);
  expect(await rediscover<RefusalBody>('of-acme')).toMatchObject({ status: 422, body: { reason: 'not_found' } });
  expect((await rediscover('of-acme', {}, ACME)).status).toBe(200);
});

test('an address that is not public is reached only where the operator names the very host', async () => {
  const at = http.sessions.length;
  expect((await rediscover('tools')).status).toBe(200);
  const widely = await TestServer.start({ env: { LOOMCYCLE_HTTP_HOST_ALLOWLIST: '*.0.0.1' } });
  try {
    await callTool(widely, 'mcpserverdef', { op: 'create', name: 'inside', overlay: { transport: 'http', url: http.url } });
    const { body } = await callTool<RefusalBody>(widely, 'mcpserverdef', { op: 'rediscover', name: 'inside' });
    expect(body).toMatchObject({ reason: 'forbidden', error: expect.stringContaining('127.0.0.1 has an address that is not public (loopback)') as string });
    expect(http.sessions.length).toBe(at + 1);
  } finally {
    await widely.stop();
  }
});

test('an agent needs the grant and the host, starts no program, and what it is told is of strangers', async () => {
  expect((await resultOf('asker'))[0]).toMatchObject({ is_error: false, untrusted: true, text: expect.stringContaining('mcp__tools__echo') as string });
  expect((await resultOf('ungranted'))[0]).toMatchObject({ is_error: true, text: expect.stringContaining('forbidden') as string });
  expect((await resultOf('elsewhere'))[0]).toMatchObject({ is_error: true, text: expect.stringContaining('definition_widens') as string });
  expect((await resultOf('starter'))[0]).toMatchObject({ is_error: true, text: expect.stringContaining('no agent starts programs') as string });
  // Private, untrusted and outward: the call would be the last of the three.
  expect((await resultOf('reader'))[1]).toMatchObject({ is_error: true, text: expect.stringContaining('allow_trifecta') as string });
});
