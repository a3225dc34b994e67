import { afterAll, beforeAll, expect, test } from 'vitest';
import { Channels, send } from '../support/channels.js';
import { TestServer } from '../support/server.js';

// Waiting is bounded: in time, and in how many calls of one principal wait at once.

let server: TestServer;
let denn: Channels;
beforeAll(async () => {
  server = await TestServer.start({
    config: {
      channels: { capped: { scope: 'user', semantic: 'broadcast' } },
      channel_limits: { max_wait: '300ms', max_waiters: 3 },
    },
  });
  denn = new Channels(server);
});
afterAll(() => server.stop());

test('a wait that brings nothing is an empty answer, and ends by the limit of the server', async () => {
  const batch = await denn.subscribe('capped', { wait_ms: 3_600_000 });
  expect(batch).toEqual({ channel: 'capped', messages: [], next_cursor: 'cur_0' });
});

test('calls of one principal that wait are bounded', async () => {
  const answers = await Promise.all(Array.from({ length: 4 }, () => denn.answer('subscribe', { channel: 'capped', wait_ms: 60_000 })));
  expect(answers.map(({ body }) => body.reason ?? 'waited').toSorted()).toEqual(['too_many_waiters', 'waited', 'waited', 'waited']);
  const overRoute = await Promise.all(
    Array.from({ length: 4 }, () => send(server, 'POST', '/v1/users/denn/channels/capped/subscribe', { wait_ms: 60_000 })),
  );
  expect(overRoute.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 429]);
});
