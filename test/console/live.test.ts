import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { chunkPath, eventually, TestBrowser, textOf } from '../support/browser.js';
import { TestServer, TOKEN } from '../support/server.js';
import { newChunk, type Chunk } from './plan.js';

let server: TestServer;
let browser: TestBrowser;
beforeAll(async () => {
  [server, browser] = await Promise.all([TestServer.start(), TestBrowser.start()]);
});
afterAll(async () => {
  await browser.stop();
  await server.stop();
});

let chunk: Chunk;
let page: Page;
let loads: number;
beforeEach(async () => {
  chunk = await newChunk(server);
  page = await browser.open(server, chunkPath(chunk.document_id, chunk.id));
  await page.getByTestId('chunk-body').waitFor();
  loads = 0;
  page.on('load', () => (loads += 1));
});

const row = (title: string) => page.getByTestId('tree-node').filter({ hasText: title });

test('what HTTP and MCP clients write shows in the open chunk, its preview and the tree, without a reload', async () => {
  await server.document('update_chunk', { id: chunk.id, revision: 1, body: 'We **ship** today.', status: 'ready' });
  await eventually(() => textOf(page.getByTestId('chunk-body'))).toBe('We **ship** today.');
  await eventually(() => page.getByRole('region', { name: 'Preview' }).locator('strong').allTextContents()).toEqual(['ship']);
  await eventually(() => page.getByTestId('status-select').inputValue()).toBe('ready');
  await eventually(() => row('Launch post').getAttribute('data-status')).toBe('ready');

  const client = new Client({ name: 'agent', version: '1' });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${server.url}/v1/_mcp`), {
      requestInit: { headers: { authorization: `Bearer ${TOKEN}` } },
    }),
  );
  await client.callTool({
    name: 'document',
    arguments: { op: 'update_chunk', id: chunk.id, revision: 2, title: 'Written by an agent', body: 'Over MCP.' },
  });
  await client.close();
  await eventually(() => textOf(page.getByTestId('chunk-body'))).toBe('Over MCP.');
  await eventually(() => page.getByLabel('Title').inputValue()).toBe('Written by an agent');
  expect(loads).toBe(0);
});

test('chunks that are added, moved and deleted elsewhere do so in the tree', async () => {
  const { document_id, id } = chunk;
  const titles = () => page.locator('[data-testid=tree-node] .tree-row-title').allTextContents();
  const added = await server.document<Chunk>('create_chunk', { document_id, title: 'Follow-up' });
  await eventually(titles).toEqual(['Plan', 'Launch post', 'Follow-up']);
  await server.document('move_chunk', { id: added.id, position: 0 });
  await eventually(titles).toEqual(['Plan', 'Follow-up', 'Launch post']);
  await server.document('delete_chunk', { id });
  await eventually(titles).toEqual(['Plan', 'Follow-up']);
  await page.getByRole('heading', { name: 'This chunk is no longer in the document' }).waitFor();
  expect(loads).toBe(0);
});

test('a type that is defined elsewhere brings its fields to the form', async () => {
  await server.document('define_type', { name: 'talk', fields: [{ name: 'speaker', type: 'string' }] });
  await page.getByLabel('Type').selectOption('talk');
  await page.getByLabel('speaker').waitFor();
  await server.document('define_type', { name: 'talk', fields: [{ name: 'venue', type: 'string' }] });
  await page.getByLabel('venue').waitFor();
  expect(loads).toBe(0);
});
