import { afterAll, beforeAll, expect, test } from 'vitest';
import { McpClient } from '../support/mcp.js';
import { TestServer } from '../support/server.js';

let server: TestServer;
let mcp: McpClient;
beforeAll(async () => {
  server = await TestServer.start();
  mcp = await McpClient.connect(server);
});
afterAll(async () => {
  await mcp.close();
  await server.stop();
});

test('there are four, each with the argument that it needs', async () => {
  const { prompts } = await mcp.client.listPrompts();
  expect(prompts.map(({ name, arguments: args }) => [name, args!.map((each) => [each.name, each.required])])).toEqual([
    ['draft_chunk', [['chunk_id', true]]],
    ['review_chunk', [['chunk_id', true]]],
    ['weekly_digest', [['document_id', true]]],
    ['plan_week', [['document_id', true]]],
  ]);
});

test('a prompt brings the chunk or document as it is now', async () => {
  const { document_id: id } = await mcp.document<{ document_id: string }>('create_document', { title: 'Week' });
  const chunk = await mcp.document<{ id: string }>('create_chunk', { document_id: id, title: 'Call', body: 'before' });
  await mcp.document('update_chunk', { id: chunk.id, revision: 1, body: 'after' });
  const { messages } = await mcp.client.getPrompt({ name: 'review_chunk', arguments: { chunk_id: chunk.id } });
  expect(messages).toMatchObject([
    { role: 'user', content: { type: 'text', text: expect.stringContaining(`the chunk ${chunk.id}`) as string } },
    { role: 'user', content: { type: 'resource', resource: { uri: `loomcycle://user/chunks/${chunk.id}`, text: '# Call\n\nafter\n', _meta: { revision: 2 } } } },
  ]);
  const uri = `loomcycle://user/documents/${id}`;
  for (const which of [id, uri]) {
    const { messages: ofDocument } = await mcp.client.getPrompt({ name: 'plan_week', arguments: { document_id: which } });
    expect(ofDocument[1]).toMatchObject({ content: { resource: { uri, mimeType: 'text/markdown', text: expect.stringContaining('after') as string } } });
  }
});

test('what is missing or unknown is refused by name', async () => {
  await expect(mcp.client.getPrompt({ name: 'sing' })).rejects.toMatchObject({ code: -32602, message: expect.stringContaining('"sing"') as string });
  await expect(mcp.client.getPrompt({ name: 'plan_week' })).rejects.toThrow(/needs document_id/);
  const uri = `loomcycle://user/chunks/${'0'.repeat(32)}`;
  const nowhere = mcp.client.getPrompt({ name: 'draft_chunk', arguments: { chunk_id: '0'.repeat(32) } });
  await expect(nowhere).rejects.toMatchObject({ code: -32002, data: { uri } });
});

test('its arguments are completed', async () => {
  const { document_id: id } = await mcp.document<{ document_id: string }>('create_document', { title: 'Retrospective' });
  const argument = { name: 'document_id', value: 'retro' };
  const complete = (name: string): Promise<unknown> => mcp.client.complete({ ref: { type: 'ref/prompt', name }, argument });
  expect(await complete('plan_week')).toEqual({ completion: { values: [id], total: 1, hasMore: false } });
  await expect(complete('sing')).rejects.toMatchObject({ code: -32602 });
});
