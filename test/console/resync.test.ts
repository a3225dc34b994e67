import type { WebSocketRoute } from 'playwright-core';
import { afterAll, beforeAll, test } from 'vitest';
import { chunkPath, eventually, live, logIn, TestBrowser, textOf } from '../support/browser.js';
import { TestServer } from '../support/server.js';
import { Subscriber } from '../support/socket.js';
import { newChunk } from './plan.js';

let server: TestServer;
let browser: TestBrowser;
beforeAll(async () => {
  [server, browser] = await Promise.all([TestServer.start(), TestBrowser.start()]);
});
afterAll(async () => {
  await browser.stop();
  await server.stop();
});

/** Waits for a message of the server. */
function next(route: WebSocketRoute, pass: WebSocketRoute, wanted: (message: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
  return new Promise((resolve) => {
    pass.onMessage((text) => {
      route.send(text);
      const message = JSON.parse(text.toString()) as Record<string, unknown>;
      if (wanted(message)) resolve(message);
    });
  });
}

test('C8: a console that is told resync asks again, and shows what it had missed, on the same connection', async () => {
  const chunk = await newChunk(server);
  const page = await browser.visit(server, '/ui/login');
  const sockets: { page: WebSocketRoute; server: WebSocketRoute }[] = [];
  await page.routeWebSocket('**/v1/_channels/ws', (route) => {
    sockets.push({ page: route, server: route.connectToServer() });
  });
  await logIn(page);
  await page.goto(server.url + chunkPath(chunk.document_id, chunk.id));
  await live(page);
  await page.getByTestId('chunk-body').waitFor();

  // The server leaves the console out, as it does with one that falls behind, and says so after the change.
  const opened = sockets.length;
  const socket = sockets.at(-1)!;
  const left = next(socket.page, socket.server, ({ type, id }) => type === 'unsubscribed' && id === 'paths');
  for (const id of ['chunks', 'types', 'paths']) socket.server.send(JSON.stringify({ type: 'unsubscribe', id }));
  await left;
  await server.document('update_chunk', { id: chunk.id, revision: 1, body: 'Written meanwhile.' });
  await server.document('create_chunk', { document_id: chunk.document_id, title: 'Added meanwhile' });
  const probe = await Subscriber.open(server);
  const { seq } = await probe.subscribe('now', 'none');
  await probe.close();
  socket.page.send(JSON.stringify({ type: 'resync', scope: 'user', ids: ['chunks', 'types', 'paths'], after: seq! - 2 }));

  await eventually(() => textOf(page.getByTestId('chunk-body'))).toBe('Written meanwhile.');
  await page.getByTestId('tree-node').filter({ hasText: 'Added meanwhile' }).waitFor();
  await server.document('update_chunk', { id: chunk.id, revision: 2, body: 'And live again.' });
  await eventually(() => textOf(page.getByTestId('chunk-body'))).toBe('And live again.');
  await eventually(() => sockets.length).toBe(opened);
});
