import { request } from 'node:http';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RawSession } from '../support/mcp-raw.js';
import { TestServer, TOKEN } from '../support/server.js';

const ANNA = 'test-token-of-anna-0123456789';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({
    config: {
      server: { public_url: 'https://loom.example' },
      principals: {
        denn: { tenant: '', subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' },
        anna: { tenant: '', subject: 'anna', scopes: ['substrate:tenant'], token_env: 'LOOMCYCLE_TOKEN_ANNA' },
      },
    },
    env: { LOOMCYCLE_TOKEN_ANNA: ANNA },
  });
});
afterAll(() => server.stop());

// CVE-2026-25536: a protocol server shared by clients gave the answer to one id to whoever had used it last.
test('sessions that use the same ids at the same time get their own answers, of one principal and of two', async () => {
  const tokens = [TOKEN, ANNA, TOKEN];
  const sessions = await Promise.all(tokens.map((token) => RawSession.open(server, { token })));
  const asked = Array.from({ length: 60 }, (_, id) =>
    sessions.map(async (session, whose) => {
      const title = `${whose} asked ${id}`;
      const answer = await session.request<{ structuredContent: { title: string } }>(
        'tools/call',
        { name: 'document', arguments: { op: 'create_document', title } },
        id,
      );
      expect([answer.id, answer.result!.structuredContent.title]).toEqual([id, title]);
    }),
  );
  await Promise.all(asked.flat());
});

test('what one session watches is not told to another of the same principal, nor to another principal', async () => {
  const { document_id: id } = await server.document<{ document_id: string }>('create_document', { title: 'Mine' });
  const [watching, silent, anna] = await Promise.all([RawSession.open(server), RawSession.open(server), RawSession.open(server, { token: ANNA })]);
  const streams = await Promise.all([watching, silent, anna].map((session) => session.stream()));
  const uri = `loomcycle://user/documents/${id}`;
  await watching.request('resources/subscribe', { uri });
  expect(await anna.request('resources/subscribe', { uri })).toMatchObject({ error: { code: -32002, data: { uri } } });
  await server.document('create_chunk', { document_id: id, title: 'More' });
  await streams[0]!.until(() => streams[0]!.messages.length === 1);
  // What comes last on a stream shows that nothing came before it.
  await server.document('create_document', { title: 'Another' });
  await streams[1]!.until(() => streams[1]!.messages.length === 1);
  expect(streams[1]!.messages[0]!.data).toEqual({ jsonrpc: '2.0', method: 'notifications/resources/list_changed' });
  await anna.request('tools/call', { name: 'document', arguments: { op: 'create_document', title: 'Of Anna' } });
  await streams[2]!.until(() => streams[2]!.messages.length > 0);
  expect(streams[2]!.messages.map(({ data }) => data)).toEqual([{ jsonrpc: '2.0', method: 'notifications/resources/list_changed' }]);
  for (const stream of streams) stream.close();
});

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 't', version: '1' } },
};

/** Asks for the server by a name; `fetch` lets nobody choose the Host. */
async function askedAs(host: string, headers: Record<string, string> = {}): Promise<{ status: number; code: unknown }> {
  const sent = request(`${server.url}/v1/_mcp`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, accept: 'application/json, text/event-stream', host, ...headers },
  });
  sent.end(JSON.stringify(INITIALIZE));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return { status: response.statusCode!, code: (JSON.parse(body) as { code?: unknown }).code };
}

// CVE-2025-66414: a page that rebinds its own name to 127.0.0.1 has an Origin that fits its Host.
test.each(['evil.example', 'evil.example:8787', 'localhost.evil.example', '127.0.0.1.evil.example', '10.0.0.1', 'evil.example@localhost'])(
  'on loopback nobody answers to the name %s',
  async (host) => {
    expect(await askedAs(host)).toEqual({ status: 403, code: 'foreign_host' });
    expect((await askedAs(host, { origin: `http://${host}` })).status).toBe(403);
  },
);

test.each(['127.0.0.1', 'localhost', 'LOCALHOST:9000', '[::1]:8787', 'loom.example', 'loom.example:443'])('it answers to %s', async (host) => {
  expect(await askedAs(host)).toEqual({ status: 200, code: undefined });
});
