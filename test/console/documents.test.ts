import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, TestBrowser } from '../support/browser.js';
import { TestServer } from '../support/server.js';

let server: TestServer;
let browser: TestBrowser;
beforeAll(async () => {
  [server, browser] = await Promise.all([TestServer.start(), TestBrowser.start()]);
});
afterAll(async () => {
  await browser.stop();
  await server.stop();
});

test('the list starts empty and follows what is made, renamed and deleted elsewhere', async () => {
  const page = await browser.open(server, '/ui/paths?scope=user');
  await page.getByRole('heading', { name: 'No documents yet' }).waitFor();
  const titles = () => page.locator('[data-testid=document-row] .document-row-title').allTextContents();

  const made = await server.document<{ document_id: string; root_chunk_id: string }>('create_document', { title: 'Runbook' });
  await eventually(titles).toEqual(['Runbook']);
  await server.document('create_document', { title: 'Plan' });
  await eventually(titles).toEqual(['Plan', 'Runbook']);
  await server.document('update_chunk', { id: made.root_chunk_id, revision: 1, title: 'Night runbook' });
  await eventually(titles).toEqual(['Night runbook', 'Plan']);
  await server.document('delete_document', { id: made.document_id });
  await eventually(titles).toEqual(['Plan']);
});

test('an import makes a document whose outline follows its headings', async () => {
  const page = await browser.open(server, '/ui/paths?scope=user');
  await page.getByRole('button', { name: 'Import Markdown' }).click();
  await page.getByLabel('Markdown', { exact: true }).fill('# Launch\n\nLead.\n\n## Goals\n\nFew.\n\n### Metrics\n\n## Risks\n');
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByRole('heading', { name: 'Launch' }).waitFor();
  const nodes = page.getByTestId('tree-node');
  const outline = await nodes.evaluateAll((rows: { ariaLevel: string; textContent: string }[]) =>
    rows.map((row) => `${row.ariaLevel} ${row.textContent}`),
  );
  expect(outline).toEqual(['1 Launch', '2 Goals', '3 Metrics', '2 Risks']);
  const { documents } = await server.document<{ documents: { title: string; chunk_count: number }[] }>('list_documents');
  expect(documents.find(({ title }) => title === 'Launch')).toMatchObject({ chunk_count: 4 });
});

test('the page of a document that is deleted meanwhile says so', async () => {
  const { document_id } = await server.document<{ document_id: string }>('create_document', { title: 'Short-lived' });
  const page = await browser.open(server, `/ui/documents/${document_id}`);
  await page.getByRole('heading', { name: 'Short-lived' }).waitFor();
  await server.document('delete_document', { id: document_id });
  await page.getByRole('heading', { name: 'This document is not here' }).waitFor();
});
