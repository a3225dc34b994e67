import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Channels } from '../support/channels.js';
import { LOCAL, Receiver, verify, Webhooks } from '../support/receiver.js';
import { TestServer } from '../support/server.js';

// An event of a topic reaches a URL by the rules of Standard Webhooks.

let server: TestServer;
let webhooks: Webhooks;
let channels: Channels;
const receivers: Receiver[] = [];
beforeAll(async () => {
  const user = ['orders/new', 'orders/gone', 'before', 'typed', 'headers', 'parallel', 'short', 'two', 'renamed', 'filtered'];
  const declared = { ...Object.fromEntries(user.map((name) => [name, { scope: 'user' }])), shared: { scope: 'global' } };
  server = await TestServer.start({ config: { outgoing_webhooks: LOCAL, channels: declared } });
  webhooks = new Webhooks(server);
  channels = new Channels(server);
});
afterAll(() => server.stop());
afterEach(async () => {
  await Promise.all(receivers.splice(0).map((receiver) => receiver.stop()));
});

async function fresh(): Promise<Receiver> {
  const receiver = await Receiver.start();
  receivers.push(receiver);
  return receiver;
}

test('an event is signed so that the package of the specification verifies it, and no other secret does', async () => {
  const [receiver, another] = [await fresh(), await fresh()];
  const { secret } = await webhooks.create('signed', receiver, 'documents/*/chunks');
  const other = await webhooks.create('other', another, 'documents/*/chunks');
  const { document_id } = await server.document<{ document_id: string }>('create_document', { title: 'Plan – ünïcode' });
  const [request] = await receiver.count(1);
  expect(verify(request!, secret)).toEqual(request!.body);
  expect(() => verify(request!, other.secret)).toThrow('No matching signature');
  expect(() => verify({ ...request!, text: request!.text.replace('create_document', 'delete_document') }, secret)).toThrow('No matching signature');
  expect(() => verify({ ...request!, headers: { ...request!.headers, 'webhook-id': 'msg_other' } }, secret)).toThrow('No matching signature');
  expect(request!.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': expect.stringMatching(/^msg_[0-9a-f]{32}$/) as string });
  const { type, timestamp, data } = request!.body;
  expect(type).toBe('documents.create_document');
  expect(new Date(timestamp).toISOString()).toBe(timestamp);
  expect(data).toMatchObject({ topic: `documents/${document_id}/chunks`, scope: 'user', payload: { op: 'create_document', document_id, actor: 'denn' } });
  // The log's nanoseconds arrive as they are.
  expect(request!.text).toMatch(/"timestamp":\d{19}\}/);
  const [copy] = await another.count(1);
  expect(copy!.id).not.toBe(request!.id);
  for (const name of ['signed', 'other']) await webhooks.call('delete', { name });
});

test('messages of the channels of a pattern come in order, once each, and nothing else', async () => {
  const receiver = await fresh();
  await channels.publish('orders/new', 'before');
  await webhooks.create('orders', receiver, 'orders/*');
  const published: string[] = [];
  for (let n = 0; n < 40; n += 1) {
    const { message_id } = await channels.publish(n % 3 === 0 ? 'orders/gone' : 'orders/new', n);
    published.push(message_id);
    await channels.publish('two', n);
  }
  const requests = await receiver.count(40);
  expect(receiver.values).toEqual(Array.from({ length: 40 }, (_, n) => n));
  expect(requests.map(({ body }) => body.data.payload.message_id)).toEqual(published);
  expect(requests.slice(0, 2).map(({ body }) => body.type)).toEqual(['orders.gone', 'orders.new']);
  expect(new Set(receiver.ids).size).toBe(40);
  const { seq, waiting } = await webhooks.until(() => webhooks.get('orders'), (webhook) => webhook.waiting === 0);
  expect([seq >= requests.at(-1)!.body.data.seq, waiting]).toEqual([true, 0]);
});

test('one that begins after a seq gets what is in the log already', async () => {
  const receiver = await fresh();
  for (const n of [1, 2, 3]) await channels.publish('before', n);
  await webhooks.create('backlog', receiver, 'before', { after: 0 });
  await receiver.count(3);
  expect(receiver.values).toEqual([1, 2, 3]);
  expect(await webhooks.refusal('create', { name: 'ahead', url: receiver.url, topic: 'before', after: 1e9 })).toBe('cursor_ahead');
});

test('event types say which events of the topic come', async () => {
  const receiver = await fresh();
  await webhooks.create('typed', receiver, 'documents/*/chunks', { event_types: ['documents.update_chunk', 'typed.*'] });
  const { document_id } = await server.document<{ document_id: string }>('create_document', { title: 'Plan' });
  const { id } = await server.document<{ id: string }>('create_chunk', { document_id, title: 'one' });
  await server.document('update_chunk', { id, revision: 1, title: 'two' });
  await receiver.count(1);
  expect(receiver.received.map(({ body }) => body.type)).toEqual(['documents.update_chunk']);
});

test('a filter says what must hold of the payload', async () => {
  const receiver = await fresh();
  await webhooks.create('filtered', receiver, 'filtered', { filter: { 'value.amount': { gt: 10 } } });
  for (const amount of [5, 50, 10, 11]) await channels.publish('filtered', { amount });
  await receiver.count(2);
  expect(receiver.values).toEqual([{ amount: 50 }, { amount: 11 }]);
  expect(await webhooks.get('filtered')).toMatchObject({ filter: { 'value.amount': { gt: 10 } } });
  expect(await webhooks.refusal('update', { name: 'filtered', filter: { a: {} } })).toBe('invalid_input');
});

test('headers of its own come along and are not shown again; those of the runtime cannot be set', async () => {
  const receiver = await fresh();
  const created = await webhooks.create('headers', receiver, 'headers', { headers: { authorization: 'Bearer of-the-receiver', 'x-tenant': 'a' } });
  await channels.publish('headers', 1);
  const [request] = await receiver.count(1);
  expect(request!.headers).toMatchObject({ authorization: 'Bearer of-the-receiver', 'x-tenant': 'a' });
  expect(created).toMatchObject({ headers: { authorization: '…', 'x-tenant': '…' } });
  expect(JSON.stringify(await webhooks.get('headers'))).not.toContain('of-the-receiver');
  for (const headers of [{ 'webhook-id': 'x' }, { host: 'x' }, { 'content-length': '1' }, { 'x-a': 'b\r\nc: d' }, { 'X-Upper': 'a' }, { connection: 'close' }]) {
    expect([headers, await webhooks.refusal('update', { name: 'headers', headers })]).toEqual([headers, 'invalid_input']);
  }
});

test('with more in flight, as many requests are under way at the same time', async () => {
  const held: (() => void)[] = [];
  const receiver = await fresh();
  receiver.respond = (_, response) => void held.push(() => response.writeHead(204).end());
  await webhooks.create('parallel', receiver, 'parallel', { max_in_flight: 3 });
  for (let n = 0; n < 5; n += 1) await channels.publish('parallel', n);
  await receiver.count(3);
  expect(held).toHaveLength(3);
  held.shift()!();
  await receiver.count(4);
  receiver.respond = () => 204;
  for (const answer of held) answer();
  await receiver.count(5);
  expect(receiver.values.toSorted()).toEqual([0, 1, 2, 3, 4]);
});

test('a message that outlived its time is not sent', async () => {
  const receiver = await fresh();
  await webhooks.create('short', receiver, 'short', { enabled: false });
  await channels.publish('short', 'gone', { ttl: 0.001 });
  await channels.publish('short', 'here');
  await webhooks.call('enable', { name: 'short' });
  await receiver.count(1);
  expect(receiver.values).toEqual(['here']);
});

test('global channels are a scope of their own', async () => {
  const receiver = await fresh();
  await webhooks.create('shared', receiver, 'shared', { scope: 'global' });
  await channels.publish('shared', 'all');
  const [request] = await receiver.count(1);
  expect(request!.body.data).toMatchObject({ topic: 'shared', scope: 'global', payload: { value: 'all' } });
  expect(await webhooks.refusal('get', { name: 'shared' })).toBe('not_found');
});

test('a changed webhook goes where it says now, and only who saw it changes it', async () => {
  const [before, after] = [await fresh(), await fresh()];
  const { revision } = await webhooks.create('renamed', before, 'renamed');
  const updated = await webhooks.call<{ revision: number }>('update', { name: 'renamed', revision, url: after.url, description: 'new' });
  expect(updated).toMatchObject({ revision: revision + 1, description: 'new', topic: 'renamed' });
  expect(await webhooks.refusal('update', { name: 'renamed', revision, url: before.url })).toBe('revision_conflict');
  await channels.publish('renamed', 1);
  await after.count(1);
  expect(before.received).toEqual([]);
  expect(await webhooks.call('update', { name: 'renamed', description: null })).not.toHaveProperty('description');
});
