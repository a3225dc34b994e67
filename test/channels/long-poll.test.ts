import { afterAll, beforeAll, expect, test } from 'vitest';
import { Channels, values, type Batch } from '../support/channels.js';
import { TestServer, TOKEN } from '../support/server.js';

// Who waits for messages: is woken by those alone that are for it, misses none, and costs nothing once gone.

let server: TestServer;
let denn: Channels;
let kim: Channels;
beforeAll(async () => {
  const user = { scope: 'user', semantic: 'broadcast' };
  server = await TestServer.start({
    config: {
      principals: {
        denn: { tenant: '', subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' },
        kim: { tenant: '', subject: 'kim', scopes: ['substrate:tenant'], token_env: 'LOOMCYCLE_TOKEN_KIM' },
      },
      channels: { mine: user, race: { scope: 'user' }, a: user, b: user, c: user, gone: { scope: 'user' }, lone: user },
    },
    env: { LOOMCYCLE_TOKEN_KIM: 'kim-0123456789' },
  });
  denn = new Channels(server);
  kim = new Channels(server, 'kim-0123456789');
});
afterAll(() => server.stop());

interface Awaited {
  satisfied: boolean;
  timed_out: boolean;
  fired: string[];
  results: Record<string, Batch>;
  total_messages: number;
}

const WAIT = { wait_ms: 60_000 };

test("C5: a message in another user's scope, or on another channel, ends nobody's waiting", async () => {
  let ended = false;
  const waiting = denn.subscribe('mine', WAIT).then((batch) => {
    ended = true;
    return batch;
  });
  for (let n = 0; n < 5; n += 1) {
    await kim.publish('mine', n);
    await denn.publish('lone', n);
    expect(ended).toBe(false);
  }
  await denn.publish('mine', 'for denn');
  expect(values(await waiting)).toEqual(['for denn']);
});

test('C6, Q13: no message is missed between looking and waiting, whatever the moment', async () => {
  const rounds = 150;
  for (let n = 0; n < rounds; n += 1) {
    const reading = denn.subscribe('race', WAIT);
    // Alternately before, while and after the reader looks for the first time.
    if (n % 3 === 1) await Promise.resolve();
    if (n % 3 === 2) await new Promise(setImmediate);
    const [batch] = await Promise.all([reading, denn.publish('race', n)]);
    expect(values(batch)).toEqual([n]);
    await denn.call('ack', { channel: 'race', cursor: batch.next_cursor });
  }
});

test('a client that goes away frees its place, and a message goes to the next', async () => {
  const gone = new AbortController();
  const request = fetch(`${server.url}/v1/_channel`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify({ op: 'subscribe', channel: 'gone', wait_ms: 60_000 }),
    signal: gone.signal,
  }).catch((error: unknown) => (error as Error).name);
  // It is waiting once its consumer is there.
  while ((await denn.call<{ consumers: unknown[] }>('consumers', { channel: 'gone' })).consumers.length === 0);
  gone.abort();
  expect(await request).toBe('AbortError');
  await denn.publish('gone', 'x');
  const { messages } = await denn.subscribe('gone', WAIT);
  expect(messages).toMatchObject([{ value: 'x', deliveries: 1 }]);
});

test('C10: await has a cursor for each channel, and any number that can come is reached', async () => {
  for (const n of [1, 2, 3]) await denn.publish('a', n);
  const { next_cursor } = await denn.subscribe('a', { max_messages: 2 });
  const wait = (more: Record<string, unknown>) => denn.call<Awaited>('await', { channels: ['a', 'b'], ...more });

  const any = await wait({ from_cursors: { a: next_cursor } });
  expect(any).toMatchObject({ satisfied: true, timed_out: false, fired: ['a'], total_messages: 1 });
  expect(values(any.results.a!)).toEqual([3]);

  const all = denn.call<Awaited>('await', { channels: ['a', 'b'], mode: 'all', wait_ms: 60_000 });
  await denn.publish('b', 'b1');
  expect(await all).toMatchObject({ satisfied: true, fired: ['a', 'b'], total_messages: 4 });

  // More than max_messages of each could ever give.
  const many = await wait({ mode: 'at_least', n: 4, max_messages: 1 });
  expect(many).toMatchObject({ satisfied: true, total_messages: 4 });
  expect(await wait({ mode: 'at_least', n: 5, wait_ms: 1 })).toMatchObject({ satisfied: false, timed_out: true, total_messages: 4 });

  expect(await denn.refusal('await', { channels: ['a', 'b'], from_cursor: next_cursor })).toBe('invalid_input');
  expect(await denn.refusal('await', { channels: ['a'], from_cursors: { b: next_cursor } })).toBe('invalid_input');
  expect(await denn.refusal('await', { channels: ['a'], mode: 'at_least' })).toBe('missing_field');
});
