import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestServer } from '../support/server.js';
import { memoryOf } from '../support/tools.js';

let server: TestServer;
let memory: ReturnType<typeof memoryOf>;
beforeAll(async () => {
  server = await TestServer.start();
  memory = memoryOf(server);
});
afterAll(() => server.stop());

interface Read {
  value: unknown;
  expires_at: number | null;
  revision: number;
}

describe('get, set and delete', () => {
  test.each([[1.5], ['text'], [true], [null], [[]], [{ a: [{ b: null }], __proto__x: 1 }], ['\u{1F9F5} 糸']])('keep %j as it is', async (value) => {
    await memory.ok('set', { key: 'any', value });
    expect((await memory.ok<Read>('get', { key: 'any' })).value).toEqual(value);
  });

  test('a key that is not there is null, at revision 0', async () => {
    expect(await memory.ok('get', { key: 'nothing' })).toEqual({ value: null, expires_at: null, revision: 0 });
    expect(await memory.ok('delete', { key: 'nothing' })).toEqual({ deleted: false });
  });

  test('the revision counts up, and a key that comes again goes on above what it had', async () => {
    for (const n of [1, 2, 3]) expect(await memory.ok('set', { key: 'counted', value: n })).toEqual({ ok: true, revision: n });
    expect(await memory.ok('delete', { key: 'counted' })).toEqual({ deleted: true });
    expect(await memory.ok('set', { key: 'counted', value: 4 })).toEqual({ ok: true, revision: 4 });
    // Who read revision 1 before the deletion does not take the new entry for it.
    expect((await memory.refused('set', { key: 'counted', value: 5, if_revision: 1 })).reason).toBe('revision_conflict');
  });

  test.each([
    [{ key: '', value: 1 }, 'invalid_input'],
    [{ key: 'a\nb', value: 1 }, 'invalid_input'],
    [{ key: '\ud800', value: 1 }, 'invalid_input'],
    [{ key: 'x'.repeat(513), value: 1 }, 'invalid_input'],
    [{ key: 'a' }, 'missing_field'],
    [{ key: 'a', value: 1, ttl: 0 }, 'invalid_input'],
    [{ key: 'a', value: 1, colour: 'red' }, 'invalid_input'],
    [{ key: 'a', value: 1, scope: 'run' }, 'scope_unsupported'],
    [{ key: 'a', value: 1, embed: true }, 'capability_unsupported'],
    [{ key: 'a', value: JSON.parse('['.repeat(65) + ']'.repeat(65)) as unknown }, 'invalid_input'],
  ])('set refuses %j', async (input, reason) => {
    const refusal = await memory.refused('set', input);
    expect([refusal.status, refusal.reason]).toEqual([422, reason]);
  });
});

describe('incr, append_dedupe and bounded_list', () => {
  test('incr begins at 0 and keeps the time at which the entry expires', async () => {
    expect(await memory.ok('incr', { key: 'n', ttl: 60 })).toEqual({ value: 1, revision: 1 });
    const { expires_at } = await memory.ok<Read>('get', { key: 'n' });
    expect(await memory.ok('incr', { key: 'n', delta: -2.5 })).toEqual({ value: -1.5, revision: 2 });
    expect(await memory.ok('get', { key: 'n' })).toEqual({ value: -1.5, expires_at, revision: 2 });
    expect(expires_at).toBeGreaterThan(Date.now() * 1e6);
  });

  test('append_dedupe takes equal objects for one, whatever the order of their keys, and then writes nothing', async () => {
    expect(await memory.ok('append_dedupe', { key: 'l', value: { a: 1, b: [2] } })).toEqual({
      appended: true,
      value: [{ a: 1, b: [2] }],
      revision: 1,
    });
    const again = { appended: false, value: [{ a: 1, b: [2] }], revision: 1 };
    expect(await memory.ok('append_dedupe', { key: 'l', value: { b: [2], a: 1 } })).toEqual(again);
    expect(await memory.ok('append_dedupe', { key: 'l', value: { b: [2, 1], a: 1 } })).toMatchObject({ appended: true, revision: 2 });
  });

  test('bounded_list drops the oldest', async () => {
    for (const value of [1, 2, 3]) await memory.ok('bounded_list', { key: 'b', value, limit: 3 });
    expect(await memory.ok('bounded_list', { key: 'b', value: 4, limit: 2 })).toEqual({ dropped: 2, value: [3, 4], revision: 4 });
  });

  test.each([
    ['incr', { key: 'word' }],
    ['merge', { key: 'word', value: { a: 1 } }],
    ['append_dedupe', { key: 'word', value: 1 }],
    ['bounded_list', { key: 'word', value: 1, limit: 1 }],
    ['incr', { key: 'huge', delta: 1e308 }],
  ])('%s refuses what it does not fit, and leaves it', async (op, input) => {
    await memory.ok('set', { key: 'word', value: 'word' });
    await memory.ok('set', { key: 'huge', value: 1e308 });
    expect((await memory.refused(op, input)).reason).toBe('invalid_input');
    expect((await memory.ok<Read>('get', { key: 'word' })).value).toBe('word');
  });
});

test('a repeat with the same idempotency key adds once', async () => {
  const input = { key: 'once', idempotency_key: 'k1' };
  expect(await memory.ok('incr', input)).toEqual(await memory.ok('incr', input));
  expect((await memory.ok<Read>('get', { key: 'once' })).value).toBe(1);
});

test('list pages through every key once, in order', async () => {
  const keys = Array.from({ length: 25 }, (_, n) => `page/${String(n).padStart(2, '0')}`);
  for (const key of keys) await memory.ok('set', { key, value: key });
  const seen: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await memory.ok<{ entries: { key: string }[]; truncated: boolean; next_cursor?: string }>('list', {
      prefix: 'page/',
      limit: 10,
      ...(cursor === undefined ? {} : { cursor }),
    });
    seen.push(...page.entries.map((entry) => entry.key));
    expect(page.truncated).toBe(page.next_cursor !== undefined);
    cursor = page.next_cursor;
    if (cursor === undefined) break;
  }
  expect(seen).toEqual(keys);
  expect((await memory.refused('list', { cursor: '!' })).reason).toBe('invalid_input');
});
