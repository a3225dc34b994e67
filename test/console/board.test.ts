import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually, TestBrowser } from '../support/browser.js';
import { TestServer } from '../support/server.js';
import { chunkOnServer, definePublication, newChunk, type Chunk } from './plan.js';

let server: TestServer;
let browser: TestBrowser;
beforeAll(async () => {
  [server, browser] = await Promise.all([TestServer.start(), TestBrowser.start()]);
  await definePublication(server);
  await server.document('define_type', {
    name: 'task',
    fields: [{ name: 'status', type: 'enum', values: ['scheduled', 'blocked'] }],
  });
});
afterAll(async () => {
  await browser.stop();
  await server.stop();
});

let chunk: Chunk;
let page: Page;
beforeEach(async () => {
  chunk = await newChunk(server, { type: 'publication', status: 'scheduled', fields: { date: '2026-06-30', platform: 'x' } });
  page = await browser.open(server, `/ui/documents/${chunk.document_id}/board`);
});

const column = (status: string) => page.locator(`[data-testid=board-column][data-status=${status}]`);
const cardIn = (status: string) => column(status).getByTestId('board-card');
const statusOnServer = async () => (await chunkOnServer(server, chunk)).status;

async function centre(of: ReturnType<typeof column>): Promise<{ x: number; y: number }> {
  const { x, y, width, height } = (await of.boundingBox())!;
  return { x: x + width / 2, y: y + height / 2 };
}

/** Drags as a hand does, through points on the way. */
async function drag(from: string, to: string): Promise<void> {
  const start = await centre(cardIn(from));
  const end = await centre(column(to));
  await page.mouse.move(start.x, start.y);
  await page.mouse.down();
  await page.mouse.move(start.x + 12, start.y + 4);
  await page.mouse.move(end.x, end.y, { steps: 6 });
  await eventually(() => column(to).getAttribute('data-over')).toBe('true');
  await page.mouse.up();
}

async function pickUpByKey(from: string): Promise<void> {
  await page.keyboard.press('Space');
  await eventually(() => column(from).getAttribute('data-over')).toBe('true');
}

async function arrowTo(to: string): Promise<void> {
  await page.keyboard.press('ArrowRight');
  await eventually(() => column(to).getAttribute('data-over')).toBe('true');
}

describe('the board', () => {
  test('has a column for each status of the types, in their order, and follows what agents do', async () => {
    const statuses = await page
      .getByTestId('board-column')
      .evaluateAll((columns: { dataset: { status: string } }[]) => columns.map(({ dataset }) => dataset.status));
    expect(statuses).toEqual(['scheduled', 'drafted', 'approved', 'posted', 'blocked']);
    await cardIn('scheduled').getByText('Launch post').waitFor();
    await server.document('update_chunk', { id: chunk.id, revision: 1, status: 'drafted' });
    await cardIn('drafted').getByText('Launch post').waitFor();
    expect(await cardIn('scheduled').count()).toBe(0);
  });

  test('a card that is dragged to another column has that status on the server', async () => {
    await drag('scheduled', 'approved');
    await cardIn('approved').waitFor();
    await eventually(statusOnServer).toBe('approved');
    expect(await chunkOnServer(server, chunk)).toMatchObject({ revision: 2, fields: { status: 'approved' } });
    await drag('approved', 'posted');
    await eventually(statusOnServer).toBe('posted');
  });

  test('the keyboard does the same: Space and arrows move a card, Escape puts it back, Enter opens its chunk', async () => {
    await cardIn('scheduled').focus();
    await pickUpByKey('scheduled');
    await arrowTo('drafted');
    await page.keyboard.press('Escape');
    await eventually(() => cardIn('scheduled').getAttribute('data-dragging')).toBe('false');
    expect(await chunkOnServer(server, chunk)).toMatchObject({ revision: 1, status: 'scheduled' });

    await pickUpByKey('scheduled');
    await arrowTo('drafted');
    await arrowTo('approved');
    await page.keyboard.press('Space');
    await eventually(statusOnServer).toBe('approved');
    await cardIn('approved').press('Enter');
    await eventually(() => page.getByTestId('chunk-editor').getAttribute('data-chunk-id')).toBe(chunk.id);
  });

  test('a status that the type does not admit is refused with the reason, and the card goes back', async () => {
    await drag('scheduled', 'blocked');
    await eventually(() => page.getByRole('alert').textContent()).toContain('must be one of scheduled, drafted, approved, posted');
    await cardIn('scheduled').waitFor();
    expect(await statusOnServer()).toBe('scheduled');
  });
});
