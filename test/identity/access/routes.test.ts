import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { TOOLS } from '../../../src/operations/registry.js';
import type { TestServer } from '../../support/server.js';
import { bearer, CALLERS, entryOf, entryOfStatus, startWithAll, type Caller, type Entry, type Requirement } from './principals.js';

// Every route that is not a tool's, asked by everybody. A new route without a row fails; that all routes which
// are served stand in the description is shown by test/front/openapi.test.ts.

const CHANNEL_ROWS: Readonly<Record<string, Requirement>> = {
  'POST publish': 'channel:publish',
  'POST subscribe': 'channel:read',
  'POST ack': 'channel:read',
  'POST nack': 'channel:read',
  'GET peek': 'channel:read',
  'GET consumers': 'channel:read',
};

const ROWS: Readonly<Record<string, Requirement>> = {
  'GET /healthz': 'open',
  'GET /.well-known/oauth-protected-resource': 'open',
  'GET /ui/login': 'open',
  'POST /ui/logout': 'open',
  'GET /v1/_me': 'anybody',
  'GET /v1/_sessions': 'anybody',
  'DELETE /v1/_sessions/{id}': 'anybody',
  'GET /v1/openapi.json': 'anybody',
  'POST /v1/_mcp': 'any tool',
  'GET /v1/_mcp': 'any tool',
  'DELETE /v1/_mcp': 'any tool',
  'GET /v1/_residents': 'substrate:admin',
  'POST /v1/_residents/{name}/pause': 'substrate:admin',
  'POST /v1/_residents/{name}/resume': 'substrate:admin',
  'GET /v1/_residents/{name}/dead-letters': 'substrate:admin',
  'POST /v1/_residents/{name}/redrive': 'substrate:admin',
  'GET /metrics': 'substrate:admin',
  'POST /v1/_reload': 'substrate:admin',
  'GET /v1/_operatortokendef/names': 'substrate:admin',
  'GET /v1/_agentdef/names': 'substrate:tenant',
  'GET /v1/_skilldef/names': 'substrate:tenant',
  'GET /v1/_mcpserverdef/names': 'substrate:tenant',
  'GET /v1/_memory/scopes': 'substrate:admin',
  'GET /v1/_memory/scopes/{scope}': 'substrate:admin',
  'GET /v1/_memory/scopes/{scope}/{id}/keys': 'substrate:admin',
  'GET /v1/_memory/scopes/{scope}/{id}/keys/{key}': 'substrate:admin',
  'PUT /v1/_memory/scopes/{scope}/{id}/keys/{key}': 'substrate:admin',
  'DELETE /v1/_memory/scopes/{scope}/{id}/keys/{key}': 'substrate:admin',
  'GET /v1/_channels': 'substrate:admin',
  'POST /v1/_channels': 'substrate:admin',
  'PATCH /v1/_channels/{name}': 'substrate:admin',
  'DELETE /v1/_channels/{name}': 'substrate:admin',
  'POST /v1/_channels/{name}/purge': 'substrate:admin',
  'POST /v1/_channels/_await': 'substrate:admin',
  'POST /v1/_channels/_broadcast': 'substrate:admin',
  'GET /v1/_channels/stream': 'channel:read',
  'POST /v1/runs': 'runs:create',
  'POST /v1/runs:batch': 'runs:create',
  'GET /v1/runs/{run_id}/stream': 'runs:read',
  'POST /v1/runs/{run_id}/input': 'runs:create',
  'POST /v1/runs/{run_id}/compact': 'runs:create',
  'GET /v1/runs/{run_id}/interrupts': 'runs:read',
  'POST /v1/runs/{run_id}/interrupts/{interrupt_id}/resolve': 'runs:create',
  'GET /v1/sessions/{session_id}/transcript': 'runs:read',
  'POST /v1/sessions/{session_id}/messages': 'runs:create',
  'GET /v1/agents/{agent_id}': 'runs:read',
  'POST /v1/agents/{agent_id}/cancel': 'runs:create',
  'GET /v1/users/{user_id}/agents': 'runs:read',
  'GET /v1/users/{user_id}/agents/stream': 'runs:read',
  'GET /v1/users/{user_id}/interrupts': 'runs:read',
  ...Object.fromEntries(
    Object.entries(CHANNEL_ROWS).flatMap(([row, requirement]): [string, Requirement][] => {
      const [method, verb] = row.split(' ');
      return [
        [`${method} /v1/_channels/{name}/${verb}`, 'substrate:admin'],
        [`${method} /v1/users/{user_id}/channels/{name}/${verb}`, requirement],
      ];
    }),
  ),
};
/** Begins a session by a bearer in its body, and answers 401 for a wrong one. */
const LOGIN = 'POST /ui/login';

let server: TestServer;
let described: string[];
beforeAll(async () => {
  server = await startWithAll();
  const { body } = await server.get<{ paths: Record<string, object> }>('/v1/openapi.json');
  described = Object.entries(body.paths).flatMap(([route, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${route}`));
});
afterAll(() => server.stop());

test('every route has a row, and every row a route', () => {
  const ofTools = TOOLS.map((tool) => `POST /v1/_${tool}`);
  expect(described.toSorted()).toEqual([...Object.keys(ROWS), ...ofTools, LOGIN].toSorted());
});

async function ask(row: string, caller: Caller): Promise<Entry> {
  const [method, route] = row.split(' ') as [string, string];
  const url = route.replace('{user_id}', caller.subject || 'x').replaceAll(/\{\w+\}/g, 'x');
  const response = await fetch(`${server.url}${url}`, { method, headers: bearer(caller), ...(method === 'GET' || method === 'DELETE' ? {} : { body: '{}' }) });
  await response.body?.cancel();
  return entryOfStatus(response.status);
}

function expected(requirement: Requirement): Record<string, Entry> {
  return Object.fromEntries(CALLERS.map((caller) => [caller.name, entryOf(caller, requirement)]));
}

test.each(Object.entries(ROWS))('%s lets in who has %s', async (row, requirement) => {
  const actual: Record<string, Entry> = {};
  for (const caller of CALLERS) actual[caller.name] = await ask(row, caller);
  expect(actual).toEqual(expected(requirement));
});

test('the WebSocket lets in who has channel:read', async () => {
  const actual: Record<string, Entry> = {};
  for (const caller of CALLERS) {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/v1/_channels/ws`, { headers: bearer(caller) });
    const opened = once(socket, 'open').then(() => 'in' as Entry);
    const refused = once(socket, 'unexpected-response').then(([, response]) => entryOfStatus((response as { statusCode: number }).statusCode));
    actual[caller.name] = await Promise.race([opened, refused]);
    socket.on('error', () => undefined);
    socket.terminate();
    await Promise.allSettled([opened, refused].slice(actual[caller.name] === 'in' ? 0 : 1, actual[caller.name] === 'in' ? 1 : 2));
  }
  expect(actual).toEqual(expected('channel:read'));
});

test('pages of the console want a session; a route that there is not is no news for nobody', async () => {
  for (const caller of CALLERS) {
    const known = entryOf(caller, 'anybody') === 'in';
    const page = await fetch(`${server.url}/ui/paths`, { headers: bearer(caller), redirect: 'manual' });
    expect([caller.name, page.status === 302]).toEqual([caller.name, !known]);
    const missing = await fetch(`${server.url}/v1/nothing`, { headers: bearer(caller) });
    expect([caller.name, missing.status]).toEqual([caller.name, known ? 404 : 401]);
  }
});

test('a 401 says where to learn how to get in', async () => {
  const response = await fetch(`${server.url}/v1/_me`);
  const [, url] = /^Bearer resource_metadata="([^"]+)"$/.exec(response.headers.get('www-authenticate')!)!;
  const metadata = (await (await fetch(url!)).json()) as Record<string, unknown>;
  expect(metadata).toMatchObject({ resource: `${server.url}/`, bearer_methods_supported: ['header'] });
  expect(metadata.scopes_supported).toContain('documents:read');
});
