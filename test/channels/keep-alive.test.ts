import { afterAll, beforeAll, expect, test } from 'vitest';
import { StreamReader } from '../support/event-stream.js';
import { TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ config: { subscriptions: { keep_alive: '50ms' } } });
});
afterAll(() => server.stop());

test('a stream without events shows that it lives, and moves Last-Event-ID past what was not for it', async () => {
  const reader = await StreamReader.open(server, { query: { topic: 'types' } });
  const begun = Number(await reader.until(() => reader.lastId));
  await server.document('create_document', { title: 'Plan' });
  await reader.until(() => Number(reader.lastId) > begun && reader.comments.includes('keep-alive'));
  expect(reader.messages).toEqual([]);
  const last = reader.lastId!;
  const again = await StreamReader.open(server, { query: { topic: '**' }, headers: { 'last-event-id': last } });
  await server.document('define_type', { name: 'talk', fields: [] });
  const [first] = await again.until(() => again.events.length > 0 && again.events);
  expect(first).toMatchObject({ topic: 'types', seq: Number(last) + 1 });
  for (const each of [reader, again]) each.close();
});
