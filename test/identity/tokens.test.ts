import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { McpClient } from '../support/mcp.js';
import { TestServer, TOKEN, type Answer, type RefusalBody } from '../support/server.js';
import { callTool } from '../support/tools.js';

interface Token {
  def_id: string;
  name: string;
  token: string;
  token_suffix: string;
  state: string;
  retired: boolean;
  last_used_at: string | null;
  prior_retires_at: string;
  tokens: Token[];
}

const ACME_ADMIN = 'test-token-of-acme-admin-0123';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({
    config: {
      principals: {
        denn: { subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' },
        tenant: { subject: 'tenant', scopes: ['substrate:tenant'], token_env: 'LOOMCYCLE_TOKEN_TENANT' },
        acme: { tenant: 'acme', subject: 'boss', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_ACME' },
      },
    },
    env: { LOOMCYCLE_TOKEN_TENANT: 'test-token-of-tenant-0123456789', LOOMCYCLE_TOKEN_ACME: ACME_ADMIN },
  });
});
afterAll(() => server.stop());

function call<Body = Token>(op: string, input: Record<string, unknown>, token = TOKEN): Promise<Answer<Body>> {
  return callTool<Body>(server, 'operatortokendef', { op, ...input }, { token });
}

async function create(name: string, input: Record<string, unknown> = {}): Promise<Token> {
  const { status, body } = await call('create', { name, tenant_id: 'default', scopes: ['documents:read'], ...input });
  expect([status, body]).toEqual([200, expect.anything()]);
  return body;
}

async function me(token: string): Promise<number> {
  return (await fetch(`${server.url}/v1/_me`, { headers: { authorization: `Bearer ${token}` } })).status;
}

async function refusal(op: string, input: Record<string, unknown>, token = TOKEN): Promise<string> {
  const { status, body } = await call<RefusalBody>(op, input, token);
  expect(status).toBeGreaterThanOrEqual(400);
  return body.reason;
}

test('a token is lct_ and base58 of 32 bytes, acts as it was granted, and is shown once', async () => {
  const { token, token_suffix, def_id } = await create('once', { tenant_id: 'acme', subject: 'robot' });
  expect(token).toMatch(/^lct_[1-9A-HJ-NP-Za-km-z]{40,44}$/);
  expect(token_suffix).toBe(token.slice(4, 10));
  const answer = await fetch(`${server.url}/v1/_me`, { headers: { authorization: `Bearer ${token}` } });
  expect(await answer.json()).toEqual({ tenant_id: 'acme', subject: 'robot', scopes: ['documents:read'], is_admin: false, legacy: false });
  const shown = JSON.stringify([(await call('get', { def_id })).body, (await call('list', { name: 'once' })).body]);
  expect(shown).toContain(def_id);
  expect(shown).not.toContain(token);
});

test('no file of the data directory has the token', async () => {
  const { token } = await create('nowhere');
  expect(await me(token)).toBe(200);
  const files = readdirSync(server.dataDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const file of files) expect(readFileSync(path.join(file.parentPath, file.name)).includes(token)).toBe(false);
});

test('a rotated token is good for its grace, and the new one at once', async () => {
  const first = await create('turn');
  const { body: second } = await call('rotate', { name: 'turn', grace_seconds: 3600 });
  expect([await me(first.token), await me(second.token)]).toEqual([200, 200]);
  const { body } = await call('list', { name: 'turn' });
  expect(body.tokens.map(({ state, retired }) => [state, retired])).toEqual([['active', false], ['grace', false]]);
  const { body: third } = await call('rotate', { name: 'turn', grace_seconds: 0 });
  expect([await me(first.token), await me(second.token), await me(third.token)]).toEqual([200, 401, 200]);
});

test('a retired token is refused at once, by its name with those in their grace, though it was cached', async () => {
  const first = await create('gone');
  const { body: second } = await call('rotate', { name: 'gone' });
  expect([await me(first.token), await me(second.token)]).toEqual([200, 200]);
  expect((await call('retire', { name: 'gone' })).body).toEqual({ def_id: second.def_id, name: 'gone', retired_at: expect.any(String) as string });
  expect([await me(first.token), await me(second.token)]).toEqual([401, 401]);
  expect(await refusal('retire', { name: 'gone' })).toBe('token_retired');
});

test('Q14: a token that was retired or rotated cannot be rotated, and is not called retired while it is good', async () => {
  const ended = await create('ended');
  await call('retire', { name: 'ended' });
  expect(await refusal('rotate', { def_id: ended.def_id })).toBe('token_retired');
  expect(await me(ended.token)).toBe(401);
  const graced = await create('graced');
  await call('rotate', { name: 'graced' });
  expect(await refusal('rotate', { def_id: graced.def_id })).toBe('token_retired');
  expect((await call('get', { def_id: graced.def_id })).body).toMatchObject({ state: 'grace', retired: false });
});

test('a name has one live token', async () => {
  await create('twice');
  expect(await refusal('create', { name: 'twice', tenant_id: 'default' })).toBe('token_name_in_use');
  await call('retire', { name: 'twice' });
  await create('twice');
});

test('an imported secret logs in, is not echoed, and is nobody else', async () => {
  const secret = 'a-secret-from-elsewhere-0123456789';
  const { body } = await call('create', { name: 'import', tenant_id: 'default', scopes: ['documents:read'], import_token: secret });
  expect(body).toMatchObject({ imported: true });
  expect(JSON.stringify(body)).not.toContain('a-secret');
  expect(await me(secret)).toBe(200);
  expect(await refusal('create', { name: 'again', tenant_id: 'default', import_token: secret })).toBe('token_in_use');
  expect(await refusal('create', { name: 'declared', tenant_id: 'default', import_token: ACME_ADMIN })).toBe('token_in_use');
});

test.each([
  ['a scope that there is not', { name: 'x', tenant_id: 'default', scopes: ['memory:all'] }],
  ['a name with a slash', { name: 'x/y', tenant_id: 'default' }],
  ['a tenant with a tilde', { name: 'x', tenant_id: '~runtime' }],
  ['a short secret', { name: 'x', tenant_id: 'default', import_token: 'short' }],
])('%s is refused', async (_name, input) => {
  expect(await refusal('create', input)).toBe('invalid_input');
});

test('only administrators have the tool, over HTTP and MCP', async () => {
  const tenant = 'test-token-of-tenant-0123456789';
  expect(await refusal('create', { name: 'x', tenant_id: 'default' }, tenant)).toBe('forbidden');
  const mcp = await McpClient.connect(server, tenant);
  const { tools } = await mcp.client.listTools();
  expect(tools.map(({ name }) => name)).not.toContain('operatortokendef');
  await expect(mcp.call('operatortokendef', { op: 'list', name: 'x' })).rejects.toThrow('operatortokendef: forbidden — requires substrate:admin');
  await mcp.close();
});

test('Q9: an administrator of a tenant sees and makes tokens of that tenant alone', async () => {
  const foreign = await create('not-acmes');
  await create('acmes', { tenant_id: 'acme' });
  const response = await fetch(`${server.url}/v1/_operatortokendef/names`, { headers: { authorization: `Bearer ${ACME_ADMIN}` } });
  const { names } = (await response.json()) as { names: { name: string; tenant_id: string }[] };
  expect(names.map(({ name }) => name)).toContain('acmes');
  expect([...new Set(names.map(({ tenant_id }) => tenant_id))]).toEqual(['acme']);
  expect(await refusal('get', { def_id: foreign.def_id }, ACME_ADMIN)).toBe('not_found');
  expect(await refusal('retire', { name: 'not-acmes' }, ACME_ADMIN)).toBe('not_found');
  expect(await refusal('create', { name: 'climb', tenant_id: 'default' }, ACME_ADMIN)).toBe('forbidden');
});

test('the last use is recorded', async () => {
  const { token, def_id } = await create('used');
  expect((await call('get', { def_id })).body.last_used_at).toBeNull();
  await me(token);
  const used = Date.parse((await call('get', { def_id })).body.last_used_at!);
  expect(Math.abs(Date.now() - used)).toBeLessThan(60_000);
});

test('every change is a line of the audit, without the token', async () => {
  const { token, def_id } = await create('audited');
  await call('retire', { name: 'audited' });
  const text = readFileSync(path.join(server.dataDir, 'audit', 'tokens.jsonl'), 'utf8');
  const lines = text.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  const own = lines.filter((line) => line.target_def_id === def_id);
  expect(own).toMatchObject([
    { actor_tenant: 'default', actor_subject: 'denn', action: 'token.create', target_name: 'audited', scopes_after: ['documents:read'] },
    { action: 'token.retire', scopes_before: ['documents:read'] },
  ]);
  expect(text).not.toContain(token);
});
