import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, TestBrowser } from '../support/browser.js';
import { documentAt, ls, path } from '../support/paths.js';
import { TestServer } from '../support/server.js';

let server: TestServer;
let browser: TestBrowser;
let page: Page;
beforeAll(async () => {
  [server, browser] = await Promise.all([TestServer.start(), TestBrowser.start()]);
  const id = await documentAt(server, '/plans/launch/week');
  const { id: chunk } = await server.document<{ id: string }>('create_chunk', { document_id: id, title: 'Day 1' });
  await path(server, 'link', { path: '/plans/today', kind: 'document', ref: { document_id: id } });
  await path(server, 'link', { path: '/first-day', kind: 'chunk', ref: { chunk_id: chunk } });
  await path(server, 'link', { path: '/site', kind: 'url', ref: { url: 'https://example.org/' } });
  page = await browser.open(server, '/ui/paths?scope=user');
});
afterAll(async () => {
  await browser.stop();
  await server.stop();
});

const rows = () => page.getByTestId('path-row').evaluateAll((all: { dataset: { path: string } }[]) => all.map((row) => row.dataset.path));

async function choose(at: string, item: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${at}`, exact: true }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

test('the page shows the tree of names, implied directories too; they close and stay closed', async () => {
  const all = ['/plans', '/plans/launch', '/plans/launch/week', '/plans/today', '/first-day', '/site'];
  await eventually(rows).toEqual(all);
  await page.getByRole('button', { name: 'launch', exact: true }).click();
  await eventually(rows).toEqual(all.filter((at) => at !== '/plans/launch/week'));
  await page.reload();
  await eventually(rows).toEqual(all.filter((at) => at !== '/plans/launch/week'));
  await page.getByRole('button', { name: 'launch', exact: true }).click();
  await eventually(rows).toEqual(all);
});

test('a new folder, a move and a removed name are on the server, and what happens there shows at once', async () => {
  await page.getByRole('button', { name: 'New folder' }).click();
  await page.getByLabel('Path').fill('/archive');
  await page.getByRole('button', { name: 'Create' }).click();
  await eventually(() => ls(server)).toContain('/archive directory');
  await choose('/plans/launch', 'Move or rename');
  await page.getByLabel('Path').fill('/archive/launch');
  await page.getByRole('button', { name: 'Move', exact: true }).click();
  await eventually(rows).toEqual(['/archive', '/archive/launch', '/archive/launch/week', '/plans', '/plans/today', '/first-day', '/site']);
  await choose('/plans/today', 'Remove name');
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await eventually(rows).toEqual(['/archive', '/archive/launch', '/archive/launch/week', '/first-day', '/site']);
  expect(await ls(server, { path: '/', recursive: true, kind_filter: 'document' })).toEqual(['/archive/launch/week document']);
  await path(server, 'mv', { path: '/archive/launch', to: '/later' });
  await eventually(rows).toEqual(['/archive', '/later', '/later/week', '/first-day', '/site']);
});

test('a refusal is said in the dialog, and what cannot be removed is not offered', async () => {
  await choose('/later/week', 'Move or rename');
  await page.getByLabel('Path').fill('/site');
  await page.getByRole('button', { name: 'Move', exact: true }).click();
  await eventually(() => page.getByRole('alert').allTextContents()).toEqual([expect.stringContaining('/site is taken by a url')]);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Actions for /later/week' }).click();
  expect(await page.getByRole('menuitem').allTextContents()).toEqual([expect.stringContaining('Move or rename')]);
  await page.keyboard.press('Escape');
  await choose('/later', 'Remove folder');
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await eventually(() => page.getByRole('alert').allTextContents()).toEqual([expect.stringContaining('last name of a document')]);
  await page.getByRole('button', { name: 'Cancel' }).click();
});

test('a document is made in the folder where it was asked for', async () => {
  await choose('/archive', 'New document here');
  await page.getByLabel('Title').fill('Retrospective');
  expect(await page.getByRole('button', { name: 'Create' }).isDisabled()).toBe(true);
  await page.getByLabel('Path').fill('/archive/retro');
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { name: 'Retrospective' }).waitFor();
  expect(await server.document('get_document', { path: '/archive/retro' })).toMatchObject({ title: 'Retrospective' });
});
