import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { append, chunkPath, eventually, live, TestBrowser, textOf } from '../support/browser.js';
import { TestServer } from '../support/server.js';
import { chunkOnServer, definePublication, newChunk, type Chunk } from './plan.js';

let server: TestServer;
let browser: TestBrowser;
beforeAll(async () => {
  [server, browser] = await Promise.all([TestServer.start(), TestBrowser.start()]);
  await definePublication(server);
});
afterAll(async () => {
  await browser.stop();
  await server.stop();
});

let chunk: Chunk;
let page: Page;
beforeEach(async () => {
  chunk = await newChunk(server, {
    type: 'publication',
    status: 'scheduled',
    fields: { platform: 'x', date: '2026-06-30', blog_slug: 'launch' },
  });
  page = await browser.open(server, chunkPath(chunk.document_id, chunk.id));
});

const body = () => page.getByTestId('chunk-body');
const saved = () => page.getByRole('status').getByText('Saved', { exact: true });

test('title, body, status and fields are saved as one revision, and can be taken away again', async () => {
  await append(body(), ' Today.');
  await page.getByLabel('Title').fill('Launch thread');
  await page.getByTestId('status-select').selectOption('drafted');
  await page.getByLabel('date').fill('2026-07-01');
  await page.getByLabel('blog slug').fill('');
  await page.getByTestId('save-chunk').click();
  await saved().waitFor();
  expect(await chunkOnServer(server, chunk)).toMatchObject({
    revision: 2,
    title: 'Launch thread',
    body: 'We ship. Today.',
    status: 'drafted',
    fields: { platform: 'x', date: '2026-07-01', status: 'drafted' },
  });
  expect((await chunkOnServer(server, chunk)).fields).not.toHaveProperty('blog_slug');

  await page.getByTestId('status-select').selectOption('');
  await page.getByLabel('Type').selectOption('');
  await page.getByTestId('save-chunk').click();
  await saved().waitFor();
  const plain = await chunkOnServer(server, chunk);
  expect(plain).toMatchObject({ revision: 3, body: 'We ship. Today.', fields: { platform: 'x' } });
  expect(plain).not.toHaveProperty('type');
  expect(plain).not.toHaveProperty('status');
});

test('Ctrl+S saves, and typing goes on where it was', async () => {
  await append(body(), ' One.');
  await page.keyboard.press('Control+s');
  await saved().waitFor();
  await page.keyboard.type(' Two.');
  await page.keyboard.press('Control+s');
  await eventually(async () => (await chunkOnServer(server, chunk)).body).toBe('We ship. One. Two.');
});

test('a refused field says why beside the field, and keeps the edits', async () => {
  await append(body(), ' Kept.');
  await page.getByLabel('date').fill('');
  await page.getByTestId('save-chunk').click();
  await eventually(() => page.locator('.field', { has: page.getByLabel('date') }).getByRole('alert').textContent()).toContain(
    'is required',
  );
  expect(await textOf(body())).toBe('We ship. Kept.');
  expect(await chunkOnServer(server, chunk)).toMatchObject({ revision: 1, body: 'We ship.' });
});

test('unsaved edits survive another chunk and a reload', async () => {
  await append(body(), ' Unsaved.');
  await page.getByTestId('tree-node').filter({ hasText: 'Plan' }).click();
  await eventually(() => page.getByTestId('chunk-editor').getAttribute('data-chunk-id')).not.toBe(chunk.id);
  await page.getByTestId('tree-node').filter({ hasText: 'Launch post' }).click();
  await eventually(() => textOf(body())).toBe('We ship. Unsaved.');
  page.on('dialog', (dialog) => void dialog.accept());
  await page.reload();
  await live(page);
  await eventually(() => textOf(body())).toBe('We ship. Unsaved.');
  expect(await chunkOnServer(server, chunk)).toMatchObject({ revision: 1 });
});
