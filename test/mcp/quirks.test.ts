import Database from 'better-sqlite3';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { McpClient } from '../support/mcp.js';
import { RawSession } from '../support/mcp-raw.js';
import { agentsConfig } from '../support/runs.js';
import { TestServer } from '../support/server.js';

// Quirks of the original on MCP (reference: wire, Q1 to Q20) that no test beside this one shows to be gone.

const OTHER = 'test-token-of-denn-in-acme-0123456789';
const NARROW = 'test-token-of-a-reader-0123456789';
let server: TestServer;
let mcp: McpClient;
beforeAll(async () => {
  const { principals: _none, ...agents } = agentsConfig({
    clerk: { allowed_tools: [], turns: [{ text: 'Done.' }], script: { loop: true } },
    // So slow that its answer becomes a stream.
    slow: { allowed_tools: [], turns: [{ text: 'Done.' }], script: { latency_ms: 2500 } },
  });
  server = await TestServer.start({
    config: {
      ...agents,
      principals: {
        denn: { subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' },
        acme: { tenant: 'acme', subject: 'denn', scopes: ['substrate:tenant'], token_env: 'LOOMCYCLE_TOKEN_ACME' },
        reader: { subject: 'reader', scopes: ['substrate:tenant', 'documents:read'], token_env: 'LOOMCYCLE_TOKEN_READER' },
      },
      agents: { ...(agents.agents as Record<string, unknown>), keeper: { principal: 'denn' } },
      channels: { findings: { scope: 'user', semantic: 'broadcast' } },
    },
    env: { LOOMCYCLE_TOKEN_ACME: OTHER, LOOMCYCLE_TOKEN_READER: NARROW },
  });
  mcp = await McpClient.connect(server);
});
afterAll(async () => {
  await mcp.close();
  await server.stop();
});

test('Q3: users of one name in two tenants have memories of their own, and an agent acts for none of another tenant', async () => {
  const other = await McpClient.connect(server, OTHER);
  await mcp.done('memory', { op: 'set', key: 'plan', value: 'of the shared tenant' });
  expect(await other.done('memory', { op: 'list' })).toMatchObject({ entries: [] });
  await other.done('memory', { op: 'set', key: 'plan', value: 'of acme' });
  expect(await mcp.done('memory', { op: 'get', key: 'plan' })).toMatchObject({ value: 'of the shared tenant' });

  const agent = { scope: 'agent', agent: 'keeper', key: 'plan' };
  await mcp.done('memory', { op: 'set', ...agent, value: 'of the agent' });
  expect(await other.call('memory', { op: 'get', ...agent })).toMatchObject({ isError: true });
  await other.close();
});

test('Q5: the channel tool publishes, reads and acknowledges without a run', async () => {
  await mcp.done('channel', { op: 'publish', channel: 'findings', value: { found: 1 } });
  const { messages, next_cursor: cursor } = await mcp.done<{ messages: { value: unknown }[]; next_cursor: string }>('channel', { op: 'subscribe', channel: 'findings' });
  expect(messages.map(({ value }) => value)).toEqual([{ found: 1 }]);
  expect(await mcp.done('channel', { op: 'ack', channel: 'findings', cursor })).toMatchObject({ ok: true });
  expect(await mcp.done('channel', { op: 'subscribe', channel: 'findings' })).toMatchObject({ messages: [] });
});

test('Q6: context tells a client which tools it has and what they do, and nothing of those that it may not call', async () => {
  const { tools } = await mcp.done<{ tools: { name: string; ops: string[] }[] }>('context', { op: 'tools' });
  expect(tools.find(({ name }) => name === 'context')!.ops).toEqual(['self', 'tools', 'doc']);
  const doc = await mcp.done<{ ops: { op: string; summary: string; read_only: boolean }[] }>('context', { op: 'doc', name: 'document' });
  expect(doc.ops.map(({ op }) => op)).toEqual(tools.find(({ name }) => name === 'document')!.ops);
  expect(doc.ops.find(({ op }) => op === 'get_chunk')).toMatchObject({ read_only: true });

  const narrow = await McpClient.connect(server, NARROW);
  const { tools: fewer } = await narrow.done<{ tools: { name: string }[] }>('context', { op: 'tools' });
  expect(fewer.map(({ name }) => name)).not.toContain('operatortokendef');
  expect((await narrow.call('context', { op: 'doc', name: 'operatortokendef' })).structuredContent).toMatchObject({ reason: 'not_found' });
  await narrow.close();
});

test('Q11: what stream_user_run_states says on its way are events, each of them one message', async () => {
  const session = await RawSession.open(server);
  const begun = await mcp.done<{ run_id: string }>('spawn_run', { agent: 'clerk', prompt: 'x' });
  expect(begun.run_id).toMatch(/^run_/);
  const stream = await session.asking('states', 'tools/call', {
    name: 'stream_user_run_states',
    arguments: { from_seq: 0, max_events: 2 },
    _meta: { progressToken: 'states' },
  });
  await stream.until(() => stream.ended);
  expect(stream.headers['content-type']).toBe('text/event-stream');
  const messages = stream.messages.map(({ data }) => data as { jsonrpc: string; id?: string; method?: string });
  expect(messages.filter(({ jsonrpc }) => jsonrpc === '2.0')).toHaveLength(messages.length);
  expect(messages.at(-1)).toMatchObject({ id: 'states' });
  expect(messages.slice(0, -1).every(({ method }) => method === 'notifications/progress')).toBe(true);
});

test('Q12: spawn_run keeps sampling and metadata, whether its answer is a stream or not', async () => {
  const asked = { prompt: 'x', sampling: { temperature: 0.25 }, metadata: { ticket: '17' } };
  const { run_id: quiet } = await mcp.done<{ run_id: string }>('spawn_run', { agent: 'clerk', ...asked });
  const session = await RawSession.open(server, { version: '2025-11-25' });
  const stream = await session.asking('run', 'tools/call', { name: 'spawn_run', arguments: { agent: 'slow', ...asked }, _meta: { progressToken: 'run' } });
  await stream.until(() => stream.ended);
  expect(stream.headers['content-type']).toBe('text/event-stream');
  const answer = stream.messages.at(-1)?.data as { result: { structuredContent: { run_id: string } } };
  const file = new Database(path.join(server.dataDir, 'sqlmem/default/user/denn.db'), { readonly: true });
  const requests = [quiet, answer.result.structuredContent.run_id].map((id) => JSON.parse((file.prepare('SELECT request FROM loom_runs WHERE id = ?').get(id) as { request: string }).request) as unknown);
  file.close();
  for (const request of requests) expect(request).toMatchObject({ sampling: { temperature: 0.25 }, metadata: { ticket: '17' } });
});

test('Q19: SQL memory works without a run', async () => {
  await mcp.done('memory', { op: 'sql_exec', statement: 'CREATE TABLE orders (n INTEGER)' });
  await mcp.done('memory', { op: 'sql_exec', statement: 'INSERT INTO orders VALUES (?)', args: [17] });
  expect(await mcp.done('memory', { op: 'sql_query', statement: 'SELECT n FROM orders' })).toMatchObject({ rows: [[17]] });
});

