import { afterAll, beforeAll, expect, test } from 'vitest';
import { McpClient } from '../support/mcp.js';
import { TestServer } from '../support/server.js';

const READER = 'test-token-of-reader-0123456789';
const LISTENER = 'test-token-of-listener-0123456789';

let server: TestServer;
let mcp: McpClient;
let plan: { document_id: string; root_chunk_id: string };
let step: { id: string };

beforeAll(async () => {
  server = await TestServer.start({
    config: {
      principals: {
        denn: { tenant: '', subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' },
        reader: { tenant: '', subject: 'denn', scopes: ['documents:read'], token_env: 'LOOMCYCLE_TOKEN_READER' },
        listener: { tenant: '', subject: 'denn', scopes: ['channel:read'], token_env: 'LOOMCYCLE_TOKEN_LISTENER' },
      },
    },
    env: { LOOMCYCLE_TOKEN_READER: READER, LOOMCYCLE_TOKEN_LISTENER: LISTENER },
  });
  mcp = await McpClient.connect(server);
  plan = await mcp.document('create_document', { title: 'Launch plan' });
  step = await mcp.document('create_chunk', { document_id: plan.document_id, title: 'First step', body: 'Walk 100% on.', status: 'open' });
});
afterAll(async () => {
  await mcp.close();
  await server.stop();
});

const documentUri = (id: string): string => `loomcycle://user/documents/${id}`;
const chunkUri = (id: string): string => `loomcycle://user/chunks/${id}`;

async function listAll(client: McpClient): Promise<{ uri: string; title?: string | undefined }[]> {
  const found = [];
  let cursor: string | undefined;
  do {
    const page = await client.client.listResources(cursor === undefined ? {} : { cursor });
    found.push(...page.resources);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return found;
}

test('a document is Markdown, a chunk too, with what it takes to change it', async () => {
  const { contents } = await mcp.client.readResource({ uri: documentUri(plan.document_id) });
  expect(contents).toMatchObject([{ uri: documentUri(plan.document_id), mimeType: 'text/markdown' }]);
  expect((contents[0] as { text: string }).text).toContain('Walk 100% on.');
  expect((await mcp.client.readResource({ uri: chunkUri(step.id) })).contents).toEqual([
    {
      uri: chunkUri(step.id),
      mimeType: 'text/markdown',
      text: '# First step\n\nWalk 100% on.\n',
      _meta: { title: 'First step', document_id: plan.document_id, revision: 1, status: 'open' },
    },
  ]);
});

test.each([
  ['a document that is not there', documentUri('0'.repeat(32))],
  ['a chunk that is not there', chunkUri('0'.repeat(32))],
  ['a storage of nobody', `loomcycle://agent/nobody/documents/${'0'.repeat(32)}`],
  ['no id', documentUri('plan')],
  ['another scheme', 'file:///etc/passwd'],
  ['a broken escape', `loomcycle://agent/%zz/chunks/${'0'.repeat(32)}`],
])('%s is not found, by its uri', async (_name, uri) => {
  await expect(mcp.client.readResource({ uri })).rejects.toMatchObject({ code: -32002, data: { uri } });
  await expect(mcp.client.subscribeResource({ uri })).rejects.toMatchObject({ code: -32002, data: { uri } });
});

test('the list goes through all documents page by page, then through those of the tenant', async () => {
  const titles = Array.from({ length: 205 }, (_, index) => `Note ${index}`);
  await Promise.all(titles.map((title) => server.document('create_document', { title })));
  await mcp.document('create_document', { title: 'Shared', scope: 'tenant' });
  const listed = await listAll(mcp);
  expect(listed.map(({ title }) => title).sort()).toEqual(['Launch plan', 'Shared', ...titles].sort());
  expect(listed.at(-1)!.uri).toMatch(/^loomcycle:\/\/tenant\/documents\/[0-9a-f]{32}$/);
  const { contents } = await mcp.client.readResource({ uri: listed.at(-1)!.uri });
  expect((contents[0] as { text: string }).text).toContain('# Shared');
  await expect(mcp.client.listResources({ cursor: 'mine' })).rejects.toMatchObject({ code: -32602 });
});

test('templates have variables that are completed by id and by title', async () => {
  const { resourceTemplates } = await mcp.client.listResourceTemplates();
  const uris = resourceTemplates.map(({ uriTemplate }) => uriTemplate);
  expect(uris).toEqual(expect.arrayContaining(['loomcycle://user/documents/{document_id}', 'loomcycle://agent/{agent}/chunks/{chunk_id}']));
  const complete = async (uri: string, name: string, value: string): Promise<string[]> =>
    (await mcp.client.complete({ ref: { type: 'ref/resource', uri }, argument: { name, value } })).completion.values;
  expect(await complete('loomcycle://user/documents/{document_id}', 'document_id', 'launch')).toEqual([plan.document_id]);
  expect(await complete('loomcycle://user/documents/{document_id}', 'document_id', plan.document_id.slice(0, 12))).toEqual([plan.document_id]);
  expect(await complete('loomcycle://user/chunks/{chunk_id}', 'chunk_id', 'FIRST')).toEqual([step.id]);
  // What stands for anything in LIKE stands for itself here.
  expect(await complete('loomcycle://user/chunks/{chunk_id}', 'chunk_id', '%')).toEqual([]);
  await expect(complete('loomcycle://nobody/{x}', 'x', '')).rejects.toMatchObject({ code: -32602 });
});

test('who may only read sees documents and not those of the tenant', async () => {
  const reader = await McpClient.connect(server, READER);
  expect((await listAll(reader)).map(({ uri }) => uri)).toContain(documentUri(plan.document_id));
  const { resourceTemplates } = await reader.client.listResourceTemplates();
  expect(resourceTemplates.filter(({ uriTemplate }) => uriTemplate.includes('tenant'))).toEqual([]);
  // The log is what tells of changes.
  const watching = reader.client.subscribeResource({ uri: documentUri(plan.document_id) });
  await expect(watching).rejects.toMatchObject({ code: -32600, data: { reason: 'forbidden' } });
  await reader.close();
});

test('who may not read documents has no resources, no templates, no prompts and no completion', async () => {
  const { client, close } = await McpClient.connect(server, LISTENER).then((each) => ({ client: each.client, close: () => each.close() }));
  expect(await client.listResources()).toEqual({ resources: [] });
  expect(await client.listResourceTemplates()).toEqual({ resourceTemplates: [] });
  expect(await client.listPrompts()).toEqual({ prompts: [] });
  const uri = documentUri(plan.document_id);
  await expect(client.readResource({ uri })).rejects.toMatchObject({ code: -32002 });
  await expect(client.subscribeResource({ uri })).rejects.toMatchObject({ code: -32002 });
  const ref = { type: 'ref/resource' as const, uri: 'loomcycle://user/documents/{document_id}' };
  expect((await client.complete({ ref, argument: { name: 'document_id', value: '' } })).completion.values).toEqual([]);
  await close();
});
