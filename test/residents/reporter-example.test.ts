import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT, TestServer } from '../support/server.js';
import { Subscriber } from '../support/socket.js';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ configFiles: [path.join(ROOT, 'bundles/weekly-reporter/examples/loomcycle.yaml')] });
});
afterAll(() => server.stop());

test('the example of weekly-reporter has a digest that counts its publications', async () => {
  const reader = await Subscriber.open(server);
  await reader.subscribe('all', 'documents/*/chunks', 0);
  await reader.until(() => reader.events.some((event) => event.payload.type === 'digest'));
  await reader.close();
  const { chunks } = await server.document<{ chunks: { body: string }[] }>('query_chunks', { type: 'digest', include_body: true });
  expect(chunks).toHaveLength(1);
  const lines = chunks[0]!.body.split('\n');
  expect(lines[0]).toMatch(/: 1 shipped, 2 queued, 1 late\.$/);
  const listed = lines.filter((line) => line.startsWith('- ')).map((line) => line.split(' · ')[2]);
  // What is due next week is listed once more, under its own heading.
  expect([...new Set(listed)]).toEqual(['The map is out (posted)', 'Maps without a network (approved)', 'What the map does not know (scheduled)', 'How the tiles are made (drafted)']);
});
