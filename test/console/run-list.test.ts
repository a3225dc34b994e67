import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, TestBrowser } from '../support/browser.js';
import { ended, post, startRun } from '../support/runs.js';
import { TestServer } from '../support/server.js';
import { AGENTS, end, said } from './agents.js';

let server: TestServer;
let browser: TestBrowser;
beforeAll(async () => {
  [server, browser] = await Promise.all([TestServer.start({ config: AGENTS }), TestBrowser.start()]);
});
afterAll(async () => {
  await browser.stop();
  await server.stop();
});

test('runs that begin and end elsewhere do so in the list, and one that has ended opens with its transcript', async () => {
  const page = await browser.open(server, '/ui/agents');
  await page.getByRole('heading', { name: 'No runs yet' }).waitFor();
  const stream = await startRun(server, { agent: 'asker', prompt: 'Go' });
  const states = () => page.getByTestId('run-row').getByTestId('run-state').allInnerTexts();
  await eventually(states).toEqual(['asks you']);
  const { body } = await server.get<{ interrupts: { run_id: string; interrupt_id: string }[] }>('/v1/users/denn/interrupts');
  const [{ run_id: run, interrupt_id: question }] = body.interrupts as [{ run_id: string; interrupt_id: string }];
  await post(server, `/v1/runs/${run}/interrupts/${question}/resolve`, { answer: 'red' });
  await ended(stream);
  await eventually(states).toEqual(['completed']);

  await page.getByTestId('run-row').click();
  await end(page, 'completed');
  await eventually(() => said(page)).toEqual(['Go', expect.stringContaining('have to ask'), 'So it is red.']);
  expect(await page.getByTestId('tool-call').count()).toBe(1);
});
