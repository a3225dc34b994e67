import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { append, chunkPath, eventually, live, logIn, TestBrowser, textOf } from '../support/browser.js';
import { TestServer } from '../support/server.js';
import { chunkOnServer, newChunk } from './plan.js';

const servers: TestServer[] = [];
let browser: TestBrowser;
beforeAll(async () => {
  browser = await TestBrowser.start();
});
afterAll(async () => {
  await browser.stop();
  for (const server of servers.reverse()) await server.stop();
});

/** A server on a port that it did not name cannot have that port back at once: it was not opened for reuse. */
async function freeAddress(): Promise<string> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  const closed = once(probe, 'close');
  probe.close();
  await closed;
  return `127.0.0.1:${port}`;
}

async function start(options: Parameters<typeof TestServer.start>[0] = {}): Promise<TestServer> {
  const server = await TestServer.start(options);
  servers.push(server);
  return server;
}

test('events that were missed while the connection was away show up when it is back', async () => {
  const server = await start();
  const chunk = await newChunk(server);
  const page = await browser.visit(server, '/ui/login');
  let reachable = true;
  const sockets: { close(): Promise<void> }[] = [];
  await page.routeWebSocket('**/v1/_channels/ws', async (socket) => {
    if (!reachable) return socket.close();
    socket.connectToServer();
    sockets.push(socket);
  });
  await logIn(page);
  await live(page);
  await page.goto(server.url + chunkPath(chunk.document_id, chunk.id));
  await live(page);
  await page.getByTestId('chunk-body').waitFor();

  reachable = false;
  for (const socket of sockets) await socket.close();
  await page.locator('[data-testid=live-state][data-state=reconnecting]').waitFor();
  await server.document('update_chunk', { id: chunk.id, revision: 1, body: 'Written meanwhile.' });
  await server.document('create_chunk', { document_id: chunk.document_id, title: 'Added meanwhile' });
  expect(await textOf(page.getByTestId('chunk-body'))).toBe('We ship.');

  reachable = true;
  await live(page);
  await eventually(() => textOf(page.getByTestId('chunk-body'))).toBe('Written meanwhile.');
  await page.getByTestId('tree-node').filter({ hasText: 'Added meanwhile' }).waitFor();
});

test('after a crash of the server the console asks to log in, and comes back to the same page with what was typed', async () => {
  const env = { LOOMCYCLE_LISTEN_ADDR: await freeAddress() };
  const before = await start({ env });
  const chunk = await newChunk(before);
  const other = await before.document<{ id: string }>('create_chunk', { document_id: chunk.document_id, title: 'Other' });
  const here = chunkPath(chunk.document_id, chunk.id);
  const page = await browser.open(before, here);
  await append(page.getByTestId('chunk-body'), ' Unsaved.');
  await before.kill();
  await page.locator('[data-testid=live-state][data-state=reconnecting]').waitFor();

  const after = await start({ dataDir: before.dataDir, env });
  await after.document('update_chunk', { id: other.id, revision: 1, title: 'Changed meanwhile' });
  await page.getByLabel('Access token').waitFor();
  expect(page.url()).toBe(`${after.url}/ui/login?next=${encodeURIComponent(here)}`);

  await logIn(page);
  await live(page);
  expect(page.url()).toBe(after.url + here);
  await page.getByTestId('tree-node').filter({ hasText: 'Changed meanwhile' }).waitFor();
  await eventually(() => textOf(page.getByTestId('chunk-body'))).toBe('We ship. Unsaved.');
  await page.getByTestId('save-chunk').click();
  await eventually(async () => (await chunkOnServer(after, chunk)).body).toBe('We ship. Unsaved.');
});
