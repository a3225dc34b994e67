import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestServer, TOKEN } from '../support/server.js';
import { memoryOf } from '../support/tools.js';

const KIM = 'test-token-of-kim-0123456789';
const ACME = 'test-token-of-acme-0123456789';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({
    config: {
      principals: {
        denn: { subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' },
        kim: { subject: 'Kim Ö.', scopes: ['substrate:tenant'], token_env: 'LOOMCYCLE_TOKEN_KIM' },
        acme: { tenant: 'acme', subject: 'kim', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_ACME' },
      },
      memory: { max_value_bytes: 1000, max_scope_bytes: 1500 },
    },
    env: { LOOMCYCLE_TOKEN_KIM: KIM, LOOMCYCLE_TOKEN_ACME: ACME },
  });
});
afterAll(() => server.stop());

async function call(method: string, route: string, { body, token = TOKEN }: { body?: unknown; token?: string } = {}) {
  const response = await fetch(`${server.url}/v1/_memory/${route}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
}

const id = encodeURIComponent('Kim Ö.');

test('an administrator reads and writes what a user of the tenant has', async () => {
  await memoryOf(server, KIM).ok('set', { key: 'prefs/theme', value: 'dark' });
  const { body: scopes } = await call('GET', 'scopes/user');
  expect(scopes).toEqual({
    scope: 'user',
    scope_ids: [{ scope_id: 'Kim Ö.', key_count: 1, bytes: 17, updated_at: expect.any(Number) as number }],
    truncated: false,
  });
  const entry = { key: 'prefs/theme', value: 'dark', revision: 1, expires_at: null, created_at: expect.any(Number) as number, updated_at: expect.any(Number) as number };
  const where = { scope: 'user', scope_id: 'Kim Ö.' };
  expect((await call('GET', `scopes/user/${id}/keys?prefix=prefs/`)).body).toEqual({ ...where, entries: [entry], truncated: false });
  for (const key of ['prefs/theme', 'prefs%2Ftheme']) {
    expect((await call('GET', `scopes/user/${id}/keys/${key}`)).body).toEqual({ ...where, entry });
  }
  expect(await call('PUT', `scopes/user/${id}/keys/prefs/theme`, { body: { value: null, ttl_seconds: 60 } })).toEqual({
    status: 200,
    body: { ...where, key: 'prefs/theme', embedded: false, revision: 2 },
  });
  expect(await memoryOf(server, KIM).ok('get', { key: 'prefs/theme' })).toMatchObject({ value: null, revision: 2 });
  for (let times = 0; times < 2; times += 1) {
    expect((await call('DELETE', `scopes/user/${id}/keys/prefs/theme`)).status).toBe(204);
  }
  expect((await call('GET', `scopes/user/${id}/keys/prefs/theme`)).body.code).toBe('not_found');
});

test('pages go through all ids and all keys', async () => {
  for (const agent of ['a', 'b', 'c']) await call('PUT', `scopes/agent/${agent}/keys/k`, { body: { value: 1 } });
  const seen: unknown[] = [];
  for (let next: unknown = ''; next !== undefined; ) {
    const { body } = await call('GET', `scopes/agent?limit=2&cursor=${String(next)}`);
    seen.push(...(body.scope_ids as { scope_id: string }[]).map((each) => each.scope_id));
    next = body.next_cursor;
  }
  expect(seen).toEqual(['a', 'b', 'c']);
  const first = await call('GET', 'scopes/agent/a/keys?limit=1');
  expect(first.body).toMatchObject({ truncated: false });
});

test('M1: an administrator of another tenant finds nothing of it', async () => {
  await memoryOf(server, KIM).ok('set', { key: 'mine', value: 1 });
  expect((await call('GET', 'scopes/user', { token: ACME })).body.scope_ids).toEqual([]);
  expect((await call('GET', `scopes/user/${id}/keys`, { token: ACME })).body.entries).toEqual([]);
  expect((await call('GET', `scopes/user/${id}/keys/mine`, { token: ACME })).status).toBe(404);
  expect((await call('DELETE', `scopes/user/${id}/keys/mine`, { token: ACME })).status).toBe(204);
  expect(await memoryOf(server, KIM).ok('get', { key: 'mine' })).toMatchObject({ value: 1 });
  // Looking for a memory does not make one.
  expect(existsSync(path.join(server.dataDir, 'sqlmem', 'acme'))).toBe(false);
});

test('the storage of a call never comes from the wire', async () => {
  const storage = { tenant: 'default', kind: 'user', id: 'denn' };
  expect((await memoryOf(server, KIM).refused('get', { key: 'k', storage })).reason).toBe('invalid_input');
});

test.each([
  ['GET', 'scopes', undefined, 200, undefined],
  ['GET', 'scopes/tenant', undefined, 400, 'invalid_scope'],
  ['GET', 'scopes/user//keys', undefined, 404, 'not_found'],
  ['GET', 'scopes/user/x/keys/', undefined, 400, 'missing_path'],
  ['GET', 'scopes/user/x/keys/%ff', undefined, 400, 'bad_request'],
  ['GET', 'scopes/user/x/keys?limit=0', undefined, 400, 'bad_request'],
  ['GET', 'scopes/user/x/keys/none', undefined, 404, 'not_found'],
  ['PUT', 'scopes/user/x/keys/k', 'no json', 400, 'invalid_body'],
  ['PUT', 'scopes/user/x/keys/k', { value: 1, op: 'delete' }, 400, 'invalid_body'],
  ['PUT', 'scopes/user/x/keys/k', {}, 400, 'missing_value'],
  ['PUT', 'scopes/user/x/keys/k', { value: 1, ttl_seconds: -1 }, 400, 'invalid_value'],
  ['PUT', 'scopes/user/x/keys/k', { value: 1, if_revision: 7 }, 409, 'revision_conflict'],
  ['PUT', 'scopes/user/x/keys/k', { value: 'x'.repeat(1001) }, 413, 'memory_value_too_large'],
  ['PUT', 'scopes/user/x/keys/k?embed=true', { value: 1 }, 501, 'capability_unsupported'],
  ['PUT', 'scopes', {}, 405, 'method_not_allowed'],
  ['GET', 'embed_stats', undefined, 501, 'capability_unsupported'],
  ['POST', 'reembed', {}, 501, 'capability_unsupported'],
])('%s %s %j answers %i %s', async (method, route, body, status, code) => {
  const answer = await call(method, route, { body });
  expect([answer.status, answer.body.code]).toEqual([status, code]);
  if (status !== 405) expect((await call(method, route, { body, token: KIM })).status).toBe(route.includes('//') ? 404 : 403);
  expect((await call(method, route, { body, token: 'wrong' })).status).toBe(status === 405 ? 405 : 401);
});

test('a full memory answers 413', async () => {
  expect((await call('PUT', 'scopes/user/full/keys/a', { body: { value: 'x'.repeat(900) } })).status).toBe(200);
  const answer = await call('PUT', 'scopes/user/full/keys/b', { body: { value: 'x'.repeat(900) } });
  expect([answer.status, answer.body.code]).toEqual([413, 'memory_quota_exceeded']);
});
