import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestServer, TOKEN } from '../support/server.js';

const NARROW = 'test-token-of-robot-0123456789';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({
    config: {
      principals: {
        denn: { subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' },
        robot: { subject: 'robot', scopes: ['channel:read'], token_env: 'LOOMCYCLE_TOKEN_ROBOT' },
        other: { tenant: 'acme', subject: 'denn', scopes: ['substrate:tenant'], token_env: 'LOOMCYCLE_TOKEN_ACME' },
      },
    },
    env: { LOOMCYCLE_TOKEN_ROBOT: NARROW, LOOMCYCLE_TOKEN_ACME: 'test-token-of-acme-0123456789' },
  });
});
afterAll(() => server.stop());

async function status(method: string, route: string, headers: Record<string, string> = {}): Promise<number> {
  const body = method === 'POST' ? '{}' : undefined;
  return (await fetch(`${server.url}${route}`, { method, headers, body, redirect: 'manual' })).status;
}

const GUARDED = [
  ['POST', '/v1/_document'],
  ['POST', '/v1/_context'],
  ['GET', '/v1/_me'],
  ['GET', '/v1/_residents'],
  ['POST', '/v1/_mcp'],
  ['GET', '/v1/_mcp'],
  ['DELETE', '/v1/_mcp'],
  ['GET', '/v1/anything'],
  ['POST', '/anything'],
] as const;

describe.each(GUARDED)('%s %s', (method, route) => {
  test('needs a principal', async () => {
    expect(await status(method, route)).toBe(401);
    expect(await status(method, route, { authorization: 'Bearer wrong' })).toBe(401);
    expect(await status(method, route, { authorization: `Basic ${TOKEN}` })).toBe(401);
    expect(await status(method, route, { cookie: `loomcycle_session=${TOKEN}` })).toBe(401);
  });
});

test('open to everybody are only /healthz, the login page and its assets', async () => {
  expect(await status('GET', '/healthz')).toBe(200);
  expect(await status('GET', '/ui/login')).toBe(200);
  const html = await (await fetch(`${server.url}/ui/login`)).text();
  const assets = [...html.matchAll(/(?:src|href)="(\/ui\/[^"]+)"/g)].map(([, url]) => url!);
  expect(assets.length).toBeGreaterThan(1);
  for (const asset of assets) expect([asset, await status('GET', asset)]).toEqual([asset, 200]);
  for (const page of ['/ui', '/ui/paths', '/ui/documents/x']) {
    const response = await fetch(`${server.url}${page}`, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([302, `/ui/login?next=${encodeURIComponent(page)}`]);
  }
});

test('a principal without the scope is forbidden, and told which scope it lacks', async () => {
  const headers = { authorization: `Bearer ${NARROW}` };
  const response = await fetch(`${server.url}/v1/_document`, { method: 'POST', headers, body: '{"op":"list_documents"}' });
  expect(response.status).toBe(403);
  expect(await response.json()).toMatchObject({ code: 'forbidden', data: { scope: 'documents:read' } });
  expect(await status('GET', '/v1/_residents', headers)).toBe(403);
  expect(await status('GET', '/v1/_me', headers)).toBe(200);
});

test('the same subject of another tenant has another file', async () => {
  const { document_id } = await server.document<{ document_id: string }>('create_document', { title: 'Mine' });
  const foreign = await server.call('get_document', { id: document_id }, 'test-token-of-acme-0123456789');
  const missing = await server.call('get_document', { id: '0'.repeat(32) }, 'test-token-of-acme-0123456789');
  const text = (answer: unknown): string => JSON.stringify(answer).replaceAll(/[0-9a-f]{32}/g, 'ID');
  expect(text(foreign)).toBe(text(missing));
});

test('a wrong method is told the right ones, an unknown route is not found', async () => {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const response = await fetch(`${server.url}/v1/_document`, { headers });
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  expect(await status('GET', '/v1/nothing', headers)).toBe(404);
});

test('a body past the limit is refused with 413', async () => {
  const body = JSON.stringify({ op: 'import_md', markdown: 'x'.repeat(17 * 1024 * 1024) });
  const response = await fetch(`${server.url}/v1/_document`, { method: 'POST', headers: { authorization: `Bearer ${TOKEN}` }, body });
  expect(response.status).toBe(413);
});

describe('a console session', () => {
  const post = (route: string, headers: Record<string, string>, body = '{}'): Promise<Response> =>
    fetch(`${server.url}${route}`, { method: 'POST', headers, body });
  const logIn = (): Promise<Response> => post('/ui/login', { origin: server.url }, JSON.stringify({ token: TOKEN }));

  test('begins with the bearer, is not the bearer, and ends with logout', async () => {
    const response = await logIn();
    expect(response.status).toBe(204);
    const cookie = response.headers.get('set-cookie')!;
    expect(cookie).toMatch(/^loomcycle_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain(TOKEN);
    const headers = { cookie: cookie.split(';')[0]!, origin: server.url };
    expect((await fetch(`${server.url}/v1/_me`, { headers })).status).toBe(200);
    expect((await post('/ui/logout', headers)).status).toBe(204);
    expect((await fetch(`${server.url}/v1/_me`, { headers })).status).toBe(401);
  });

  test('changes nothing for another site', async () => {
    const cookie = (await logIn()).headers.get('set-cookie')!.split(';')[0]!;
    const body = '{"op":"list_documents"}';
    expect((await post('/v1/_document', { cookie, origin: server.url }, body)).status).toBe(200);
    expect((await post('/v1/_document', { cookie, origin: 'http://evil.example' }, body)).status).toBe(403);
    expect((await post('/v1/_document', { cookie, origin: server.url, 'sec-fetch-site': 'cross-site' }, body)).status).toBe(403);
  });

  test('is not to be had for a wrong token', async () => {
    const response = await post('/ui/login', { origin: server.url }, '{"token":"wrong"}');
    expect([response.status, response.headers.get('set-cookie')]).toEqual([401, null]);
  });
});
