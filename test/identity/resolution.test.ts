import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestServer, TOKEN, type RefusalBody } from '../support/server.js';
import { callTool } from '../support/tools.js';

const LEGACY = 'test-token-of-old-deployments-01';
const NARROW = 'test-token-of-narrow-0123456789';
const narrow = { subject: 'narrow', scopes: ['documents:read'], token_env: 'LOOMCYCLE_TOKEN_NARROW' };
const PEPPER = { LOOMCYCLE_OPERATOR_TOKEN_PEPPER: 'salt and more' };

let dataDir: string;
let servers: TestServer[];
beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'loomcycle-resolution-'));
  servers = [];
});
afterEach(async () => {
  for (const server of servers) await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function start(principals: Record<string, unknown> | undefined, env: Record<string, string> = {}): Promise<TestServer> {
  const server = await TestServer.start({ dataDir, env, ...(principals ? { config: { principals } } : {}) });
  servers.push(server);
  return server;
}

async function me(server: TestServer, token: string | undefined): Promise<{ status: number; body: Record<string, unknown> }> {
  const headers = token === undefined ? undefined : { authorization: `Bearer ${token}` };
  const response = await fetch(`${server.url}/v1/_me`, { headers });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function mint(server: TestServer, name: string, by: string, scopes = ['substrate:admin']): Promise<{ token: string; def_id: string }> {
  const { status, body } = await callTool<{ token: string; def_id: string }>(server, 'operatortokendef', { op: 'create', name, tenant_id: 'default', scopes }, { token: by });
  expect(status).toBe(200);
  return body;
}

test('Q1: declared principals alone switch authentication on', async () => {
  const server = await start({ narrow }, { LOOMCYCLE_TOKEN_NARROW: NARROW });
  expect((await me(server, undefined)).status).toBe(401);
  expect((await me(server, 'wrong')).status).toBe(401);
  expect((await me(server, NARROW)).body).toMatchObject({ subject: 'narrow', scopes: ['documents:read'], legacy: false });
});

test('Q2: a store of tokens that cannot be read lets nobody in, and says to come back', async () => {
  const folder = path.join(dataDir, 'sqlmem', '~runtime', 'tenant');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'tokens.db'), 'this is no database'.repeat(500));
  const server = await start(undefined);
  for (const token of [TOKEN, 'wrong']) {
    expect(await me(server, token)).toMatchObject({ status: 503, body: { code: 'unavailable' } });
  }
  expect((await me(server, undefined)).status).toBe(401);
  const login = await fetch(`${server.url}/ui/login`, { method: 'POST', headers: { origin: server.url }, body: JSON.stringify({ token: TOKEN }) });
  expect([login.status, login.headers.get('set-cookie')]).toEqual([503, null]);
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
});

test('the legacy token is the administrator of the shared tenant, until a minted token is one', async () => {
  const server = await start({ narrow }, { LOOMCYCLE_AUTH_TOKEN: LEGACY });
  expect((await me(server, LEGACY)).body).toEqual({ tenant_id: 'default', subject: 'default', scopes: ['substrate:admin'], is_admin: true, legacy: true });
  await mint(server, 'reader', LEGACY, ['documents:read']);
  expect((await me(server, LEGACY)).status).toBe(200);
  const { token } = await mint(server, 'admin', LEGACY);
  expect((await me(server, LEGACY)).status).toBe(401);
  expect((await me(server, token)).body).toMatchObject({ is_admin: true, legacy: false });
});

test('the last token of an administrator is not retired where nobody else could let one in', async () => {
  const first = await start({ narrow }, { LOOMCYCLE_AUTH_TOKEN: LEGACY });
  const { token } = await mint(first, 'admin', LEGACY);
  await first.stop();
  const server = await start({ narrow }, { LOOMCYCLE_TOKEN_NARROW: NARROW });
  const retire = async (name: string): Promise<RefusalBody> =>
    (await callTool<RefusalBody>(server, 'operatortokendef', { op: 'retire', name }, { token })).body;
  expect(await retire('admin')).toMatchObject({ reason: 'last_admin_token' });
  const second = await mint(server, 'second', token);
  expect(await retire('second')).toMatchObject({ def_id: second.def_id });
  expect(await retire('admin')).toMatchObject({ reason: 'last_admin_token' });
  await mint(server, 'third', token);
  expect(await retire('admin')).toMatchObject({ name: 'admin' });
});

test('minted tokens outlive the process, and nobody has them with another pepper', async () => {
  const first = await start(undefined, PEPPER);
  const { token } = await mint(first, 'kept', TOKEN, ['documents:read']);
  await first.stop();
  const second = await start(undefined, PEPPER);
  expect((await me(second, token)).status).toBe(200);
  await second.stop();
  expect((await me(await start(undefined), token)).status).toBe(401);
});

test('a secret that is a minted token already stops the start, which names the variable and not the value', async () => {
  const first = await start(undefined, PEPPER);
  const { token } = await mint(first, 'both', TOKEN);
  await first.stop();
  const failure = await start({ narrow }, { ...PEPPER, LOOMCYCLE_TOKEN_NARROW: token }).catch((error: unknown) => String(error));
  expect(failure).toContain('LOOMCYCLE_TOKEN_NARROW');
  expect(failure).not.toContain(token);
});

test('without a cache, too, a token that was retired is nobody', async () => {
  const server = await start(undefined, { LOOMCYCLE_AUTH_CACHE_TTL_SECONDS: '0' });
  const { token } = await mint(server, 'uncached', TOKEN, ['documents:read']);
  expect((await me(server, token)).status).toBe(200);
  await callTool(server, 'operatortokendef', { op: 'retire', name: 'uncached' });
  expect((await me(server, token)).status).toBe(401);
});

test('a body that comes before it is known who sends it is read whole', async () => {
  const server = await start(undefined, { LOOMCYCLE_AUTH_CACHE_TTL_SECONDS: '0' });
  const markdown = `# Long\n\n${'word '.repeat(200_000)}`;
  const { status } = await server.call('import_md', { markdown });
  expect(status).toBe(200);
});
