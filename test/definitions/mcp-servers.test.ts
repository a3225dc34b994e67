import { afterEach, beforeEach, expect, test } from 'vitest';
import { ANN, DENN, refusalOf, TestDefinitions, type Row } from '../support/definitions.js';

const CONFIG = {
  mcp_servers: { search: { transport: 'streamable-http', url: 'https://search.example.com/mcp', headers: { Authorization: 'Bearer ${run.user_bearer}', 'X-Key': 'operator-secret' } } },
  agents: { smith: { mcp_server_def_scopes: ['any'], allowed_hosts: ['a.example.org'] }, other: {} },
};
const HTTP = { transport: 'http', url: 'https://a.example.org/mcp', headers: { 'X-Key': 'tenant-secret', Authorization: 'Bearer ${run.user_bearer}' } };

let defs: TestDefinitions;
beforeEach(() => void (defs = new TestDefinitions({ config: CONFIG, env: { LOOMCYCLE_HTTP_HOST_ALLOWLIST: '*.example.org, tools.example.net' } })));
afterEach(() => defs.close());

const create = (overlay: Record<string, unknown>, by: Parameters<TestDefinitions['call']>[2] = {}): Promise<Row> => defs.call('mcpserverdef', { op: 'create', name: 'mine', overlay }, by);

test('one of the configuration is there for all, with its placeholders as they stand', async () => {
  expect(await defs.service.mcpServer(ANN, 'search')).toMatchObject({ transport: 'http', source: 'yaml', headers: { Authorization: 'Bearer ${run.user_bearer}', 'X-Key': 'operator-secret' } });
  expect((await defs.refused('mcpserverdef', { op: 'create', name: 'search', overlay: HTTP })).reason).toBe('definition_yaml_immutable');
  expect((await defs.refused('mcpserverdef', { op: 'fork', name: 'search', overlay: HTTP })).reason).toBe('definition_yaml_immutable');
});

test('no answer has a value of headers or environment; the run gets them', async () => {
  const made = await create(HTTP);
  expect(made.definition).toEqual({ ...HTTP, headers: { 'X-Key': '***', Authorization: '***' } });
  const conflict = await refusalOf(defs.call('mcpserverdef', { op: 'create', name: 'mine', overlay: { ...HTTP, description: 'x' }, active_def_id: null }));
  const answers = await Promise.all([
    defs.call('mcpserverdef', { op: 'get', def_id: made.def_id }),
    defs.call('mcpserverdef', { op: 'list', name: 'mine' }),
    defs.call('mcpserverdef', { op: 'fork', name: 'mine', overlay: { description: 'Forked' } }),
    defs.call('mcpserverdef', { op: 'names' }),
  ]);
  expect(JSON.stringify([answers, conflict.data])).not.toContain('secret');
  expect(await defs.service.mcpServer(DENN, 'mine')).toMatchObject({ ...HTTP, def_id: made.def_id, source: 'tenant' });
});

test('secrets go only where they were meant to go', async () => {
  const made = await create(HTTP);
  const fork = async (overlay: Record<string, unknown>): Promise<unknown> => (await defs.call('mcpserverdef', { op: 'fork', name: 'mine', parent_def_id: made.def_id, overlay })).definition;
  expect(await fork({ url: 'https://b.example.org/mcp' })).toEqual({ transport: 'http', url: 'https://b.example.org/mcp' });
  expect(await fork({ description: 'Same place' })).toMatchObject({ headers: { 'X-Key': '***' } });
  // What the shared tenant has is not for other tenants to copy.
  expect((await defs.refused('mcpserverdef', { op: 'fork', name: 'mine', overlay: {} }, { as: ANN })).reason).toBe('definition_yaml_immutable');
  expect((await defs.refused('mcpserverdef', { op: 'get', def_id: made.def_id }, { as: ANN })).reason).toBe('not_found');
  expect(await defs.service.mcpServer(ANN, 'mine')).toMatchObject({ source: 'shared' });
});

test.each([
  ['a host that the operator does not list', { ...HTTP, url: 'https://example.com/mcp' }, 'forbidden'],
  ['the domain of a pattern', { ...HTTP, url: 'https://example.org/mcp' }, 'forbidden'],
  ['an address in another spelling', { ...HTTP, url: 'http://2130706433/' }, 'forbidden'],
  ['a program', { transport: 'stdio', command: 'sh' }, 'forbidden'],
  ['a variable of the server', { ...HTTP, headers: { 'X-Key': '${LOOMCYCLE_TOKEN_DENN}' } }, 'invalid_input'],
  ['user and password', { ...HTTP, url: 'https://u:p@a.example.org/' }, 'invalid_input'],
  ['a file', { ...HTTP, url: 'file:///etc/passwd' }, 'invalid_input'],
  ['two lines in a header', { ...HTTP, headers: { 'X-Key': 'a\r\nb: c' } }, 'invalid_input'],
  ['another host', { ...HTTP, headers: { Host: 'other' } }, 'invalid_input'],
  ['a url and a program', { ...HTTP, command: 'sh' }, 'invalid_input'],
  ['no url', { transport: 'http' }, 'invalid_input'],
  ['nothing', {}, 'invalid_input'],
])('%s is refused', async (_what, overlay, reason) => {
  expect((await refusalOf(create(overlay))).reason).toBe(reason);
});

test('what the operator does not allow any more is not used any more', async () => {
  const env = { LOOMCYCLE_MCP_ALLOW_DYNAMIC_STDIO: '1' };
  const allowing = new TestDefinitions({ env });
  await allowing.call('mcpserverdef', { op: 'create', name: 'mine', overlay: { transport: 'stdio', command: 'serve' } });
  expect(await allowing.service.mcpServer(DENN, 'mine')).toMatchObject({ command: 'serve' });
  Object.assign(allowing.service.policy, { stdio: false });
  expect((await refusalOf(allowing.service.mcpServer(DENN, 'mine'))).reason).toBe('forbidden');
  allowing.close();
});

test('an agent defines servers on hosts that it may reach, without the bearer of who runs it, and no programs', async () => {
  const by = { agent: 'smith' };
  const plain = { transport: 'http', url: 'https://a.example.org/mcp' };
  for (const overlay of [{ ...plain, url: 'https://b.example.org/mcp' }, HTTP, { transport: 'stdio', command: 'sh' }]) {
    expect((await refusalOf(create(overlay, by))).reason).toBe('definition_widens');
  }
  expect(await create(plain, by)).toMatchObject({ created_by_agent_id: 'smith' });
  expect((await refusalOf(create(plain, { agent: 'other' }))).reason).toBe('forbidden');
});

test('a fork has no tool that its parent has not', async () => {
  await create({ ...HTTP, allowed_tools: ['find', 'open'] });
  expect((await defs.refused('mcpserverdef', { op: 'fork', name: 'mine', overlay: { allowed_tools: ['find', 'delete'] } })).reason).toBe('definition_widens');
  expect((await defs.call('mcpserverdef', { op: 'fork', name: 'mine', overlay: { allowed_tools: ['find'] } })).definition).toMatchObject({ allowed_tools: ['find'] });
});
