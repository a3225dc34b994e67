import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { append, chunkPath, eventually, TestBrowser, textOf } from '../support/browser.js';
import { TestServer } from '../support/server.js';
import { chunkOnServer, newChunk, type Chunk } from './plan.js';

let server: TestServer;
let browser: TestBrowser;
beforeAll(async () => {
  [server, browser] = await Promise.all([TestServer.start(), TestBrowser.start()]);
});
afterAll(async () => {
  await browser.stop();
  await server.stop();
});

const MINE = 'We ship. Says a person.';
const THEIRS = 'An agent says: we ship.';

let chunk: Chunk;
let page: Page;
beforeEach(async () => {
  chunk = await newChunk(server);
  page = await browser.open(server, chunkPath(chunk.document_id, chunk.id));
  await append(page.getByTestId('chunk-body'), ' Says a person.');
});

const dialog = () => page.getByTestId('conflict-dialog');
const body = () => page.getByTestId('chunk-body');
const onServer = () => chunkOnServer(server, chunk);
const agentWrites = (revision: number, changes: Record<string, unknown>) =>
  server.document('update_chunk', { id: chunk.id, revision, ...changes });

/** An agent saves first, then the person does. */
async function collide(changes: Record<string, unknown> = { body: THEIRS }): Promise<void> {
  await agentWrites(1, changes);
  await page.getByTestId('save-chunk').click();
  await dialog().waitFor();
}

describe('a save that meets a newer revision', () => {
  test('changes nothing and shows both sides; cancel keeps my text in the editor, and the next save asks again', async () => {
    await collide();
    await eventually(() => textOf(page.getByTestId('conflict-theirs'))).toBe(THEIRS);
    expect(await textOf(page.getByTestId('conflict-mine'))).toBe(MINE);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await dialog().waitFor({ state: 'detached' });
    expect(await textOf(body())).toBe(MINE);
    expect(await onServer()).toMatchObject({ revision: 2, body: THEIRS });
    await page.getByTestId('save-chunk').click();
    await eventually(() => textOf(page.getByTestId('conflict-mine'))).toBe(MINE);
  });

  test('save merged: the text edited in the dialog becomes the next revision', async () => {
    await collide({ body: THEIRS, title: 'Agreed title' });
    await append(page.getByTestId('conflict-mine'), ` ${THEIRS}`);
    await page.getByTestId('conflict-save-merged').click();
    await dialog().waitFor({ state: 'detached' });
    expect(await onServer()).toMatchObject({ revision: 3, body: `${MINE} ${THEIRS}`, title: 'Agreed title' });
    await eventually(() => textOf(body())).toBe(`${MINE} ${THEIRS}`);
  });

  test('keep mine: what I wrote wins, and what I did not touch stays theirs', async () => {
    await collide({ body: THEIRS, title: 'Their title' });
    await page.getByTestId('conflict-keep-mine').click();
    await dialog().waitFor({ state: 'detached' });
    expect(await onServer()).toMatchObject({ revision: 3, body: MINE, title: 'Their title' });
  });

  test('take theirs: nothing is written, and my text can be brought back', async () => {
    await collide();
    await page.getByTestId('conflict-take-theirs').click();
    await dialog().waitFor({ state: 'detached' });
    await eventually(() => textOf(body())).toBe(THEIRS);
    expect(await onServer()).toMatchObject({ revision: 2, body: THEIRS });
    await page.getByRole('button', { name: 'Bring mine back' }).click();
    await eventually(() => textOf(body())).toBe(MINE);
  });

  test('a third version that comes while the dialog is open is shown, not overwritten', async () => {
    await collide();
    await agentWrites(2, { body: 'A second agent.' });
    await eventually(() => textOf(page.getByTestId('conflict-theirs'))).toBe('A second agent.');
    expect(await textOf(page.getByTestId('conflict-mine'))).toBe(MINE);
    await page.getByTestId('conflict-save-merged').click();
    await dialog().waitFor({ state: 'detached' });
    expect(await onServer()).toMatchObject({ revision: 4, body: MINE });
  });
});

test('a newer revision announces itself while I type, and can be reviewed before saving', async () => {
  await agentWrites(1, { body: THEIRS });
  await page.getByTestId('review-change').click();
  await eventually(() => textOf(page.getByTestId('conflict-theirs'))).toBe(THEIRS);
  expect(await textOf(body())).toBe(MINE);
  expect(await onServer()).toMatchObject({ revision: 2, body: THEIRS });
});
