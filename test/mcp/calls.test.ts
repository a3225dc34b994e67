import { LoggingMessageNotificationSchema, type Progress } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { McpClient } from '../support/mcp.js';
import { notifications, RawSession } from '../support/mcp-raw.js';
import { TestServer } from '../support/server.js';

// Calls that wait: progress, cancellation; and what is logged of calls.

let server: TestServer;
let mcp: McpClient;
beforeAll(async () => {
  server = await TestServer.start({
    // A second call that waits is refused, as long as the first does.
    config: { channels: { news: { scope: 'global', semantic: 'queue' } }, channel_limits: { max_waiters: 1 } },
  });
  mcp = await McpClient.connect(server);
});
afterAll(async () => {
  await mcp.close();
  await server.stop();
});

const WAIT = { channel: 'news', scope: 'global', wait_ms: 30_000 };

function waiting(call: { onprogress?: (progress: Progress) => void; signal?: AbortSignal }): Promise<unknown> {
  return mcp.client.callTool({ name: 'channel', arguments: { op: 'subscribe', ...WAIT } }, undefined, call);
}

async function publish(payload: unknown): Promise<void> {
  expect((await mcp.call('channel', { op: 'publish', channel: 'news', scope: 'global', payload })).isError ?? false).toBe(false);
}

test('a call that waits tells so on its own answer, and then answers', async () => {
  const told: Progress[] = [];
  let answer: Promise<unknown> | undefined;
  await new Promise<void>((resolve) => {
    answer = waiting({ onprogress: (progress) => (told.push(progress), resolve()) });
  });
  expect(told).toEqual([{ progress: 0, total: 30_000, message: 'waiting' }]);
  await publish('came');
  expect(await answer).toMatchObject({ structuredContent: { messages: [{ value: 'came' }] } });
});

test('a cancelled call waits no more, takes no message, and gets no answer', async () => {
  const session = await RawSession.open(server);
  const params = { name: 'channel', arguments: { op: 'subscribe', ...WAIT }, _meta: { progressToken: 'p' } };
  const response = await session.post({ id: 'slow', method: 'tools/call', params });
  expect((await session.post({ id: 'slow', method: 'ping' })).status).toBe(400);
  expect((await session.post({ method: 'notifications/cancelled', params: { requestId: 'slow' } })).status).toBe(202);
  // Its stream ends, with nothing on it but that it waited.
  const said = (await response.text()).split('\n').filter((line) => line.startsWith('data: '));
  expect(said.map((line) => (JSON.parse(line.slice('data: '.length)) as { method?: string }).method)).toEqual(['notifications/progress']);
  await publish('for the next');
  for (;;) {
    const { structuredContent } = await mcp.call<{ reason?: string; messages?: { value: unknown }[] }>('channel', { op: 'subscribe', ...WAIT });
    if (structuredContent.reason === 'too_many_waiters') continue;
    expect(structuredContent.messages).toMatchObject([{ value: 'for the next' }]);
    break;
  }
});

test('a cancelled call without progress leaves no request open', async () => {
  const session = await RawSession.open(server);
  let status: number | undefined;
  const call = session.post({ id: 1, method: 'tools/call', params: { name: 'channel', arguments: { op: 'subscribe', ...WAIT } } });
  const answered = call.then((response) => (status = response.status));
  // One that overtakes the call finds nothing to cancel.
  while (status === undefined) await session.post({ method: 'notifications/cancelled', params: { requestId: 1 } });
  await answered;
  expect(status).toBe(202);
});

test('calls are logged to who asked for it, from the level on that was asked for', async () => {
  const session = await RawSession.open(server);
  const stream = await session.stream();
  const call = (args: Record<string, unknown>): Promise<unknown> => session.request('tools/call', { name: 'context', arguments: args });
  await call({ op: 'dance' });
  expect(await session.request('logging/setLevel', { level: 'loud' })).toMatchObject({ error: { code: expect.any(Number) as number } });
  await session.request('logging/setLevel', { level: 'warning' });
  await call({ op: 'self' });
  await call({ op: 'sing' });
  await session.request('logging/setLevel', { level: 'debug' });
  await call({ op: 'self' });
  await stream.until(() => stream.messages.length === 2);
  expect(notifications(stream).map(({ params }) => params)).toEqual([
    { level: 'warning', logger: 'tools', data: { tool: 'context', op: 'sing', reason: 'unknown_op', error: expect.stringContaining('sing') as string } },
    { level: 'debug', logger: 'tools', data: { tool: 'context', op: 'self', ms: expect.any(Number) as number } },
  ]);
  stream.close();
});

test('the client of the SDK sets the level, too', async () => {
  const heard = new Promise((resolve) => {
    mcp.client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => resolve(params.level));
  });
  await mcp.client.setLoggingLevel('warning');
  await mcp.call('context', { op: 'sing' });
  expect(await heard).toBe('warning');
});
