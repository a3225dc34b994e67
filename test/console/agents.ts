import type { Locator, Page } from 'playwright-core';
import { agentsConfig } from '../support/runs.js';

/** Agents of these tests. `asker` says something, asks, and says what was answered. */
export const AGENTS = agentsConfig({
  asker: {
    description: 'Asks before it goes on',
    allowed_tools: ['Interruption'],
    interruption: { enabled: true },
    script: { loop: true },
    turns: [
      { text: 'I **have** to ask. <img src="/ui/icon.svg">', tool_calls: [{ name: 'Interruption', input: { op: 'ask', question: 'Which colour?', options: ['red', 'blue'] } }] },
      { text: 'So it is {{result.0.answer}}.' },
    ],
  },
  guest: {
    description: 'Wants to know',
    allowed_tools: ['Interruption'],
    interruption: { enabled: true },
    turns: [{ tool_calls: [{ name: 'Interruption', input: { op: 'ask', question: 'Your name?' } }] }, { text: 'Hello {{result.0.answer}}!' }],
  },
  sleeper: { description: 'Takes an hour', turns: [{ text: 'Late.' }], script: { latency_ms: 3_600_000 } },
  echo: { description: 'Says it again', turns: [{ text: 'You said: {{prompt}}' }], script: { loop: true } },
});

/** Begins a conversation with an agent on the page of new ones. */
export async function ask(page: Page, agent: string, prompt: string): Promise<void> {
  await page.getByTestId('agent-card').filter({ hasText: agent }).click();
  await say(page, prompt);
}

export async function say(page: Page, prompt: string): Promise<void> {
  await page.getByTestId('composer').fill(prompt);
  await page.getByTestId('send').click();
}

/** The line that says how a run ended; waits for it. */
export async function end(page: Page, status: string): Promise<Locator> {
  const line = page.locator(`[data-testid=run-end][data-status=${status}]`);
  await line.first().waitFor();
  return line;
}

/** What person and agent said, in order. */
export function said(page: Page): Promise<string[]> {
  return page.locator('[data-testid=entry-person], [data-testid=entry-text]').allInnerTexts();
}

export function runIdOf(page: Page): string {
  return /\/agents\/runs\/([^/?]+)/.exec(page.url())?.[1] ?? '';
}
