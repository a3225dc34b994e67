import { afterAll, beforeAll, expect, test } from 'vitest';
import { Channels } from '../support/channels.js';
import { TestServer } from '../support/server.js';
import { Subscriber } from '../support/socket.js';

let server: TestServer;
let channels: Channels;
beforeAll(async () => {
  server = await TestServer.start({
    config: { channels: { 'orders/eu': { scope: 'user' }, 'orders/us/west': { scope: 'user' }, news: { scope: 'user' } } },
  });
  channels = new Channels(server);
});
const open: Subscriber[] = [];
afterAll(async () => {
  await Promise.all(open.map((each) => each.close()));
  await server.stop();
});

async function subscriber(): Promise<Subscriber> {
  const made = await Subscriber.open(server);
  open.push(made);
  return made;
}

interface Chunk {
  id: string;
  document_id: string;
}

async function newDocument(): Promise<string> {
  return (await server.document<{ document_id: string }>('create_document', { title: 'Plan' })).document_id;
}
const newChunk = (document_id: string, status: string): Promise<Chunk> => server.document<Chunk>('create_chunk', { document_id, title: 't', status });
const statuses = (reader: Subscriber): unknown[] => reader.events.map(({ payload }) => payload.status);

test('D8, C8: one subscription hears of every document and of everything below it, by ** and *', async () => {
  const [rest, one, chunks] = [await subscriber(), await subscriber(), await subscriber()];
  await rest.subscribe('a', 'documents/**');
  await one.subscribe('a', 'documents/*');
  await chunks.subscribe('a', 'documents/*/chunks');
  const ids = [await newDocument(), await newDocument()];
  await rest.until(() => rest.events.length === 2);
  await Promise.all([one.settle(), chunks.settle()]);
  const topics = ids.map((id) => `documents/${id}/chunks`);
  expect(rest.events.map(({ topic }) => topic)).toEqual(topics);
  expect(chunks.events.map(({ topic }) => topic)).toEqual(topics);
  expect(one.events).toEqual([]);
});

test('C8: ** covers channels at any depth', async () => {
  const reader = await subscriber();
  await reader.subscribe('a', 'orders/**');
  await channels.publish('orders/eu', 1);
  await channels.publish('news', 2);
  await channels.publish('orders/us/west', 3);
  await reader.until(() => reader.events.length === 2);
  expect(reader.events.map(({ payload }) => payload.value)).toEqual([1, 3]);
});

test('C8: a filter on the payload holds for backlog and live', async () => {
  const document_id = await newDocument();
  const topic = `documents/${document_id}/chunks`;
  await newChunk(document_id, 'scheduled');
  await newChunk(document_id, 'posted');
  const reader = await subscriber();
  await reader.subscribe('a', topic, 0, { filter: { status: { in: ['scheduled', 'drafted'] }, op: 'create_chunk' } });
  await reader.settle();
  expect(statuses(reader)).toEqual(['scheduled']);
  await newChunk(document_id, 'posted');
  const { id } = await newChunk(document_id, 'drafted');
  await server.document('update_chunk', { id, revision: 1, status: 'scheduled' });
  await newChunk(document_id, 'scheduled');
  await reader.until(() => reader.events.length === 3);
  // The update is none of the op that was asked for.
  expect(statuses(reader)).toEqual(['scheduled', 'drafted', 'scheduled']);
  expect(new Set(reader.events.map(({ payload }) => payload.op))).toEqual(new Set(['create_chunk']));
});

test('C8: a filter reaches into the value of a message', async () => {
  const reader = await subscriber();
  await reader.subscribe('a', 'news', undefined, { filter: { 'value.price': { gt: 10 } } });
  for (const price of [5, 11, 10, '12', 20]) await channels.publish('news', { price });
  await reader.until(() => reader.events.length === 2);
  expect(reader.events.map(({ payload }) => payload.value)).toEqual([{ price: 11 }, { price: 20 }]);
});

test('a commit of many events brings each reader what its filters take, once where several do', async () => {
  const document_id = await newDocument();
  const topic = `documents/${document_id}/chunks`;
  const [all, posted, both] = [await subscriber(), await subscriber(), await subscriber()];
  await all.subscribe('a', topic);
  await posted.subscribe('a', topic, undefined, { filter: { status: 'posted' } });
  await both.subscribe('a', topic, undefined, { filter: { status: 'posted' } });
  await both.subscribe('b', topic, undefined, { filter: { op: 'create_chunk', status: { ne: 'draft' } } });
  const ops = ['draft', 'posted', 'ready'].map((status) => ({ tool: 'document', op: 'create_chunk', input: { document_id, title: 't', status } }));
  await server.document('batch', { ops: ops.map(({ op, input }) => ({ op, ...input })) });
  await all.until(() => all.events.length === 3);
  await Promise.all([posted.settle(), both.settle()]);
  expect(statuses(all)).toEqual(['draft', 'posted', 'ready']);
  expect(statuses(posted)).toEqual(['posted']);
  expect(statuses(both)).toEqual(['posted', 'ready']);
});

test.each([
  [{ filter: {} }, 'needs a condition'],
  [{ filter: { status: { like: 'x' } } }, 'filter.status'],
  [{ filter: { 'a..b': 1 } }, 'separated by dots'],
  [{ topic: 'a/**/b' }, 'last segment'],
])('%j is refused before anything is subscribed', async (more, why) => {
  const reader = await subscriber();
  const answer = await reader.subscribe('a', 'news', undefined, more);
  expect(answer).toMatchObject({ type: 'error', code: 'bad_request' });
  expect(answer.error).toContain(why);
  // The id is still free.
  expect((await reader.subscribe('a', 'news')).type).toBe('subscribed');
});
