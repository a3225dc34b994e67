import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT, TestServer } from '../support/server.js';
import { Subscriber } from '../support/socket.js';

// The configuration that `npm start` runs on, on an empty data directory.

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ configFiles: [path.join(ROOT, 'loomcycle.yaml')] });
});
afterAll(() => server.stop());

async function rows(sql: string): Promise<unknown[][]> {
  return (await server.document<{ rows: unknown[][] }>('query_chunks', { sql })).rows;
}

test('within seconds there are the plan, drafts and a digest to see, and a second start adds nothing', async () => {
  const reader = await Subscriber.open(server);
  await reader.subscribe('all', 'documents/*/chunks', 0);
  await reader.until(() => reader.events.some((event) => event.payload.type === 'digest'));
  const [[headings], [publications], [platforms]] = [
    await rows('SELECT count(*) FROM chunks'),
    await rows("SELECT count(*) FROM chunks WHERE type = 'publication'"),
    await rows("SELECT count(DISTINCT fields->>'platform') FROM chunks WHERE type = 'publication'"),
  ];
  expect(headings![0]).toBeGreaterThanOrEqual(40);
  expect([publications![0], platforms![0]]).toEqual([18, 3]);
  const [due] = await rows(
    "SELECT count(*) FROM chunks WHERE type = 'publication' AND status IN ('scheduled', 'drafted') AND fields->>'date' BETWEEN date('now') AND date('now', '+72 hours')",
  );
  expect(due![0]).toBeGreaterThan(3);
  await reader.until(() => reader.events.filter((event) => event.payload.status === 'drafted' && event.payload.previous_status === 'scheduled').length === due![0]);
  await reader.close();

  const { dataDir } = server;
  const documents = await server.document('list_documents');
  await server.kill();
  const again = await TestServer.start({ configFiles: [path.join(ROOT, 'loomcycle.yaml')], dataDir });
  const { documents: after } = await again.document<{ documents: unknown[] }>('list_documents');
  expect(after).toHaveLength((documents.documents as unknown[]).length);
  await again.stop();
});
