import { afterAll, beforeAll, expect, test } from 'vitest';
import { Channels, send, values, type Batch } from '../support/channels.js';
import { TestServer } from '../support/server.js';

// Channels of two tenants have nothing to do with each other, and neither have those of two users.

let server: TestServer;
const as: Record<string, Channels> = {};

beforeAll(async () => {
  const principal = (tenant: string, subject: string, env: string) => ({
    tenant,
    subject,
    scopes: ['substrate:admin'],
    token_env: `LOOMCYCLE_TOKEN_${env}`,
  });
  server = await TestServer.start({
    config: {
      principals: {
        denn: principal('', 'denn', 'DENN'),
        ann: principal('acme', 'ann', 'ANN'),
        twin: principal('acme', 'denn', 'TWIN'),
        bob: principal('acme', 'bob', 'BOB'),
      },
      channels: { news: { scope: 'global', semantic: 'broadcast' }, inbox: { scope: 'user', semantic: 'broadcast' } },
    },
    env: { LOOMCYCLE_TOKEN_ANN: 'ann-0123456789', LOOMCYCLE_TOKEN_TWIN: 'twin-0123456789', LOOMCYCLE_TOKEN_BOB: 'bob-0123456789' },
  });
  as.denn = new Channels(server);
  for (const name of ['ann', 'twin', 'bob']) as[name] = new Channels(server, `${name}-0123456789`);
});
afterAll(() => server.stop());

const seen = async (who: string, channel: string): Promise<unknown[]> => values(await as[who]!.subscribe(channel));

test('C9: a global channel is shared by one tenant, not by all', async () => {
  await as.denn!.publish('news', 'of the shared tenant');
  await as.ann!.publish('news', 'of acme');
  expect(await seen('denn', 'news')).toEqual(['of the shared tenant']);
  expect(await seen('bob', 'news')).toEqual(['of acme']);
});

test('C9, Q3: two users of the same name in two tenants have channels of their own', async () => {
  await as.denn!.publish('inbox', 'mine');
  await as.twin!.publish('inbox', "the twin's");
  expect(await seen('denn', 'inbox')).toEqual(['mine']);
  expect(await seen('twin', 'inbox')).toEqual(["the twin's"]);
  expect(await seen('bob', 'inbox')).toEqual([]);
});

test('C9: a channel that one tenant declared at run time is unknown to the other', async () => {
  await send(server, 'POST', '/v1/_channels', { name: 'secret' }, 'ann-0123456789');
  await as.bob!.publish('secret', 1);
  expect(await as.denn!.refusal('publish', { channel: 'secret', value: 1 })).toBe('channel_not_declared');
  expect(await as.denn!.refusal('subscribe', { channel: 'secret' })).toBe('channel_not_declared');
  const { channels } = await as.denn!.call<{ channels: { name: string }[] }>('list_channels');
  expect(channels.map(({ name }) => name)).toEqual(['inbox', 'news']);
  // The other tenant may use the name for something of its own.
  await send(server, 'POST', '/v1/_channels', { name: 'secret', scope: 'user' });
  await as.denn!.publish('secret', 'x');
  expect(values(await as.bob!.call<Batch>('peek', { channel: 'secret' }))).toEqual([1]);
});
