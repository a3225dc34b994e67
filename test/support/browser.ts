import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { TOKEN, type TestServer } from './server.js';

const CHROMIUM = process.env.CHROMIUM || '/usr/bin/chromium';
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** For one condition, in milliseconds; ample, since machines that run tests are busy. */
const PATIENCE = 15_000;

/** A real Chromium with one page at a time, that of a new visitor: its context, and so its cookie jar, is its own. */
export class TestBrowser {
  private readonly faults: Error[] = [];

  private constructor(private readonly browser: Browser) {}

  static async start(): Promise<TestBrowser> {
    return new TestBrowser(await chromium.launch({ executablePath: CHROMIUM, args: ARGS }));
  }

  /** A page at `path`, without a session. */
  async visit(server: Pick<TestServer, 'url'>, path: string): Promise<Page> {
    const page = await this.newPage();
    await page.goto(server.url + path);
    return page;
  }

  /** A page at `path` in a session of `denn`, once it follows the server's events. */
  async open(server: Pick<TestServer, 'url'>, path: string): Promise<Page> {
    const page = await this.newPage();
    await page.context().request.post(`${server.url}/ui/login`, { data: { token: TOKEN } });
    await page.goto(server.url + path);
    await live(page);
    return page;
  }

  /** @throws the first error that a page did not catch. */
  async stop(): Promise<void> {
    await this.browser.close();
    if (this.faults[0]) throw this.faults[0];
  }

  private async newPage(): Promise<Page> {
    await Promise.all(this.browser.contexts().map((context) => context.close()));
    const context = await this.browser.newContext({
      viewport: { width: 1280, height: 800 },
      locale: 'en-GB',
      reducedMotion: 'reduce',
    });
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    page.on('pageerror', (error) => this.faults.push(error));
    return page;
  }
}

/** Fills in the login form that the page shows. */
export async function logIn(page: Page, token = TOKEN): Promise<void> {
  await page.getByLabel('Access token').fill(token);
  await page.getByRole('button', { name: 'Log in' }).click();
}

/** Waits until the page follows the server's events. */
export function live(page: Page): Promise<void> {
  return page.locator('[data-testid=live-state][data-state=live]').waitFor();
}

/** Asserts what `read` gives sooner or later. */
export function eventually<Value>(read: () => Value | Promise<Value>) {
  return expect.poll(read, { timeout: PATIENCE, interval: 50 });
}

export function chunkPath(documentId: string, chunkId: string): string {
  return `/ui/documents/${documentId}?chunk=${chunkId}`;
}

/** The lines of a Markdown editor as its reader sees them. */
export async function textOf(editor: Locator): Promise<string> {
  const lines = await editor.locator('.cm-line').allTextContents();
  return lines.join('\n');
}

/** Writes at the end of a Markdown editor, as an input method does: the whole text at once. */
export async function append(editor: Locator, text: string): Promise<void> {
  await editor.click();
  await editor.press('Control+End');
  await editor.page().keyboard.insertText(text);
}
