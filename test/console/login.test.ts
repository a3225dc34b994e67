import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, logIn, TestBrowser } from '../support/browser.js';
import { TestServer, TOKEN } from '../support/server.js';

let server: TestServer;
let browser: TestBrowser;
beforeAll(async () => {
  [server, browser] = await Promise.all([TestServer.start(), TestBrowser.start()]);
});
afterAll(async () => {
  await browser.stop();
  await server.stop();
});

const pathOf = (page: Page): string => page.url().slice(server.url.length);

describe('logging in and out', () => {
  test('a page asked for without a session leads to the login, and from there back to the page', async () => {
    const { document_id } = await server.document<{ document_id: string }>('create_document', { title: 'Plan' });
    const wanted = `/ui/documents/${document_id}/board`;
    const page = await browser.visit(server, wanted);
    expect(pathOf(page)).toBe(`/ui/login?next=${encodeURIComponent(wanted)}`);
    await logIn(page);
    await page.getByRole('heading', { name: 'Plan' }).waitFor();
    expect(pathOf(page)).toBe(wanted);
  });

  test('the session is a cookie that no script and no other site can use, and not the bearer', async () => {
    const page = await browser.open(server, '/ui');
    expect(pathOf(page)).toBe('/ui/paths?scope=user');
    const cookies = await page.context().cookies();
    expect(cookies).toHaveLength(1);
    expect(cookies[0]).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
    expect(cookies[0]!.value).not.toContain(TOKEN);
    expect(await page.evaluate('document.cookie + JSON.stringify({ ...localStorage, ...sessionStorage })')).not.toContain(TOKEN);
  });

  test('a wrong token is refused with a reason, and leaves no session', async () => {
    const page = await browser.visit(server, '/ui');
    await logIn(page, 'not-the-token');
    await eventually(() => page.getByRole('alert').first().textContent()).toContain('belongs to nobody');
    expect(pathOf(page)).toMatch(/^\/ui\/login/);
    expect(await page.context().cookies()).toEqual([]);
    await logIn(page);
    await page.getByRole('heading', { name: 'Documents' }).waitFor();
  });

  test('a next that points to another site is ignored', async () => {
    const page = await browser.visit(server, `/ui/login?next=${encodeURIComponent('//example.org/ui/paths')}`);
    await logIn(page);
    await page.getByRole('heading', { name: 'Documents' }).waitFor();
    expect(pathOf(page)).toBe('/ui/paths?scope=user');
  });

  test('logging out ends the session in the browser and on the server', async () => {
    const page = await browser.open(server, '/ui');
    const [cookie] = await page.context().cookies();
    const me = async (): Promise<number> => {
      const headers = { cookie: `${cookie!.name}=${cookie!.value}` };
      return (await fetch(`${server.url}/v1/_me`, { headers })).status;
    };
    expect(await me()).toBe(200);
    await page.getByRole('button', { name: 'Account of denn' }).click();
    await page.getByRole('menuitem', { name: 'Log out' }).click();
    await page.getByLabel('Access token').waitFor();
    expect(await page.context().cookies()).toEqual([]);
    expect(await me()).toBe(401);
    await page.goto(`${server.url}/ui/paths?scope=user`);
    expect(pathOf(page)).toMatch(/^\/ui\/login/);
  });
});
