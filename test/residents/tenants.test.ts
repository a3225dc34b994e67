import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestServer, TOKEN } from '../support/server.js';

// Two agents of two tenants, and who sees and manages which.

const ANNA = 'test-token-of-anna-0123456789';
const BEN = 'test-token-of-ben-0123456789';
const agent = (principal: string): Record<string, unknown> => ({ resident: true, code: 'reporter', principal, subscribe: [{ topic: 'types' }] });

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({
    config: {
      principals: {
        denn: { subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' },
        anna: { tenant: 'acme', subject: 'anna', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_ANNA' },
        ben: { tenant: 'acme', subject: 'ben', scopes: ['substrate:tenant'], token_env: 'LOOMCYCLE_TOKEN_BEN' },
      },
      agents: { ours: agent('denn'), theirs: agent('ben') },
    },
    env: { LOOMCYCLE_TOKEN_ANNA: ANNA, LOOMCYCLE_TOKEN_BEN: BEN },
  });
}, 180_000);
afterAll(() => server.stop());

function as(token: string, route: string, method = 'GET'): Promise<Response> {
  return fetch(`${server.url}${route}`, { method, headers: { authorization: `Bearer ${token}` }, ...(method === 'POST' ? { body: '{}' } : {}) });
}

async function seenBy(token: string): Promise<{ name: string; tenant: string }[]> {
  const { residents } = (await (await as(token, '/v1/_residents')).json()) as { residents: { name: string; tenant: string }[] };
  return residents.map(({ name, tenant }) => ({ name, tenant }));
}

test('an administrator of the shared tenant sees all of them, one of another tenant those of that tenant', async () => {
  expect(await seenBy(TOKEN)).toEqual([{ name: 'ours', tenant: 'default' }, { name: 'theirs', tenant: 'acme' }]);
  expect(await seenBy(ANNA)).toEqual([{ name: 'theirs', tenant: 'acme' }]);
});

test('an agent of another tenant looks as if it were not there, and goes on', async () => {
  const answers = await Promise.all([
    as(ANNA, '/v1/_residents/ours/pause', 'POST'),
    as(ANNA, '/v1/_residents/nobody/pause', 'POST'),
    as(ANNA, '/v1/_residents/ours/redrive', 'POST'),
    as(ANNA, '/v1/_residents/ours/dead-letters'),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
  const [ours, nobody] = await Promise.all(answers.map((answer) => answer.text()));
  expect(ours!.replaceAll('ours', 'nobody')).toBe(nobody);
  expect((await as(TOKEN, '/v1/_residents/ours/dead-letters')).status).toBe(200);
  expect((await as(ANNA, '/v1/_residents/theirs/pause', 'POST')).status).toBe(200);
  const { residents } = (await (await as(TOKEN, '/v1/_residents')).json()) as { residents: { name: string; state: string }[] };
  expect(residents.find(({ name }) => name === 'ours')!.state).not.toBe('paused');
});

test('figures of all tenants are for administrators of the shared tenant, and nothing is for who administers none', async () => {
  expect((await as(ANNA, '/metrics')).status).toBe(403);
  expect((await as(TOKEN, '/metrics')).status).toBe(200);
  expect((await as(BEN, '/v1/_residents')).status).toBe(403);
});
