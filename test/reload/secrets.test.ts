import { afterEach, beforeEach, expect, test } from 'vitest';
import { ADMIN, person, Reloading, tokenOf } from '../support/reloading.js';
import { TOKEN } from '../support/server.js';
import { callTool } from '../support/tools.js';

// Secrets that cannot be used refuse a reload. Nothing says their value.

interface Refused {
  code: string;
  error: string;
}

let reloading: Reloading;
beforeEach(async () => {
  reloading = await Reloading.start();
});
afterEach(() => reloading.stop());

async function refused(config: Record<string, unknown>, secrets: Record<string, string> = {}): Promise<string> {
  reloading.write(config, secrets);
  const { status, body } = await reloading.post<Refused>();
  expect([status, body.code]).toEqual([422, 'bad_configuration']);
  for (const secret of [TOKEN, ...Object.values(secrets)]) expect(JSON.stringify(body) + reloading.server.log).not.toContain(secret);
  expect(await reloading.me(TOKEN)).toBe(200);
  return body.error;
}

test('where nobody would have a secret, none is made', async () => {
  expect(await refused({ principals: { kim: person('kim', ['substrate:admin']) } })).toContain('set one of LOOMCYCLE_TOKEN_KIM');
  expect(reloading.authEnv).toBe('');
});

test('two with the same secret', async () => {
  const principals = { denn: ADMIN, anna: person('anna'), kim: person('kim') };
  const same = tokenOf('anna');
  expect(await refused({ principals }, { anna: same, kim: same })).toContain('have the same secret');
  expect(await reloading.me(same)).toBe(401);
});

test('one that is a minted token', async () => {
  const minted = await callTool<{ token: string }>(reloading.server, 'operatortokendef', { op: 'create', name: 'ci', tenant_id: 'default', subject: 'ci' });
  expect(minted.status).toBe(200);
  const { token } = minted.body;
  expect(await refused({ principals: { denn: ADMIN, kim: person('kim') } }, { kim: token })).toContain('LOOMCYCLE_TOKEN_KIM');
  expect(await reloading.me(token)).toBe(200);
});

test('a principal without a secret is declared all the same, and the log says so', async () => {
  const { changed } = await reloading.apply({ principals: { denn: ADMIN, kim: person('kim') } });
  expect(changed).toEqual(['+ principals.kim']);
  expect(reloading.server.log).toContain('nobody can log in as it');
  expect((await reloading.apply({ principals: { denn: ADMIN, kim: person('kim') } }, { kim: tokenOf('kim') })).changed).toEqual(['~ principals.kim']);
  expect(await reloading.me(tokenOf('kim'))).toBe(200);
});
