import { afterEach, beforeEach, expect, test } from 'vitest';
import { Channels, values, type Batch } from '../support/channels.js';
import { TestServer } from '../support/server.js';
import { Subscriber } from '../support/socket.js';

// A message for later lies beside the log and enters it at its time, whatever happens to the server meanwhile.

const config = { channels: { later: { scope: 'user', semantic: 'broadcast', default_ttl: '1h' }, bound: { scope: 'user', max_messages: 1 } } };

let server: TestServer;
let channels: Channels;
beforeEach(async () => {
  server = await TestServer.start({ config });
  channels = new Channels(server);
});
afterEach(() => server.stop());

const soon = (ms: number): string => new Date(Date.now() + ms).toISOString();

test('it comes at its time to whoever waits, under the name of who published it', async () => {
  const socket = await Subscriber.open(server);
  await socket.subscribe('s', 'later', 0);
  const waiting = channels.subscribe('later', { wait_ms: 20_000 });
  // Far enough off that a slow machine has not reached it yet.
  const deliver_at = soon(2000);
  const published = await channels.publish('later', 'x', { deliver_at });
  expect(published).toMatchObject({ visible_at: deliver_at, dropped_oldest: 0 });
  const { messages } = await waiting;
  expect(messages).toMatchObject([{ id: published.message_id, value: 'x', published_by: 'denn' }]);
  expect(messages[0]!.published_at >= deliver_at).toBe(true);
  const [event] = await socket.until(() => socket.events.length > 0 && socket.events);
  expect(event).toMatchObject({ topic: 'later', seq: messages[0]!.seq, payload: { value: 'x', actor: 'denn' } });
  await socket.close();
});

test('a past time means now', async () => {
  const published = await channels.publish('later', 'x', { deliver_at: soon(-1000) });
  expect(published).not.toHaveProperty('visible_at');
  expect(values(await channels.subscribe('later'))).toEqual(['x']);
});

test('what would expire before it is delivered is refused', async () => {
  expect(await channels.refusal('publish', { channel: 'later', value: 1, ttl: 10, deliver_at: soon(20_000) })).toBe('invalid_input');
});

test('C7: after a crash it comes all the same, though nobody touches its scope', async () => {
  const { dataDir } = server;
  const one = await channels.publish('later', 'one', { deliver_at: soon(100) });
  const two = await channels.publish('later', 'two', { deliver_at: soon(1500) });
  await server.kill();

  const again = await TestServer.start({ config, dataDir });
  try {
    const reader = new Channels(again);
    const seen: Batch['messages'] = [];
    for (let from_cursor = 'cur_0'; seen.length < 2; ) {
      const batch = await reader.subscribe('later', { from_cursor, wait_ms: 20_000 });
      seen.push(...batch.messages);
      from_cursor = batch.next_cursor;
    }
    expect(seen.map(({ id, value }) => [id, value])).toEqual([
      [one.message_id, 'one'],
      [two.message_id, 'two'],
    ]);
    // Only once: the row went with the transaction that delivered it.
    expect(values(await reader.call<Batch>('peek', { channel: 'later' }))).toEqual(['one', 'two']);
  } finally {
    await again.stop();
  }
});

test('the limits of its channel hold when it is delivered', async () => {
  await channels.publish('bound', 'old');
  await channels.publish('bound', 'new', { deliver_at: soon(50) });
  await channels.subscribe('bound/dead', { wait_ms: 20_000 });
  expect(values(await channels.call<Batch>('peek', { channel: 'bound' }))).toEqual(['new']);
});
