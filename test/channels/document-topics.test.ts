import { afterAll, beforeAll, expect, test } from 'vitest';
import { Channels, type Batch } from '../support/channels.js';
import { TestServer } from '../support/server.js';

// What happens to documents is read like a channel, under the topic of the document.

let server: TestServer;
let channels: Channels;
beforeAll(async () => {
  server = await TestServer.start();
  channels = new Channels(server);
});
afterAll(() => server.stop());

test('D8: the changes of a document can be subscribed to, without any declaration', async () => {
  const { document_id } = await server.document<{ document_id: string }>('create_document', { title: 'Plan' });
  const channel = `documents/${document_id}/chunks`;
  const first = await channels.subscribe(channel);
  expect(first.messages).toMatchObject([{ value: { op: 'create_document', document_id } }]);
  await channels.call('ack', { channel, cursor: first.next_cursor });
  const waiting = channels.subscribe(channel, { wait_ms: 20_000 });
  const { id } = await server.document<{ id: string }>('create_chunk', { document_id, title: 'c' });
  expect((await waiting).messages).toMatchObject([{ value: { op: 'create_chunk', chunk_id: id }, published_by: 'denn' }]);
  const all = await channels.call<Batch>('peek', { channel });
  expect(all.messages.map(({ value }) => (value as { op: string }).op)).toEqual(['create_document', 'create_chunk']);
  const awaited = await channels.call<{ fired: string[] }>('await', { channels: [channel, 'types'] });
  expect(awaited.fired).toEqual([channel]);
});

test('D8: a topic is found behind any number of events of others', async () => {
  const { document_id } = await server.document<{ document_id: string }>('create_document', { title: 'Rare' });
  const markdown = `# Many\n\n${'## c\n\n'.repeat(25_000)}`;
  await server.document('import_md', { markdown });
  await server.document('create_chunk', { document_id, title: 'needle' });
  const channel = `documents/${document_id}/chunks`;
  const { next_cursor } = await channels.subscribe(channel, { max_messages: 1 });
  await channels.call('ack', { channel, cursor: next_cursor });
  expect((await channels.subscribe(channel)).messages).toMatchObject([{ value: { op: 'create_chunk' } }]);
  const peeked = await channels.call<Batch>('peek', { channel, from_cursor: next_cursor });
  expect(peeked.messages).toMatchObject([{ value: { op: 'create_chunk' } }]);
});

test('D9: every event says which document, which revision, of what type and status; every op has one', async () => {
  const { document_id, root_chunk_id } = await server.document<Record<string, string>>('create_document', { title: 'Plan' });
  await server.document('define_type', { name: 'task', document_id, fields: [{ name: 'owner', type: 'string' }] });
  const create = { document_id, title: 'c', type: 'task', status: 'open' };
  const { id: chunk_id } = await server.document<{ id: string }>('create_chunk', create);
  await server.document('update_chunk', { id: chunk_id, revision: 1, status: 'done' });
  const { id: parent } = await server.document<{ id: string }>('create_chunk', { document_id, title: 'p' });
  await server.document('move_chunk', { id: chunk_id, new_parent_id: parent });
  await server.document('delete_chunk', { id: chunk_id });
  await server.document('delete_document', { id: document_id });
  const { messages } = await channels.call<Batch>('peek', { channel: `documents/${document_id}/chunks` });
  const events = messages.map(({ value }) => value as Record<string, unknown>);
  expect(events.map(({ op }) => op)).toEqual([
    'create_document',
    'define_type',
    'create_chunk',
    'update_chunk',
    'create_chunk',
    'move_chunk',
    'delete_chunk',
    'delete_document',
  ]);
  for (const event of events) expect(event).toMatchObject({ document_id, actor: 'denn', timestamp: expect.any(Number) as unknown });
  expect(events[0]).toMatchObject({ chunk_id: root_chunk_id, revision: 1 });
  expect(events[2]).toMatchObject({ chunk_id, revision: 1, type: 'task', status: 'open', previous_status: null });
  expect(events[3]).toMatchObject({ chunk_id, revision: 2, type: 'task', status: 'done', previous_status: 'open' });
  expect(events[6]).toMatchObject({ chunk_id, status: null, previous_status: 'done' });
});

test('a refused write leaves no event', async () => {
  const { document_id, root_chunk_id } = await server.document<Record<string, string>>('create_document', { title: 'Plan' });
  await server.call('update_chunk', { id: root_chunk_id, revision: 7, body: 'x' });
  expect((await channels.call<Batch>('peek', { channel: `documents/${document_id}/chunks` })).messages).toHaveLength(1);
});

test('nobody but the runtime publishes to these topics', async () => {
  for (const channel of ['documents/x/chunks', 'types', 'memory/x', 'paths/x']) {
    expect(await channels.refusal('publish', { channel, value: 1 })).toBe('forbidden');
    expect(await channels.refusal('broadcast', { channels: [channel], value: 1 })).toBe('forbidden');
  }
});
