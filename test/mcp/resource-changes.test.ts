import { ResourceListChangedNotificationSchema, ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { McpClient } from '../support/mcp.js';
import { notifications, RawSession } from '../support/mcp-raw.js';
import { TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

const UPDATED = 'notifications/resources/updated';
const LIST_CHANGED = 'notifications/resources/list_changed';

async function newDocument(title: string): Promise<{ document_id: string; root_chunk_id: string }> {
  return server.document('create_document', { title });
}

function updated(uri: string): Record<string, unknown> {
  return { jsonrpc: '2.0', method: UPDATED, params: { uri } };
}

test('a commit tells once of each resource that it changed, and only of those that were asked for', async () => {
  const { document_id: id, root_chunk_id: root } = await newDocument('Watched');
  const chunk = await server.document<{ id: string }>('create_chunk', { document_id: id, title: 'Part' });
  const other = await newDocument('Not watched');
  const session = await RawSession.open(server);
  const stream = await session.stream();
  const [documentUri, chunkUri] = [`loomcycle://user/documents/${id}`, `loomcycle://user/chunks/${chunk.id}`];
  for (const uri of [documentUri, chunkUri]) expect(await session.request('resources/subscribe', { uri })).toMatchObject({ result: {} });

  await server.document('update_chunk', { id: other.root_chunk_id, revision: 1, body: 'elsewhere' });
  const operations = [
    { op: 'update_chunk', id: root, revision: 1, body: 'one' },
    { op: 'update_chunk', id: chunk.id, revision: 1, body: 'two' },
    { op: 'update_chunk', id: chunk.id, revision: 2, body: 'three' },
  ];
  await server.document('batch', { ops: operations });
  await session.request('resources/unsubscribe', { uri: documentUri });
  await server.document('update_chunk', { id: chunk.id, revision: 3, body: 'four' });
  // One event tells of a deleted document; its chunks are gone all the same.
  await server.document('delete_document', { id });
  await stream.until(() => notifications(stream).some(({ method }) => method === LIST_CHANGED));
  expect(notifications(stream)).toEqual([
    updated(documentUri),
    updated(chunkUri),
    updated(chunkUri),
    updated(chunkUri),
    { jsonrpc: '2.0', method: LIST_CHANGED },
  ]);
  expect(stream.messages.map((message) => message.id)).toEqual(['1', '2', '3', '4', '5']);
  stream.close();
});

test("the stream tells of documents that come and go, of the tenant's too", async () => {
  const session = await RawSession.open(server);
  const stream = await session.stream();
  const { document_id: id } = await newDocument('Comes');
  await stream.until(() => stream.messages.length === 1);
  await server.document('delete_document', { id });
  await stream.until(() => stream.messages.length === 2);
  await server.document('create_document', { title: 'Shared', scope: 'tenant' });
  await stream.until(() => stream.messages.length === 3);
  expect(notifications(stream).map(({ method }) => method)).toEqual([LIST_CHANGED, LIST_CHANGED, LIST_CHANGED]);
  stream.close();
});

test('a stream that is open misses nothing: what is written at once is told', async () => {
  for (let round = 0; round < 40; round += 1) {
    const session = await RawSession.open(server);
    const stream = await session.stream();
    await newDocument(`At once ${round}`);
    await stream.until(() => stream.messages.length === 1);
    stream.close();
  }
});

test('the client of the SDK gets both, after the commit', async () => {
  const { document_id: id, root_chunk_id: root } = await newDocument('For the SDK');
  const mcp = await McpClient.connect(server);
  const uri = `loomcycle://user/documents/${id}`;
  const heard = new Promise<string>((resolve) => {
    mcp.client.setNotificationHandler(ResourceUpdatedNotificationSchema, async ({ params }) => {
      const { contents } = await mcp.client.readResource({ uri: params.uri });
      resolve((contents[0] as { text: string }).text);
    });
  });
  const changed = new Promise<void>((resolve) => {
    mcp.client.setNotificationHandler(ResourceListChangedNotificationSchema, () => resolve());
  });
  await mcp.client.subscribeResource({ uri });
  await server.document('update_chunk', { id: root, revision: 1, body: 'What was committed.' });
  expect(await heard).toContain('What was committed.');
  await newDocument('Another');
  await changed;
  await mcp.close();
});
