import { DEFAULT_SETTINGS } from '../../src/scope/settings.js';
import { afterEach, expect, test } from 'vitest';
import { Channels } from '../support/channels.js';
import { ChannelScope, declared } from '../support/channel-scope.js';
import { TestServer } from '../support/server.js';
import { Subscriber } from '../support/socket.js';

// The log keeps every event of documents, unless the configuration says otherwise. Who asks for what is gone
// is told where the oldest is.

let scope: ChannelScope | undefined;
afterEach(() => {
  scope?.close();
  scope = undefined;
});

interface LogPage {
  head: number;
  events: { seq: number; topic: string }[];
  reset?: { oldest_seq: number };
}

const read = (after: number, patterns: string[] | null = null): Promise<LogPage> =>
  scope!.run('_log', 'read', { after, select: patterns && patterns.map((topic) => ({ topic })), limit: 10_000 });
/** Each is one event. */
const defineTypes = async (count: number): Promise<void> => {
  for (let n = 0; n < count; n += 1) await scope!.run('document', 'define_type', { name: `t${n}`, fields: [] });
};

test('everything is kept where nothing is said', async () => {
  scope = new ChannelScope();
  await defineTypes(3);
  scope.now += 10 * 365 * 86_400_000;
  await scope.ring();
  expect((await read(0)).events).toHaveLength(3);
});

test('past the age events go, messages of channels stay', async () => {
  scope = new ChannelScope({ ...DEFAULT_SETTINGS, log: { maxAgeMs: 60_000, maxEvents: null } });
  const channel = declared('notes', { semantic: 'broadcast' });
  await defineTypes(2);
  await scope.publish(channel, 'x');
  scope.now += 59_000;
  await defineTypes(1);
  await scope.ring();
  expect((await read(0)).events).toHaveLength(4);
  scope.now += 10_000;
  await scope.ring();
  const page = await read(1);
  expect(page.events.map(({ topic }) => topic)).toEqual(['notes', 'types']);
  expect(page).toMatchObject({ head: 4, reset: { oldest_seq: 4 } });
  // A channel of its own has lost nothing, and neither has who was past it.
  expect(await read(1, ['notes'])).not.toHaveProperty('reset');
  expect(await read(3)).not.toHaveProperty('reset');
});

test('past the number events go, by slices', async () => {
  scope = new ChannelScope({ ...DEFAULT_SETTINGS, log: { maxAgeMs: null, maxEvents: 10 } });
  await scope.run('document', 'import_md', { markdown: `# Many\n\n${'## c\n\n'.repeat(2500)}` });
  scope.now += 1000;
  expect(await scope.ring()).toBeGreaterThan(2);
  const { head, events } = await read(0);
  expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 10 }, (_, n) => head - 9 + n));
  scope.reopen();
  expect((await read(head)).head).toBe(head);
});

test('a WebSocket that comes back too late is told reset, then gets what there is', async () => {
  const server = await TestServer.start({ config: { channels: { few: { scope: 'user', semantic: 'broadcast', max_messages: 2 } } } });
  try {
    const channels = new Channels(server);
    for (const n of [1, 2, 3, 4]) await channels.publish('few', n);
    const socket = await Subscriber.open(server);
    await socket.subscribe('late', 'few', 1);
    await socket.until(() => socket.events.length === 2);
    expect(socket.frames.map(({ type }) => type)).toEqual(['subscribed', 'reset', 'events']);
    expect(socket.frames[1]).toEqual({ type: 'reset', id: 'late', oldest_seq: 3 });
    expect(socket.events.map(({ seq }) => seq)).toEqual([3, 4]);
    await socket.close();
  } finally {
    await server.stop();
  }
});
