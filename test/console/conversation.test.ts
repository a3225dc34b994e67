import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { eventually, TestBrowser } from '../support/browser.js';
import { Link } from '../support/link.js';
import { post } from '../support/runs.js';
import { TestServer } from '../support/server.js';
import { AGENTS, ask, end, runIdOf, said, say } from './agents.js';

let server: TestServer;
let link: Link;
let browser: TestBrowser;
beforeAll(async () => {
  [server, browser] = await Promise.all([TestServer.start({ config: AGENTS }), TestBrowser.start()]);
  link = await Link.to(server.url);
});
afterAll(async () => {
  await browser.stop();
  await link.close();
  await server.stop();
});

let page: Page;
beforeEach(async () => {
  page = await browser.open(link, '/ui/agents/new');
});

test('a run that is stopped ends as cancelled, and the conversation can go on', async () => {
  await ask(page, 'sleeper', 'Wake up');
  await page.locator('[data-testid=run-part][data-status=running]').waitFor();
  expect(await page.getByTestId('send').count()).toBe(0);
  await page.getByTestId('stop-run').click();
  await end(page, 'cancelled');
  await page.getByTestId('run-part').getByText('stopped in the console').waitFor();
  await eventually(async () => (await server.get(`/v1/users/denn/agents?status=running`)).body).toEqual({ agents: [] });
  await page.getByTestId('send').waitFor();
});

test('what is asked further is told to the same session', async () => {
  await ask(page, 'echo', 'first');
  await end(page, 'completed');
  const first = runIdOf(page);
  await say(page, 'second');
  await eventually(() => page.getByTestId('run-end').count()).toBe(2);
  expect(await said(page)).toEqual(['first', 'You said: first', 'second', 'You said: second']);
  expect(runIdOf(page)).not.toBe(first);
  const { body } = await post<{ runs: { session_id: string; status: string }[] }>(server, '/v1/_run', { op: 'list', agent: 'echo' });
  expect(body.runs.map(({ status }) => status)).toEqual(['completed', 'completed']);
  expect(new Set(body.runs.map(({ session_id }) => session_id)).size).toBe(1);
  // The row of a session is that of its newest run.
  await eventually(() => page.getByTestId('run-row').filter({ hasText: 'echo' }).innerText()).toContain('2 runs');
});

test('the text of an agent is Markdown: neither its HTML nor its images are loaded', async () => {
  await ask(page, 'asker', 'Go');
  await page.getByTestId('question').waitFor();
  const text = page.getByTestId('entry-text');
  await eventually(() => text.locator('strong').allInnerTexts()).toEqual(['have']);
  expect(await text.innerText()).toBe('I have to ask. <img src="/ui/icon.svg">');
  expect(await text.locator('img').count()).toBe(0);
});

test('a reload in mid-run goes on with the run, from its first step', async () => {
  await ask(page, 'asker', 'Go');
  await page.getByTestId('question').waitFor();
  const run = runIdOf(page);
  await page.reload();
  await page.getByTestId('question').waitFor();
  expect(runIdOf(page)).toBe(run);
  await eventually(() => said(page)).toEqual(['Go', expect.stringContaining('have to ask')]);
  await page.getByTestId('question').getByRole('button', { name: 'blue' }).click();
  await end(page, 'completed');
  expect((await said(page)).slice(2)).toEqual(['So it is blue.']);
  await page.getByText('answered: blue').waitFor();
});

test('a connection that breaks in mid-run is taken up after the last event', async () => {
  await ask(page, 'asker', 'Go');
  await page.getByTestId('question').waitFor();
  const again = page.waitForRequest((request) => request.url().endsWith(`/v1/runs/${runIdOf(page)}/stream`));
  link.cut();
  expect(Number((await (await again).allHeaders())['last-event-id'])).toBeGreaterThan(0);
  await page.getByTestId('question').getByRole('button', { name: 'red' }).click();
  await end(page, 'completed');
  expect(await said(page)).toEqual(['Go', expect.stringContaining('have to ask'), 'So it is red.']);
  expect(await page.getByTestId('tool-call').count()).toBe(1);
});

test('what cannot be begun says why, and keeps what was written', async () => {
  await page.route('**/v1/runs', (route) => route.fulfill({ status: 429, json: { code: 'backpressure', error: 'too many runs are at work' } }));
  await ask(page, 'echo', 'Hello');
  await page.getByRole('alert').filter({ hasText: 'too many runs are at work' }).waitFor();
  expect(await page.getByTestId('composer').inputValue()).toBe('Hello');
});
