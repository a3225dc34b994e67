import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, TestBrowser } from '../support/browser.js';
import { ROOT, TestServer } from '../support/server.js';
import { end, said, say } from './agents.js';

let server: TestServer;
let browser: TestBrowser;
beforeAll(async () => {
  [server, browser] = await Promise.all([TestServer.start({ configFiles: [path.join(ROOT, 'loomcycle.yaml')] }), TestBrowser.start()]);
});
afterAll(async () => {
  await browser.stop();
  await server.stop();
});

test('with the configuration that ships, and no model, doc-manager shows the outline of the document that is open', async () => {
  const { document_id: id } = await server.document<{ document_id: string }>('import_md', { markdown: '# Handbook\n\n## Returns\n\nWithin 30 days.\n\n## Parcels\n\n### A parcel is lost\n' });
  const page = await browser.open(server, `/ui/documents/${id}`);
  await page.getByRole('button', { name: 'Ask' }).click();
  const panel = page.getByTestId('ask-panel');
  await panel.locator('[data-testid=agent-card][data-chosen=true]').filter({ hasText: 'doc-manager' }).waitFor();
  await panel.getByText('It is told that “Handbook” is open.').waitFor();
  await say(page, 'Outline this document');
  await end(page, 'completed');
  await eventually(() => panel.getByTestId('entry-text').locator('li li').allInnerTexts()).toEqual(['Returns', 'Parcels\nA parcel is lost', 'A parcel is lost'].map((text) => expect.stringContaining(text) as string));
  expect((await said(page))[0]).toBe('Outline this document');
  expect(await panel.getByTestId('run-end').innerText()).toContain('offline · 3 turns');

  const [first] = await panel.getByTestId('tool-call').all();
  expect(await first!.locator('pre').first().isVisible()).toBe(false);
  await first!.locator('summary').click();
  expect(await first!.locator('pre').allInnerTexts()).toEqual([expect.stringContaining(id), expect.stringContaining('"title": "Handbook"')]);

  // The conversation stays while chunks are opened and when the page is loaded again.
  await page.getByTestId('tree-node').filter({ hasText: 'Returns' }).click();
  await page.getByTestId('chunk-body').waitFor();
  await page.reload();
  await end(page, 'completed');
  await page.getByTestId('chunk-body').waitFor();
  expect((await said(page))[0]).toBe('Outline this document');
  await say(page, 'List documents');
  await eventually(async () => (await said(page)).at(-1)).toContain('Handbook (/documents/handbook, 4 chunks)');
});
