import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allows } from '../../src/channels/acl.js';
import { ChannelService } from '../../src/operations/channel/channel-service.js';
import { ChannelDirectory } from '../../src/channels/directory.js';
import { Waiters } from '../../src/channels/waiters.js';
import { listChannels } from '../../src/operations/channel/listing.js';
import type { ServiceCall } from '../../src/operations/operation.js';
import { ScopeResolver } from '../../src/operations/scope-resolver.js';
import { declared } from '../support/channel-scope.js';

// Which channels an agent may use.

const principal = { name: 'denn', tenant: 'default', subject: 'denn', scopes: ['substrate:tenant' as const] };
const service = new ChannelService({
  scopes: new ScopeResolver(new Map()),
  directory: new ChannelDirectory(new Map(['jobs', 'team/a', 'team/a/b'].map((name) => [name, declared(name)])), async () => []),
  waiters: new Waiters(),
  acls: new Map([
    ['all', { publish: ['*'], subscribe: ['*'] }],
    ['team', { publish: ['jobs'], subscribe: ['team/*'] }],
  ]),
  limits: { max_payload_bytes: 1, max_wait: 1, max_waiters: 1 },
  scopesOf: () => [],
  run: () => Promise.reject(new Error('nothing runs here')),
});
const as = (agent?: string): ServiceCall => ({ principal, transport: 'agent', agent });

async function mayUse(agent: string | undefined, use: 'publish' | 'subscribe', channel: string): Promise<boolean> {
  return service.locate(as(agent), channel, use, {}).then(
    () => true,
    (error: { reason: string }) => {
      expect(error.reason).toBe('forbidden');
      return false;
    },
  );
}

test('C12: a bare * covers every channel, a prefix all below it, and nothing else', () => {
  expect(['jobs', 'team/a', 'a/b/c'].every((name) => allows(['*'], name))).toBe(true);
  expect(allows(['team/*'], 'team/a/b')).toBe(true);
  for (const name of ['team', 'teams/a', 'x/team/a']) expect(allows(['team/*'], name)).toBe(false);
  expect(allows([], 'jobs')).toBe(false);
});

test('C12: what is listed as allowed is what is allowed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('all', 'team', 'none', undefined), async (agent) => {
      const listed = (await listChannels(service, as(agent))) as { channels: { name: string; publish: boolean; subscribe: boolean }[] };
      expect(listed.channels).toHaveLength(3);
      for (const { name, publish, subscribe } of listed.channels) {
        expect([name, publish, subscribe]).toEqual([name, await mayUse(agent, 'publish', name), await mayUse(agent, 'subscribe', name)]);
      }
    }),
  );
});

test('an agent without an entry may use no channel; who is no agent has the scopes of the principal', async () => {
  expect(await mayUse('none', 'subscribe', 'jobs')).toBe(false);
  expect(await mayUse('team', 'subscribe', 'jobs')).toBe(false);
  expect(await mayUse('team', 'publish', 'jobs')).toBe(true);
  expect(await mayUse(undefined, 'publish', 'jobs')).toBe(true);
});
