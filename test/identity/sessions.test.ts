import { afterAll, beforeAll, expect, test } from 'vitest';
import { Sessions } from '../../src/identity/sessions.js';
import { WebSocket } from 'ws';
import { once } from 'node:events';
import { TestServer, TOKEN } from '../support/server.js';
import { callTool } from '../support/tools.js';

const ANNA = 'test-token-of-anna-0123456789';
const ACME = 'test-token-of-acme-0123456789';
const PROXIED = { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https' };

interface Report {
  id: string;
  subject: string;
  current: boolean;
  address: string;
}

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({
    config: {
      server: { trusted_proxies: ['127.0.0.0/8'] },
      principals: {
        denn: { subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' },
        anna: { subject: 'anna', scopes: ['substrate:tenant'], token_env: 'LOOMCYCLE_TOKEN_ANNA' },
        acme: { tenant: 'acme', subject: 'anna', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_ACME' },
      },
    },
    env: { LOOMCYCLE_TOKEN_ANNA: ANNA, LOOMCYCLE_TOKEN_ACME: ACME },
  });
});
afterAll(() => server.stop());

async function setCookie(token: string, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(`${server.url}/ui/login`, { method: 'POST', headers: { origin: server.url, ...headers }, body: JSON.stringify({ token }) });
  expect(response.status).toBe(204);
  return response.headers.get('set-cookie')!;
}

async function logIn(token: string): Promise<Record<string, string>> {
  return { cookie: (await setCookie(token)).split(';')[0]!, origin: server.url };
}

async function sessions(headers: Record<string, string>): Promise<Report[]> {
  const response = await fetch(`${server.url}/v1/_sessions`, { headers });
  return ((await response.json()) as { sessions: Report[] }).sessions;
}

async function revoke(id: string, headers: Record<string, string>): Promise<number> {
  return (await fetch(`${server.url}/v1/_sessions/${id}`, { method: 'DELETE', headers })).status;
}

async function me(headers: Record<string, string>): Promise<number> {
  return (await fetch(`${server.url}/v1/_me`, { headers })).status;
}

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

test('Q17: the cookie is no bearer, is Secure behind a trusted proxy with TLS, and no token comes in a query', async () => {
  const cookie = await setCookie(TOKEN, PROXIED);
  expect(cookie).toMatch(/^loomcycle_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
  expect(await setCookie(TOKEN)).not.toContain('Secure');
  const [, secret] = /=([^;]+)/.exec(cookie)!;
  expect(await me(bearer(secret!))).toBe(401);
  const response = await fetch(`${server.url}/ui?token=${TOKEN}`, { redirect: 'manual' });
  expect([response.status, response.headers.get('set-cookie')]).toEqual([302, null]);
  expect(response.headers.get('location')).toContain('/ui/login');
});

test('one sees and ends the own sessions, an administrator all of the tenant', async () => {
  const anna = await logIn(ANNA);
  const denn = await logIn(TOKEN);
  const [own] = await sessions(anna);
  expect(own).toMatchObject({ subject: 'anna', current: true, address: '127.0.0.1' });
  expect(new Set((await sessions(anna)).map(({ subject }) => subject))).toEqual(new Set(['anna']));
  const [dennsOwn] = (await sessions(denn)).filter(({ current }) => current);
  expect((await sessions(denn)).map(({ id }) => id)).toContain(own!.id);
  expect((await sessions(bearer(ACME))).map(({ id }) => id)).not.toContain(own!.id);
  expect([await revoke(dennsOwn!.id, anna), await revoke(own!.id, bearer(ACME))]).toEqual([404, 404]);
  expect(await me(denn)).toBe(200);
  expect(await revoke(own!.id, { ...denn, origin: 'http://evil.example' })).toBe(403);
  expect(await revoke(own!.id, denn)).toBe(204);
  expect(await me(anna)).toBe(401);
});

test('sessions and sockets end with the token that they were opened with', async () => {
  const input = { op: 'create', name: 'brief', tenant_id: 'default', subject: 'denn', scopes: ['channel:read'] };
  const { body } = await callTool<{ token: string }>(server, 'operatortokendef', input);
  const session = await logIn(body.token);
  const open = async (headers: Record<string, string>): Promise<WebSocket> => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/v1/_channels/ws`, { headers });
    await once(socket, 'open');
    return socket;
  };
  const closed = [await open(session), await open(bearer(body.token))].map((socket) => once(socket, 'close'));
  const stream = await fetch(`${server.url}/v1/_channels/stream?topic=team/x`, { headers: bearer(body.token) });
  await callTool(server, 'operatortokendef', { op: 'retire', name: 'brief' });
  expect((await Promise.all(closed)).map(([code]) => code as number)).toEqual([4401, 4401]);
  expect(await stream.text()).toContain(': open');
  expect([await me(session), await me(bearer(body.token))]).toEqual([401, 401]);
});

test('a session ends when it is idle, at the end of its lifetime, and with its token', () => {
  let now = 1_000_000;
  const open = new Sessions({ idleMs: 100, lifetimeMs: 250 }, () => now);
  const principal = { name: 'a', tenant: 'default', subject: 'a', scopes: [], tokenId: 'def_1' };
  const from = { address: '', userAgent: '' };
  const idle = open.open(principal, from);
  const used = open.open(principal, from);
  now += 90;
  expect(open.resolve(used)).toMatchObject({ subject: 'a' });
  now += 20;
  expect([open.resolve(idle), open.resolve(used)?.subject]).toEqual([undefined, 'a']);
  now += 90;
  expect(open.resolve(used)?.subject).toBe('a');
  now += 60;
  expect(open.resolve(used)).toBeUndefined();
  const graced = open.open(principal, from);
  open.endToken('def_1', now + 10);
  expect(open.resolve(graced)?.subject).toBe('a');
  const later = open.open({ ...principal, goodUntil: now + 10 }, from);
  expect(open.resolve(later)?.subject).toBe('a');
  now += 10;
  expect([open.resolve(graced), open.resolve(later)]).toEqual([undefined, undefined]);
});
