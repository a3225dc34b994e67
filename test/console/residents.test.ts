import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, TestBrowser } from '../support/browser.js';
import { Probes } from '../support/probe.js';

// The page of the residents: each hears of the chunks whose status is its name.

const heardBy = (name: string): object[] => [{ topic: 'documents/*/chunks', filter: { type: 'probe', status: name } }];

let probes: Probes;
let browser: TestBrowser;
let document: string;
beforeAll(async () => {
  [probes, browser] = await Promise.all([
    Probes.start({
      healthy: { subscribe: heardBy('healthy'), description: 'Does what it is told', cron: '0 9 * * 1', timezone: 'Europe/Athens', max_in_flight: 4 },
      failing: { subscribe: heardBy('failing'), retry: { attempts: 5, first: '1h', longest: '1h' } },
      resting: { subscribe: heardBy('resting'), paused: true, every: '90m' },
      hopeless: { subscribe: heardBy('hopeless'), retry: { attempts: 1 } },
    }),
    TestBrowser.start(),
  ]);
  document = await probes.document();
  await probes.chunk(document, 'complain', 'failing');
  await probes.until('failing', ({ state }) => state === 'retrying');
  await probes.until('healthy', ({ state }) => state === 'idle');
}, 180_000);
afterAll(async () => {
  await browser.stop();
  await probes.stop();
});

const row = (page: Page, name: string) => page.locator(`[data-testid=resident-row][data-resident=${name}]`);
const stateIn = (page: Page, name: string) => eventually(() => row(page, name).getByTestId('resident-state').innerText());
const detail = (page: Page) => page.getByTestId('resident');

async function open(name: string): Promise<Page> {
  return browser.open(probes.server, `/ui/agents/residents/${name}`);
}

test('from the agents one comes to the residents, with what each is at, and from there to one', async () => {
  const page = await browser.open(probes.server, '/ui/agents');
  await page.getByRole('link', { name: 'Resident agents' }).click();
  await stateIn(page, 'healthy').toBe('idle');
  await stateIn(page, 'failing').toBe('retrying');
  await stateIn(page, 'resting').toBe('paused');
  expect(await page.getByTestId('resident-row').evaluateAll((rows) => rows.map((each) => (each as unknown as { dataset: { resident: string } }).dataset.resident))).toEqual([
    'healthy',
    'failing',
    'resting',
    'hopeless',
  ]);
  await row(page, 'failing').press('Enter');
  await detail(page).getByRole('heading', { name: 'failing', exact: true }).waitFor();
  expect(page.url()).toBe(`${probes.server.url}/ui/agents/residents/failing`);
});

test('one that fails shows its whole error, how often it was tried, and when it is tried again', async () => {
  const page = await open('failing');
  const error = await detail(page).getByTestId('resident-error').locator('pre').innerText();
  expect(error.split('\n')).toEqual(Array.from({ length: 60 }, (_, line) => `complaint ${line}`));
  expect(await detail(page).getByTestId('resident-retry').innerText()).toMatch(/^Attempt 1 of 5 failed\. Next attempt: (in \d+ min|\w{3} .*)\.$/);
  expect(await detail(page).getByTestId('resident-place').innerText()).toMatch(/^1 event waits, from .* · cursor \d+, log at \d+$/);
});

test('one that is well shows as whom it acts, what wakes it, and when', async () => {
  const page = await open('healthy');
  const facts = await detail(page).innerText();
  expect(facts).toContain('Does what it is told');
  expect(facts).toContain('denn in the tenant default');
  expect(await detail(page).getByTestId('resident-place').innerText()).toMatch(/^up to date · /);
  expect(await detail(page).getByTestId('resident-timer').innerText()).toMatch(/^0 9 \* \* 1 \(Europe\/Athens\) · next (in \d|\w{3} )/);
  expect(await detail(page).getByTestId('resident-topics').innerText()).toBe('documents/*/chunks\ntype = "probe"\nstatus = "healthy"');
  expect(await detail(page).getByTestId('resident-error').count()).toBe(0);
});

test('what it comes to do shows while the page is open, and so does a failure', async () => {
  const page = await open('healthy');
  await stateIn(page, 'healthy').toBe('idle');
  await probes.chunk(document, 'hold', 'healthy');
  await stateIn(page, 'healthy').toBe('working');
  await eventually(() => detail(page).innerText()).toContain('1 of 4');
  probes.say('release');
  await stateIn(page, 'healthy').toBe('idle');
  await probes.chunk(document, 'fail', 'hopeless');
  await eventually(() => row(page, 'hopeless').innerText()).toMatch(/1 dead letter[^]*it was told to fail/);
});

test('it is paused and resumed, and what came meanwhile is dealt with', async () => {
  const page = await open('healthy');
  await detail(page).getByRole('button', { name: 'Pause' }).click();
  await detail(page).getByRole('button', { name: 'Resume' }).waitFor();
  await stateIn(page, 'healthy').toBe('paused');
  expect((await probes.report('healthy')).state).toBe('paused');
  await probes.chunk(document, 'meanwhile', 'healthy');
  await eventually(() => detail(page).getByTestId('resident-place').innerText()).toMatch(/of the log (is|are) not read/);
  expect(probes.lines('healthy').some(({ titles }) => titles.includes('meanwhile'))).toBe(false);
  await detail(page).getByRole('button', { name: 'Resume' }).click();
  await stateIn(page, 'healthy').toBe('idle');
  await eventually(() => probes.lines('healthy').some(({ at, titles }) => at === 'end' && titles.includes('meanwhile'))).toBe(true);
});

test('a dead letter shows its error and its event, and goes once it was tried again with success', async () => {
  const page = await open('hopeless');
  const letter = detail(page).getByTestId('dead-letter');
  await letter.locator('summary').click();
  const body = await letter.innerText();
  expect(body).toContain('it was told to fail');
  expect(body).toContain('"status": "hopeless"');
  // The cause is still there.
  await letter.getByRole('button', { name: 'Try again' }).click();
  await eventually(() => letter.innerText()).toContain('All 2 attempts failed');
  probes.say('mended');
  await letter.getByRole('button', { name: 'Try again' }).click();
  await letter.waitFor({ state: 'detached' });
  await eventually(() => row(page, 'hopeless').innerText()).not.toContain('dead letter');
  expect((await probes.report('hopeless')).dead_letters).toBe(0);
});

test('one that does not run leads back to those that do', async () => {
  const page = await open('nobody');
  await page.getByRole('heading', { name: 'No resident “nobody” runs' }).waitFor();
  await page.getByRole('link', { name: 'All residents' }).click();
  await detail(page).getByRole('heading', { name: 'healthy', exact: true }).waitFor();
});
