import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Refusal } from '../../src/errors.js';
import { PublicFetch } from '../../src/run-engine/tools/mcp/public-fetch.js';
import { AddressPolicy } from '../../src/webhooks/address.js';
import { HttpToolServer } from '../support/tool-server-http.js';

let http: HttpToolServer;
beforeAll(async () => {
  http = await HttpToolServer.start();
});
afterAll(() => http.stop());

const toLoopback = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);

test('a whole session goes over it, to the address that the name was found to have', async () => {
  const guarded = new PublicFetch(new AddressPolicy(['127.0.0.1']), toLoopback);
  const client = new Client({ name: 'test', version: '1' });
  const url = new URL(http.url.replace('127.0.0.1', 'tools.example'));
  await client.connect(new StreamableHTTPClientTransport(url, { fetch: guarded.fetch, requestInit: { headers: { 'X-Key': 'k' } } }) as Transport);
  expect((await client.listTools()).tools).toHaveLength(2);
  const { content } = await client.callTool({ name: 'whoami', arguments: {} });
  expect(content).toEqual([{ type: 'text', text: '{"key":"k"}' }]);
  await client.close();
  guarded.close();
});

test.each([
  ['a name that is found inside', 'http://tools.example:PORT/mcp', 'loopback'],
  ['an address of this machine', 'http://127.0.0.1:PORT/mcp', 'loopback'],
  ['the same in IPv6', 'http://[::1]:PORT/mcp', 'loopback'],
  ['IPv4 in the clothes of IPv6', 'http://[::ffff:127.0.0.1]:PORT/mcp', 'loopback'],
  ['a private network', 'http://10.0.0.5/mcp', 'private'],
  ['metadata of a cloud', 'http://169.254.169.254/latest', 'linkLocal'],
])('%s is refused before anything is sent', async (_what, address, range) => {
  const guarded = new PublicFetch(new AddressPolicy([]), toLoopback);
  const at = http.sessions.length;
  const error = await guarded.fetch(address.replace('PORT', new URL(http.url).port), { method: 'POST', body: '{}' }).then(
    () => undefined,
    (refused: unknown) => refused,
  );
  expect(error).toBeInstanceOf(Refusal);
  expect(error).toMatchObject({ reason: 'forbidden', message: expect.stringContaining(`(${range})`) as string });
  expect(http.sessions.length).toBe(at);
  guarded.close();
});

test('a redirect is an answer like any other, and not followed; an aborted request ends', async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url!);
    if (request.url === '/moved') response.writeHead(302, { location: '/elsewhere' }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://tools.example:${(server.address() as AddressInfo).port}`;
  const guarded = new PublicFetch(new AddressPolicy(['127.0.0.1']), toLoopback);
  expect((await guarded.fetch(`${url}/moved`)).status).toBe(302);
  const stop = new AbortController();
  const silent = guarded.fetch(`${url}/silent`, { signal: stop.signal });
  await once(server, 'request');
  stop.abort();
  await expect(silent).rejects.toThrow('aborted');
  expect(asked).toEqual(['/moved', '/silent']);
  guarded.close();
  server.closeAllConnections();
  server.close();
});
