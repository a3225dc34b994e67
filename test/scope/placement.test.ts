import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ScopeReply } from '../../src/scope/messages.js';
import { DEFAULT_SETTINGS } from '../../src/scope/settings.js';
import { Placement } from '../../src/scope/placement.js';

let placement: Placement;
let crashes: ((key: string) => boolean)[];

beforeEach(() => {
  crashes = [];
  placement = new Placement({
    workerFile: fileURLToPath(new URL('../support/crashing-worker.mjs', import.meta.url)),
    workers: 2,
    dataDir: '/nowhere',
    synchronous: 'FULL',
    settings: DEFAULT_SETTINGS,
    idleMs: 1000,
    onFrame: () => undefined,
    onCrash: (ownsScope) => crashes.push(ownsScope),
  });
});
afterEach(() => placement.stop());

function call(op: string, key: string, input = '"x"'): Promise<ScopeReply> {
  return new Promise((resolve) =>
    placement.call({ key, tool: 't', op, input, author: { actor: 'a', agent: null, transport: 'http' }, cursor: null }, resolve),
  );
}

test('answers come back to their callers', async () => {
  const keys = Array.from({ length: 50 }, (_, n) => `default/user/u${n}`);
  const replies = await Promise.all(keys.map((key) => call('echo', key, JSON.stringify(key))));
  expect(replies.map((reply) => JSON.parse(reply.json) as string)).toEqual(keys);
});

test('a worker that dies answers its pending calls as retryable, touches no other, and is replaced', async () => {
  const keys = Array.from({ length: 20 }, (_, n) => `default/user/u${n}`);
  await Promise.all(keys.map((key) => call('echo', key)));
  const hanging = call('hang', keys[0]!);
  const crash = await call('crash', keys[0]!);
  for (const reply of [crash, await hanging]) {
    expect(reply.ok).toBe(false);
    expect(JSON.parse(reply.json)).toMatchObject({ reason: 'unavailable' });
  }
  expect(crashes).toHaveLength(1);
  const owned = keys.filter((key) => crashes[0]!(key));
  expect(owned).toContain(keys[0]);
  expect(owned.length).toBeLessThan(keys.length);
  const replies = await Promise.all(keys.map((key) => call('echo', key)));
  expect(replies.every((reply) => reply.ok)).toBe(true);
});
