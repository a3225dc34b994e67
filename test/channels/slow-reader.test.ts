import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Channels } from '../support/channels.js';
import { StreamReader } from '../support/event-stream.js';
import { TestServer } from '../support/server.js';
import { Subscriber, type SocketEvent } from '../support/socket.js';

// Readers that stop reading while others read on. What the kernel takes for a socket is a few megabytes:
// what is published is more than that and the limit together.

const LIMIT = 128 * 1024;
const MESSAGE = 'x'.repeat(256 * 1024);
const MESSAGES = 64;
/** So many that without a limit far more than this would wait for them. */
const SLOW = 16;
const BOUND_MB = 100;

let server: TestServer;
let channels: Channels;
beforeAll(async () => {
  server = await TestServer.start({
    config: {
      subscriptions: { max_waiting_bytes: LIMIT },
      channel_limits: { max_payload_bytes: 1024 * 1024 },
      channels: { big: { scope: 'user' } },
    },
  });
  channels = new Channels(server);
});
afterAll(() => server.stop());

async function publish(): Promise<void> {
  for (let n = 0; n < MESSAGES; n += 8) {
    await Promise.all(Array.from({ length: 8 }, () => channels.publish('big', MESSAGE)));
  }
}

function megabytes(): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))!;
  return Number(kilobytes) / 1024;
}

const seqs = (events: readonly SocketEvent[]): number[] => events.map(({ seq }) => seq);
const following = (first: number): number[] => Array.from({ length: MESSAGES }, (_, n) => first + n);

test('C8: a socket that is not read is told resync with the seq to ask for; others get all, and memory stays bounded', async () => {
  const fast = await Subscriber.open(server);
  const slow = await Promise.all(Array.from({ length: SLOW }, () => Subscriber.open(server)));
  await fast.subscribe('a', 'big');
  // What publishing itself takes is taken before.
  await publish();
  await fast.until(() => fast.events.length === MESSAGES);
  const head = fast.events.at(-1)!.seq;
  await Promise.all(slow.map((each) => each.subscribe('a', 'big')));
  for (const each of slow) each.pause();
  const before = megabytes();
  await publish();
  await fast.until(() => fast.events.length === 2 * MESSAGES);
  expect(megabytes() - before).toBeLessThan(BOUND_MB);
  expect(seqs(fast.events.slice(MESSAGES))).toEqual(following(head + 1));
  expect(fast.frames.some(({ type }) => type === 'resync')).toBe(false);

  for (const each of slow.slice(0, 3)) {
    each.resume();
    const resync = await each.until(() => each.frames.find(({ type }) => type === 'resync'));
    const got = each.events.length;
    expect(resync).toEqual({ type: 'resync', scope: 'user', ids: ['a'], after: head + got });
    expect(got).toBeLessThan(MESSAGES);
    // The connection lives and the id is free.
    expect((await each.subscribe('a', 'big', resync.after)).type).toBe('subscribed');
    await each.until(() => each.events.length >= MESSAGES);
    await each.settle();
    expect(seqs(each.events)).toEqual(following(head + 1));
  }
  for (const each of [fast, ...slow]) each.terminate();
});

test('a subscription whose backlog is being read goes on over a resync, and brings nothing twice', async () => {
  await publish();
  const reader = await Subscriber.open(server);
  const head = (await reader.subscribe('live', 'big')).seq!;
  const from = head - MESSAGES;
  reader.pause();
  reader.send({ type: 'subscribe', id: 'behind', scope: 'user', topic: '*', after: from });
  await publish();
  reader.resume();
  const resync = await reader.until(() => reader.frames.find(({ type }) => type === 'resync'));
  expect(resync.ids).toEqual(['live']);
  await reader.until(() => reader.events.length >= 2 * MESSAGES);
  await reader.settle();
  expect(seqs(reader.events).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 2 * MESSAGES }, (_, n) => from + 1 + n));
  reader.terminate();
});

test('C8: a stream that is not read ends with resync, and Last-Event-ID takes over', async () => {
  const fast = await StreamReader.open(server, { query: { topic: 'big' } });
  const slow = await StreamReader.open(server, { query: { topic: 'big' } });
  const head = Number(await slow.until(() => slow.lastId));
  slow.pause();
  await publish();
  await fast.until(() => fast.events.length === MESSAGES);
  slow.resume();
  await slow.until(() => slow.ended);
  const got = slow.events.length;
  expect(got).toBeLessThan(MESSAGES);
  expect(slow.messages.at(-1)).toEqual({ event: 'resync', id: `${head + got}`, data: { scope: 'user', after: head + got } });

  const again = await StreamReader.open(server, { query: { topic: 'big' }, headers: { 'last-event-id': slow.lastId! } });
  await again.until(() => got + again.events.length === MESSAGES);
  expect(seqs([...slow.events, ...again.events])).toEqual(following(head + 1));
  for (const each of [fast, again]) each.close();
});

test('who asks on and on without reading the answers is disconnected', async () => {
  const reader = await Subscriber.open(server);
  reader.pause();
  // Each answer repeats the id.
  const id = 'x'.repeat(60_000);
  for (let n = 0; n < 600; n += 1) reader.send({ type: 'dance', id });
  reader.resume();
  expect(await reader.closed()).toBe(1008);
});
