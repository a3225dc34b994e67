import { send } from '../../support/channels.js';
import type { TestServer } from '../../support/server.js';
import type { Inputs } from './index.js';

let made = 0;

async function call<Result>(server: TestServer, op: string, input: Record<string, unknown>): Promise<Result> {
  return (await send<Result>(server, 'POST', '/v1/_outgoing_webhook', { op, ...input })).body;
}

/** A new webhook that goes to the server itself, which answers 405. */
async function webhook(server: TestServer): Promise<{ name: string }> {
  made += 1;
  const name = `webhook-${made}`;
  await call(server, 'create', { name, url: `${server.url}/healthz`, topic: 'nothing' });
  return { name };
}

/** One with a row in its delivery log. */
async function tried(server: TestServer): Promise<{ name: string }> {
  const made = await webhook(server);
  await call(server, 'test', made);
  return made;
}

export const webhookInputs: Inputs = {
  'outgoing_webhook create': (_, server) => {
    made += 1;
    return { name: `webhook-${made}`, url: `${server.url}/healthz`, topic: 'nothing', description: 'x', event_types: ['a.*'], filter: { a: 1 }, headers: { 'x-a': 'b' } };
  },
  'outgoing_webhook update': async (_, server) => ({ ...(await webhook(server)), revision: 1, topic: 'something', max_in_flight: 2 }),
  'outgoing_webhook get': (_, server) => webhook(server),
  'outgoing_webhook list': async (_, server) => {
    await webhook(server);
    return {};
  },
  'outgoing_webhook delete': (_, server) => webhook(server),
  'outgoing_webhook rotate_secret': async (_, server) => ({ ...(await webhook(server)), grace: '1h' }),
  'outgoing_webhook enable': async (_, server) => {
    const made = await webhook(server);
    await call(server, 'disable', made);
    return made;
  },
  'outgoing_webhook disable': (_, server) => webhook(server),
  'outgoing_webhook test': (_, server) => webhook(server),
  'outgoing_webhook deliveries': (_, server) => tried(server),
  'outgoing_webhook replay': async (_, server) => ({ ...(await webhook(server)), from_seq: 1 }),
  'outgoing_webhook dead_letters': (_, server) => tried(server),
  'outgoing_webhook redrive': async (_, server) => ({ ...(await webhook(server)), waiting: true }),
};
