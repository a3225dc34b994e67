import { afterEach, expect, test } from 'vitest';
import { TestServer } from '../support/server.js';
import { Subscriber } from '../support/socket.js';
import { memoryOf } from '../support/tools.js';

let server: TestServer | undefined;
afterEach(() => server?.stop());

test('an entry whose time is over is gone, says so on its topic, and gives its room back', async () => {
  server = await TestServer.start({ config: { memory: { max_scope_bytes: 10 } } });
  const memory = memoryOf(server);
  const reader = await Subscriber.open(server);
  await reader.subscribe('a', 'memory/*');
  await memory.ok('set', { key: 'short', value: 1, ttl: 1 });
  expect((await memory.refused('set', { key: 'other', value: 1 })).reason).toBe('memory_quota_exceeded');
  const expired = await reader.until(() => reader.events.find((event) => event.payload.op === 'expire'));
  expect(expired).toMatchObject({ topic: 'memory/short', payload: { key: 'short', revision: 1 } });
  expect(await memory.ok('get', { key: 'short' })).toEqual({ value: null, expires_at: null, revision: 0 });
  await memory.ok('set', { key: 'other', value: 1 });
  await reader.close();
});

test('what expires while the server is down is removed at its next start', async () => {
  const first = await TestServer.start();
  await memoryOf(first).ok('set', { key: 'short', value: 1, ttl: 1 });
  const { expires_at } = await memoryOf(first).ok<{ expires_at: number }>('get', { key: 'short' });
  await first.kill();
  server = await TestServer.start({ dataDir: first.dataDir });
  const reader = await Subscriber.open(server);
  await reader.subscribe('a', 'memory/*', 0);
  const expired = await reader.until(() => reader.events.find((event) => event.payload.op === 'expire'));
  expect(expired.ts).toBeGreaterThanOrEqual(expires_at);
  await reader.close();
  await first.stop();
});
