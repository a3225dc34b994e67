import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, live, logIn, TestBrowser } from '../support/browser.js';
import { TestServer } from '../support/server.js';

// Who sees the residents in the console, and what shows where there are none.

const ANNA = 'test-token-of-anna-0123456789';
const BEN = 'test-token-of-ben-0123456789';

let server: TestServer;
let browser: TestBrowser;
beforeAll(async () => {
  const principals = {
    denn: { subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' },
    anna: { tenant: 'acme', subject: 'anna', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_ANNA' },
    ben: { subject: 'ben', scopes: ['substrate:tenant'], token_env: 'LOOMCYCLE_TOKEN_BEN' },
  };
  const agents = {
    keeper: { resident: true, code: 'reporter', principal: 'denn', subscribe: [{ topic: 'types' }] },
    clerk: { provider: 'mock', model: 'clerk', system_prompt: 'You are a clerk.' },
  };
  const config = { principals, agents, mock: { scripts: { clerk: { turns: [{ text: 'Yes.' }] } } } };
  [server, browser] = await Promise.all([TestServer.start({ config, env: { LOOMCYCLE_TOKEN_ANNA: ANNA, LOOMCYCLE_TOKEN_BEN: BEN } }), TestBrowser.start()]);
}, 180_000);
afterAll(async () => {
  await browser.stop();
  await server.stop();
});

test('who administers nothing is led nowhere, and is told why where it asks all the same', async () => {
  const page = await browser.visit(server, '/ui/agents');
  await logIn(page, BEN);
  await live(page);
  await page.getByRole('heading', { name: 'No runs yet' }).waitFor();
  expect(await page.getByRole('link', { name: 'Resident agents' }).count()).toBe(0);
  await page.goto(`${server.url}/ui/agents/residents`);
  await page.getByRole('heading', { name: 'Residents are for administrators' }).waitFor();
  await page.getByRole('link', { name: 'Go to your runs' }).click();
  await page.getByRole('heading', { name: 'Your runs' }).waitFor();
});

test('an administrator of a tenant without residents is told how to get one', async () => {
  const page = await browser.visit(server, '/ui/agents/residents');
  await logIn(page, ANNA);
  await page.getByRole('heading', { name: 'No resident agents in your tenant' }).waitFor();
  expect(await page.getByRole('main').innerText()).toContain('resident: true');
});

test('a resident is not among the agents that one can ask', async () => {
  const page = await browser.open(server, '/ui/agents/new');
  await eventually(() => page.getByTestId('agent-card').allInnerTexts()).toEqual(['clerk']);
  await page.goto(`${server.url}/ui/agents/residents`);
  await eventually(() => page.getByTestId('resident-row').count()).toBe(1);
});
