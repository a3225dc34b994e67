import { afterEach, beforeEach, expect, test } from 'vitest';
import { Channels, values } from '../support/channels.js';
import { ChannelScope, declared } from '../support/channel-scope.js';
import { TestServer } from '../support/server.js';

// The order of a channel is the order of commits.

let scope: ChannelScope;
beforeEach(() => {
  scope = new ChannelScope();
});
afterEach(() => scope.close());

test('C1: a clock that goes back hides no message from a reader that has moved on', async () => {
  const channel = declared('c', { semantic: 'broadcast' });
  await scope.publish(channel, 'a');
  const { upto } = await scope.take(channel);
  scope.now -= 3_600_000;
  await scope.publish(channel, 'b');
  expect((await scope.peek(channel, upto)).messages.map(({ value }) => value)).toEqual(['b']);
});

test('C1: readers that follow many writers at once see every message once, in the order of the log', async () => {
  const server = await TestServer.start({ config: { channels: { c: { scope: 'user', semantic: 'broadcast' } } } });
  try {
    const channels = new Channels(server);
    const writers = 8;
    const each = 25;
    const follow = async (): Promise<unknown[]> => {
      const seen: unknown[] = [];
      for (let from_cursor = 'cur_0', last = 0; seen.length < writers * each; ) {
        const batch = await channels.subscribe('c', { from_cursor, wait_ms: 20_000, max_messages: 7 });
        for (const { seq } of batch.messages) {
          expect(seq).toBeGreaterThan(last);
          last = seq;
        }
        seen.push(...values(batch));
        from_cursor = batch.next_cursor;
      }
      return seen;
    };
    const reading = [follow(), follow()];
    await Promise.all(
      Array.from({ length: writers }, async (_, writer) => {
        for (let n = 0; n < each; n += 1) await channels.publish('c', `${writer}/${n}`);
      }),
    );
    const [one, two] = await Promise.all(reading);
    expect(one).toEqual(two);
    expect(new Set(one).size).toBe(writers * each);
  } finally {
    await server.stop();
  }
});
