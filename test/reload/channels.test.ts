import { afterAll, beforeAll, expect, test } from 'vitest';
import { Channels, type Batch } from '../support/channels.js';
import { Reloading } from '../support/reloading.js';
import { callTool } from '../support/tools.js';

let reloading: Reloading;
beforeAll(async () => {
  reloading = await Reloading.start({ channels: { jobs: { scope: 'user' } } });
});
afterAll(() => reloading.stop());

async function publish(channel: string): Promise<string> {
  const { status, body } = await callTool(reloading.server, 'channel', { op: 'publish', channel, value: 1 });
  return status === 200 ? 'published' : String(body.reason);
}

async function peek(channel: string): Promise<number> {
  const { messages } = await new Channels(reloading.server).call<Batch>('peek', { channel });
  return messages.length;
}

test('declared channels come, change and go; their messages stay', async () => {
  expect(await publish('news')).toBe('channel_not_declared');
  const first = await reloading.apply({ channels: { jobs: { scope: 'user' }, news: { scope: 'user', semantic: 'broadcast' } } });
  expect(first.changed).toEqual(['+ channels.news']);
  for (let count = 0; count < 3; count++) expect(await publish('news')).toBe('published');

  const second = await reloading.apply({ channels: { jobs: { scope: 'user' }, news: { scope: 'user', semantic: 'broadcast', max_messages: 2 } } });
  expect(second.changed).toEqual(['~ channels.news']);
  expect(await publish('news')).toBe('published');
  expect(await peek('news')).toBe(2);

  const third = await reloading.apply({ channels: { news: { scope: 'user', semantic: 'broadcast' } } });
  expect(third.changed).toEqual(['- channels.jobs', '~ channels.news']);
  expect(await publish('jobs')).toBe('channel_not_declared');
  expect(await peek('news')).toBe(2);
});

test('one that was declared at run time is that of the configuration while this declares it', async () => {
  const created = await callTool(reloading.server, 'channeldef', { op: 'create', name: 'mail' });
  expect(created.status).toBe(200);
  const update = (): Promise<{ status: number; body: Record<string, unknown> }> =>
    callTool(reloading.server, 'channeldef', { op: 'update', name: 'mail', max_messages: 5 });
  expect((await update()).status).toBe(200);
  await reloading.apply({ channels: { mail: { scope: 'global' } } });
  expect((await update()).status).toBe(422);
  await reloading.apply({ channels: {} });
  expect((await update()).status).toBe(200);
});
