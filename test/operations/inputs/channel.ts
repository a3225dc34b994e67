import { send } from '../../support/channels.js';
import type { Inputs } from './index.js';
import type { TestServer } from '../../support/server.js';

let made = 0;

/** A new queue with a message in it, and another that its reader holds. */
async function queue(server: TestServer): Promise<{ name: string; lease_id: string }> {
  made += 1;
  const name = `queue-${made}`;
  await send(server, 'POST', '/v1/_channels', { name, max_deliveries: 2 });
  const { body } = await send<{ lease_id: string }>(server, 'POST', `/v1/_channels/${name}/publish`, { payload: 1 }).then(() =>
    send<{ lease_id: string }>(server, 'POST', `/v1/_channels/${name}/subscribe`),
  );
  await send(server, 'POST', `/v1/_channels/${name}/publish`, { payload: { n: 2 } });
  return { name, lease_id: body.lease_id };
}

export const channelInputs: Inputs = {
  'channel publish': async (_, server) => ({ channel: (await queue(server)).name, value: { text: 'x' }, ttl: 60 }),
  'channel subscribe': async (_, server) => ({ channel: (await queue(server)).name }),
  'channel ack': async (_, server) => {
    const { name, lease_id } = await queue(server);
    return { channel: name, lease_id };
  },
  'channel nack': async (_, server) => {
    const { name, lease_id } = await queue(server);
    return { channel: name, lease_id };
  },
  'channel peek': async (_, server) => ({ channel: (await queue(server)).name }),
  'channel list_channels': async (_, server) => ({ prefix: (await queue(server)).name }),
  'channel await': async (_, server) => ({ channels: [(await queue(server)).name], mode: 'at_least', n: 1 }),
  'channel broadcast': async (_, server) => ({ channels: [(await queue(server)).name, (await queue(server)).name], value: null }),
  'channel replay': async (_, server) => ({ channel: `${(await queue(server)).name}/dead` }),
  'channel consumers': async (_, server) => ({ channel: (await queue(server)).name }),
  'channel reset_consumer': async (_, server) => ({ channel: (await queue(server)).name, to: 'newest' }),
  'channeldef create': () => ({ name: `made-${(made += 1)}`, semantic: 'topic', default_ttl: 60 }),
  'channeldef update': async (_, server) => ({ name: (await queue(server)).name, description: 'x', max_messages: 5 }),
  'channeldef delete': async (_, server) => ({ name: (await queue(server)).name }),
  'channeldef purge': async (_, server) => ({ name: (await queue(server)).name }),
  'channeldef list': async (_, server) => {
    await queue(server);
    return {};
  },
};
