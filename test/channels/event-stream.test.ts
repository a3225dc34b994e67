import { afterAll, beforeAll, expect, test } from 'vitest';
import { StreamReader, type StreamOptions } from '../support/event-stream.js';
import { TestServer, TOKEN } from '../support/server.js';
import { Subscriber, type SocketEvent } from '../support/socket.js';

const READER = 'test-token-of-reader-0123456789';
const WRITER = 'test-token-of-writer-0123456789';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({
    config: {
      principals: {
        denn: { subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' },
        reader: { subject: 'denn', scopes: ['channel:read', 'documents:read'], token_env: 'LOOMCYCLE_TOKEN_READER' },
        writer: { subject: 'denn', scopes: ['documents:write'], token_env: 'LOOMCYCLE_TOKEN_WRITER' },
      },
      agents: { drafter: { resident: true, code: 'drafter', principal: 'denn', subscribe: [{ topic: 'none' }], settings: { posts: { folder: '.' }, link: 'https://example.org/{slug}' } } },
    },
    env: { LOOMCYCLE_TOKEN_READER: READER, LOOMCYCLE_TOKEN_WRITER: WRITER },
  });
});
const open: StreamReader[] = [];
afterAll(async () => {
  for (const each of open) each.close();
  await server.stop();
});

async function stream(query: Required<StreamOptions>['query'], more: Omit<StreamOptions, 'query'> = {}): Promise<StreamReader> {
  const made = await StreamReader.open(server, { query, ...more });
  open.push(made);
  return made;
}

async function plan(): Promise<{ topic: string; write(times: number, together?: number): Promise<void> }> {
  const { document_id } = await server.document<{ document_id: string }>('create_document', { title: 'Plan' });
  const { id } = await server.document<{ id: string }>('create_chunk', { document_id, title: 'one' });
  let revision = 1;
  return {
    topic: `documents/${document_id}/chunks`,
    /** Updates one after the other, `together` at a time. */
    async write(times, together = 1) {
      for (let n = 0; n < times; n += together) {
        const ops = Array.from({ length: together }, () => ({ op: 'update_chunk', id, revision, body: `${revision++}` }));
        await server.document('batch', { ops });
      }
    },
  };
}
const revisions = (events: readonly SocketEvent[]): unknown[] => events.map(({ payload }) => payload.revision);
const upTo = (last: number): number[] => Array.from({ length: last }, (_, n) => n + 1);

test('C8: events come as server-sent events, the id is the seq', async () => {
  const { topic, write } = await plan();
  const reader = await stream({ topic: ['documents/*/chunks', 'types'] }, { token: READER });
  expect(reader.status).toBe(200);
  expect(reader.headers).toMatchObject({ 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  await reader.until(() => reader.comments.includes('open'));
  await write(1);
  await server.document('define_type', { name: 'talk', fields: [] });
  await reader.until(() => reader.messages.length === 2);
  const [first, second] = reader.messages;
  expect(first).toMatchObject({ event: 'message', data: { topic, payload: { op: 'update_chunk', revision: 2, actor: 'denn' } } });
  expect(second).toMatchObject({ event: 'message', data: { topic: 'types' } });
  expect(reader.messages.map(({ id }) => Number(id))).toEqual(reader.events.map(({ seq }) => seq));
});

test('C8: backlog, then live, over breaks of the connection: Last-Event-ID leaves no gap and no duplicate', async () => {
  const { topic, write } = await plan();
  await write(600, 300);
  const writing = write(150, 3);
  const events: SocketEvent[] = [];
  let last: string | undefined;
  // The header goes before `after`, which the address of an EventSource keeps.
  for (const enough of [100, 620, 752]) {
    const reader = await stream({ topic, after: '0' }, { headers: last === undefined ? {} : { 'last-event-id': last } });
    await reader.until(() => events.length + reader.events.length >= enough);
    reader.close();
    events.push(...reader.events);
    last = reader.lastId;
  }
  await writing;
  expect(revisions(events)).toEqual([1, ...upTo(751)]);
});

test('a stream that begins now says from where, so that a break before its first event loses nothing', async () => {
  const { topic, write } = await plan();
  const first = await stream({ topic });
  await first.until(() => first.lastId !== undefined);
  first.close();
  await write(2);
  const second = await stream({ topic }, { headers: { 'last-event-id': first.lastId! } });
  await second.until(() => second.events.length === 2);
  expect(revisions(second.events)).toEqual([2, 3]);
});

test('topics that overlap bring each event once, a filter holds for backlog and live', async () => {
  const { topic, write } = await plan();
  await write(3);
  const reader = await stream({ topic: [topic, 'documents/**'], after: '0', filter: '{"op":"update_chunk","revision":{"gt":3}}' });
  await write(2);
  const own = (): SocketEvent[] => reader.events.filter((event) => event.topic === topic);
  await reader.until(() => own().length === 3);
  expect(revisions(own())).toEqual([4, 5, 6]);
  expect(reader.events.every(({ payload }) => payload.op === 'update_chunk')).toBe(true);
});

test('streams that go take nothing from those that stay', async () => {
  const { topic, write } = await plan();
  const all = await Promise.all(Array.from({ length: 3 }, () => stream({ topic })));
  for (const leaving of all.slice(0, 2)) {
    leaving.close();
    await write(1);
  }
  const staying = all[2]!;
  await staying.until(() => staying.events.length === 2);
  expect(revisions(staying.events)).toEqual([2, 3]);
  const head = await fetch(`${server.url}/v1/_channels/stream?topic=${topic}`, { method: 'HEAD', headers: { authorization: `Bearer ${TOKEN}` } });
  expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  await write(1);
  await staying.until(() => staying.events.length === 3);
});

test('who acts for an agent subscribes to its storage, by a stream and by a WebSocket', async () => {
  const reader = await stream({ scope: 'agent', agent: 'drafter', topic: '**' });
  const socket = await Subscriber.open(server);
  await socket.subscribe('a', '**', undefined, { scope: 'agent', agent: 'drafter' });
  const { document_id } = await server.document<{ document_id: string }>('create_document', { title: 'Notes', scope: 'agent', agent: 'drafter' });
  await reader.until(() => reader.events.some(({ payload }) => payload.document_id === document_id));
  const frame = await socket.until(() => socket.frames.find(({ type }) => type === 'events'));
  expect(frame).toMatchObject({ scope: 'agent', agent: 'drafter', events: expect.arrayContaining([expect.objectContaining({ topic: `documents/${document_id}/chunks` })]) as unknown });
  await socket.close();
});

test.each<[string, StreamOptions, number, string]>([
  ['no token', { query: { topic: 'types' }, token: null }, 401, 'unauthorized'],
  ['a wrong token', { query: { topic: 'types' }, token: 'nonsense' }, 401, 'unauthorized'],
  ['no scope for channels', { query: { topic: 'types' }, token: WRITER }, 403, 'forbidden'],
  ['no topic', { query: {} }, 400, 'bad_request'],
  ['a topic that is none', { query: { topic: 'a/**/b' } }, 400, 'bad_request'],
  ['a filter that is no JSON', { query: { topic: 'types', filter: '{' } }, 400, 'bad_request'],
  ['a filter that is none', { query: { topic: 'types', filter: '{"a":{"like":1}}' } }, 400, 'bad_request'],
  ['an unknown key', { query: { topic: 'types', from: '1' } }, 400, 'bad_request'],
  ['an id that is no seq', { query: { topic: 'types' }, headers: { 'last-event-id': 'x' } }, 400, 'bad_request'],
  ['a scope that there is not', { query: { topic: 'types', scope: 'run' } }, 400, 'scope_unsupported'],
  ['an agent of nobody', { query: { topic: 'types', scope: 'agent', agent: 'x' }, token: READER }, 400, 'scope_unsupported'],
  ['a seq that is still to come', { query: { topic: 'types', after: '1000000000' } }, 409, 'cursor_ahead'],
])('%s is answered by a status, not by a stream', async (_name, options, status, code) => {
  const reader = await StreamReader.open(server, options);
  expect([reader.status, (await reader.json()).code]).toEqual([status, code]);
});

test.each([
  ['a page of the console', { 'sec-fetch-site': 'same-origin' }, 200],
  ['a page of another site', { 'sec-fetch-site': 'cross-site' }, 403],
  ['a page of another origin', { origin: 'https://evil.example' }, 403],
])('with the cookie of a session, %s: %s', async (_name, headers, status) => {
  const login = await fetch(`${server.url}/ui/login`, { method: 'POST', body: JSON.stringify({ token: TOKEN }) });
  const cookie = login.headers.get('set-cookie')!.split(';')[0]!;
  const reader = await stream({ topic: 'types' }, { token: null, headers: { cookie, ...headers } });
  expect(reader.status).toBe(status);
});
