import { afterAll, beforeAll, expect, test } from 'vitest';
import { Channels } from '../support/channels.js';
import { LOCAL, Receiver, verify, Webhooks } from '../support/receiver.js';
import { TestServer } from '../support/server.js';

// An event of a topic reaches a URL by the rules of Standard Webhooks.

let server: TestServer;
let webhooks: Webhooks;
let channels: Channels;
let receiver: Receiver;
beforeAll(async () => {
  const names = ['orders/new', 'orders/gone', 'order', 'typed', 'headers', 'parallel'];
  const config = { outgoing_webhooks: LOCAL, channels: Object.fromEntries(names.map((name) => [name, { scope: 'user' }])) };
  server = await TestServer.start({ config });
  webhooks = new Webhooks(server);
  channels = new Channels(server);
});
afterAll(() => server.stop());

async function fresh(): Promise<Receiver> {
  receiver = await Receiver.start();
  return receiver;
}

test('an event is signed so that the package of the specification verifies it, and no other secret does', async () => {
  const target = await fresh();
  const { secret } = await webhooks.create('signed', target, 'documents/*/chunks');
  const other = await webhooks.create('other', await Receiver.start(), 'documents/*/chunks');
  const { document_id } = await server.document<{ document_id: string }>('create_document', { title: 'Plan – ünïcode' });
  const [request] = await target.count(1);
  expect(verify(request!, secret)).toEqual(request!.body);
  expect(() => verify(request!, other.secret)).toThrow('No matching signature');
  expect(() => verify({ ...request!, text: request!.text.replace('create_document', 'delete_document') }, secret)).toThrow('No matching signature');
  expect(() => verify({ ...request!, headers: { ...request!.headers, 'webhook-id': 'msg_other' } }, secret)).toThrow('No matching signature');
  expect(request!.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': expect.stringMatching(/^msg_[0-9a-f]{32}$/) as string });
  const { type, timestamp, data } = request!.body;
  expect(type).toBe('documents.create_document');
  expect(new Date(timestamp).toISOString()).toBe(timestamp);
  expect(data).toMatchObject({ topic: `documents/${document_id}/chunks`, scope: 'user', payload: { op: 'create_document', document_id, actor: 'denn' } });
});
