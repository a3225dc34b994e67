import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, live, TestBrowser } from '../support/browser.js';
import { StreamReader } from '../support/event-stream.js';
import { ended, startRun } from '../support/runs.js';
import { TestServer } from '../support/server.js';
import { AGENTS } from './agents.js';

let server: TestServer;
let browser: TestBrowser;
const streams: StreamReader[] = [];
beforeAll(async () => {
  [server, browser] = await Promise.all([TestServer.start({ config: AGENTS }), TestBrowser.start()]);
});
afterAll(async () => {
  for (const stream of streams) stream.close();
  await browser.stop();
  await server.stop();
});

async function asking(agent: string): Promise<StreamReader> {
  const stream = await startRun(server, { agent, prompt: 'Go' });
  streams.push(stream);
  return stream;
}

test('questions of runs show up live, and one that is answered goes from every window', async () => {
  const page = await browser.open(server, '/ui/questions');
  const other = await page.context().newPage();
  await other.goto(`${server.url}/ui/paths?scope=user`);
  await live(other);
  const badge = other.getByTestId('question-badge');
  await page.getByRole('heading', { name: 'Nobody asks you anything' }).waitFor();
  expect(await badge.count()).toBe(0);

  const colour = await asking('asker');
  await page.getByText('Which colour?').waitFor();
  await eventually(() => badge.innerText()).toBe('1');
  const name = await asking('guest');
  await page.getByText('Your name?').waitFor();
  await eventually(() => badge.innerText()).toBe('2');

  await badge.click();
  await other.getByTestId('question').filter({ hasText: 'Which colour?' }).getByRole('button', { name: 'blue' }).click();
  expect(await ended(colour)).toMatchObject({ status: 'completed' });
  for (const each of [page, other]) await eventually(() => each.getByTestId('question').locator('.question-text').allInnerTexts()).toEqual(['Your name?']);

  const free = page.getByTestId('question').filter({ hasText: 'Your name?' });
  await free.getByLabel('Your answer').fill('Ada');
  await free.getByRole('button', { name: 'Answer' }).click();
  expect(await ended(name)).toMatchObject({ status: 'completed' });
  for (const each of [page, other]) await eventually(() => each.getByTestId('question-badge').count()).toBe(0);
  await other.getByRole('heading', { name: 'Nobody asks you anything' }).waitFor();
});

test('a question whose run is cancelled goes, too', async () => {
  const page = await browser.open(server, '/ui/questions');
  await asking('asker');
  await page.getByText('Which colour?').waitFor();
  await page.getByRole('link', { name: 'Open the run' }).click();
  await page.getByTestId('stop-run').click();
  await page.locator('[data-testid=run-end][data-status=cancelled]').waitFor();
  await eventually(() => page.getByTestId('question').count()).toBe(0);
  await eventually(() => page.getByTestId('question-badge').count()).toBe(0);
});
