import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { TestServer } from '../support/server.js';
import { Subscriber } from '../support/socket.js';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

const open: Subscriber[] = [];
async function subscriber(): Promise<Subscriber> {
  const made = await Subscriber.open(server);
  open.push(made);
  return made;
}
afterAll(() => Promise.all(open.map((each) => each.close())));

async function plan(): Promise<{ document_id: string; chunk_id: string }> {
  const { document_id } = await server.document<{ document_id: string }>('create_document', { title: 'Plan' });
  const { id } = await server.document<{ id: string }>('create_chunk', { document_id, title: 'one', status: 'scheduled' });
  return { document_id, chunk_id: id };
}

test('an update arrives with all that the issue of a change needs', async () => {
  const { document_id, chunk_id } = await plan();
  const reader = await subscriber();
  await reader.subscribe('a', 'documents/*/chunks');
  await server.document('update_chunk', { id: chunk_id, revision: 1, status: 'drafted' });
  const event = await reader.until(() => reader.events[0]);
  expect(event).toMatchObject({
    topic: `documents/${document_id}/chunks`,
    payload: {
      op: 'update_chunk',
      document_id,
      chunk_id,
      revision: 2,
      type: null,
      status: 'drafted',
      previous_status: 'scheduled',
      actor: 'denn',
    },
  });
  expect(event.payload.timestamp).toBe(event.ts);
  expect(Math.abs(Date.now() - event.ts / 1e6)).toBeLessThan(60_000);
});

test('every write op publishes', async () => {
  const { document_id, chunk_id } = await plan();
  const reader = await subscriber();
  await reader.subscribe('a', `documents/${document_id}/chunks`);
  const child = await server.document<{ id: string }>('create_chunk', { document_id, parent_id: chunk_id, title: 'c' });
  await server.document('move_chunk', { id: child.id, position: 0 });
  await server.document('define_type', { document_id, name: 't', fields: [] });
  await server.document('import_md', { document_id, markdown: '# A\n\n## B\n' });
  await server.document('delete_chunk', { id: chunk_id });
  await server.document('delete_document', { id: document_id });
  await reader.until(() => reader.events.at(-1)?.payload.op === 'delete_document');
  expect(reader.events.map((event) => event.payload.op)).toEqual([
    'create_chunk',
    'move_chunk',
    'define_type',
    'import_md',
    'import_md',
    'delete_chunk',
    'delete_chunk',
    'delete_document',
  ]);
});

test('backlog, then live: no gap, no duplicate, while writes go on', async () => {
  const { document_id, chunk_id } = await plan();
  let revision = 1;
  const write = async (times: number): Promise<void> => {
    for (let n = 0; n < times; n += 1) {
      await server.document('update_chunk', { id: chunk_id, revision, body: `${n}` });
      revision += 1;
    }
  };
  await write(600);
  const writing = write(200);
  const readers = await Promise.all(Array.from({ length: 5 }, () => subscriber()));
  await Promise.all(readers.map((reader) => reader.subscribe('a', `documents/${document_id}/chunks`, 0)));
  await writing;
  for (const reader of readers) {
    await reader.until(() => reader.events.at(-1)?.payload.revision === revision);
    const revisions = reader.events.map((event) => event.payload.revision);
    // create_document and create_chunk are both at revision 1.
    expect(revisions).toEqual([1, 1, ...Array.from({ length: revision - 1 }, (_, n) => n + 2)]);
  }
});

test('the seq is dense per scope', async () => {
  const reader = await subscriber();
  await reader.subscribe('all', 'documents/*/chunks', 0);
  await reader.subscribe('types', 'types', 0);
  await reader.subscribe('names', 'paths', 0);
  await plan();
  await reader.settle();
  const seqs = reader.events.map((event) => event.seq).sort((a, b) => a - b);
  expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, n) => n + 1));
});

test('overlapping subscriptions of one connection get each event once', async () => {
  const { document_id, chunk_id } = await plan();
  const reader = await subscriber();
  await reader.subscribe('wide', 'documents/*/chunks', 0);
  await reader.subscribe('narrow', `documents/${document_id}/chunks`, 0);
  await server.document('update_chunk', { id: chunk_id, revision: 1, body: 'x' });
  await reader.until(() => reader.events.some((event) => event.payload.revision === 2 && event.payload.chunk_id === chunk_id));
  await reader.settle();
  const seqs = reader.events.map((event) => event.seq);
  expect(new Set(seqs).size).toBe(seqs.length);
});

test('a topic brings its own events only, also where one commit touches several', async () => {
  const first = await plan();
  const second = await plan();
  const reader = await subscriber();
  await reader.subscribe('a', `documents/${first.document_id}/chunks`);
  await Promise.all([
    server.document('update_chunk', { id: first.chunk_id, revision: 1, body: 'x' }),
    server.document('update_chunk', { id: second.chunk_id, revision: 1, body: 'x' }),
  ]);
  await reader.until(() => reader.events.length > 0);
  await reader.settle();
  expect(new Set(reader.events.map((event) => event.topic))).toEqual(new Set([`documents/${first.document_id}/chunks`]));
});

test('after unsubscribe nothing arrives', async () => {
  const { chunk_id } = await plan();
  const reader = await subscriber();
  await reader.subscribe('a', 'documents/*/chunks');
  reader.send({ type: 'unsubscribe', id: 'a' });
  await reader.until(() => reader.frames.some((frame) => frame.type === 'unsubscribed'));
  await server.document('update_chunk', { id: chunk_id, revision: 1, body: 'x' });
  await reader.settle();
  expect(reader.events).toEqual([]);
});

test.each([
  [{ type: 'subscribe', id: 'a', scope: 'user', topic: 'a//b' }, 'bad_request'],
  [{ type: 'subscribe', id: 'a', scope: 'run', topic: 'x' }, 'scope_unsupported'],
  [{ type: 'subscribe', id: 'a', scope: 'user', topic: 'x', after: 1e9 }, 'cursor_ahead'],
  [{ type: 'unsubscribe', id: 'nobody' }, 'not_found'],
  [{ type: 'dance' }, 'bad_request'],
])('refuses %j as %s and stays open', async (message, code) => {
  const reader = await subscriber();
  reader.send(message);
  const frame = await reader.until(() => reader.frames.find((each) => each.type === 'error'));
  expect(frame.code).toBe(code);
  await reader.settle();
});

test.each([
  ['a wrong token', { authorization: 'Bearer nonsense' }],
  ['no token', {}],
])('%s opens no socket', async (_name, headers) => {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/v1/_channels/ws`, { headers });
  const status = await new Promise((resolve) => {
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
    socket.on('open', () => resolve('open'));
  });
  expect(status).toBe(401);
});
