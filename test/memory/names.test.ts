import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestServer, type Answer } from '../support/server.js';
import { Subscriber } from '../support/socket.js';
import { callTool, memoryOf } from '../support/tools.js';

let server: TestServer;
let memory: ReturnType<typeof memoryOf>;
beforeAll(async () => {
  server = await TestServer.start();
  memory = memoryOf(server);
});
afterAll(() => server.stop());

const paths = (op: string, path: string): Promise<Answer> => callTool(server, 'path', { op, path });

test('set gives an entry a name, get takes it, and a repeat changes nothing', async () => {
  expect(await memory.ok('set', { key: 'theme', value: 'dark', path: '/prefs/theme' })).toEqual({ ok: true, revision: 1, path: '/prefs/theme' });
  expect((await paths('resolve', '/prefs/theme')).body).toMatchObject({ kind: 'memory_entry', resource_ref: { key: 'theme', facet: 'kv' } });
  expect(await memory.ok('get', { path: '/prefs/theme' })).toMatchObject({ value: 'dark', revision: 1 });
  expect(await memory.ok('set', { key: 'theme', value: 'light', path: '/prefs/theme' })).toMatchObject({ revision: 2 });
});

test('a path that is taken, or none, leaves the value as it was', async () => {
  await memory.ok('set', { key: 'other', value: 1 });
  for (const [path, reason] of [['/prefs/theme', 'path_taken'], ['/prefs', 'path_taken'], ['/prefs/theme/x', 'not_a_directory'], ['/', 'path_taken'], ['x', 'invalid_input']]) {
    expect((await memory.refused('set', { key: 'other', value: 2, path })).reason).toBe(reason);
  }
  expect(await memory.ok('get', { key: 'other' })).toMatchObject({ value: 1, revision: 1 });
});

test.each([[{}], [{ key: 'a', path: '/prefs/theme' }]])('get %j is refused', async (input) => {
  expect((await memory.refused('get', input)).reason).toBe('missing_field');
});

test('P5: a deleted or expired entry leaves no name behind', async () => {
  const reader = await Subscriber.open(server);
  await reader.subscribe('a', 'paths');
  await memory.ok('set', { key: 'short', value: 1, ttl: 1, path: '/short' });
  await memory.ok('delete', { key: 'theme' });
  await reader.until(() => reader.events.filter((event) => event.payload.op === 'rm').length === 2);
  for (const path of ['/short', '/prefs/theme']) {
    expect((await paths('resolve', path)).body.reason).toBe('not_found');
    expect((await memory.refused('get', { path })).reason).toBe('not_found');
  }
  await reader.close();
});
