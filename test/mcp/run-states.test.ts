import type { Progress } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { McpClient } from '../support/mcp.js';
import { agentsConfig } from '../support/runs.js';
import { TestServer } from '../support/server.js';

// `stream_user_run_states`: changes of the states of one's runs, collected by calls that wait.

interface States {
  events: { seq: number; agent_name: string; run_id: string; status: string; stop_reason: string | null }[];
  count: number;
  last_seq: number;
  missed: boolean;
  reason?: string;
}

let server: TestServer;
let mcp: McpClient;
beforeAll(async () => {
  const agents = { writer: { allowed_tools: [], turns: [{ text: 'done' }] }, other: { allowed_tools: [], turns: [{ text: 'done' }] } };
  server = await TestServer.start({ config: { ...agentsConfig(agents), channel_limits: { max_waiters: 1 } } });
  mcp = await McpClient.connect(server);
});
afterAll(async () => {
  await mcp.close();
  await server.stop();
});

async function states(input: Record<string, unknown>): Promise<States> {
  return (await mcp.call<States>('stream_user_run_states', { user_id: 'denn', ...input })).structuredContent;
}

async function run(agent: string): Promise<string> {
  return (await mcp.call<{ run_id: string }>('spawn_run', { agent, prompt: 'Go' })).structuredContent.run_id;
}

/** A call that waits, and says by its progress that it does. */
function waiting(input: Record<string, unknown>, signal?: AbortSignal): { answer: Promise<States>; told: Progress[]; waits: Promise<void> } {
  const told: Progress[] = [];
  let answer!: Promise<States>;
  const waits = new Promise<void>((resolve) => {
    const options = { onprogress: (progress: Progress) => (told.push(progress), resolve()), resetTimeoutOnProgress: true, timeout: 600_000, ...(signal ? { signal } : {}) };
    answer = mcp.client.callTool({ name: 'stream_user_run_states', arguments: input }, undefined, options).then(({ structuredContent }) => structuredContent as unknown as States);
  });
  return { answer, told, waits };
}

test('without a place it begins now, and the next call goes on where the last ended', async () => {
  await run('writer');
  const begun = await states({ timeout_ms: 0 });
  expect(begun).toMatchObject({ events: [], count: 0, missed: false });
  const [first, second] = [await run('writer'), await run('other')];
  const all = await states({ from_seq: begun.last_seq, max_events: 4, timeout_ms: 600_000 });
  expect(all.events.map(({ run_id, agent_name, status, stop_reason }) => [run_id, agent_name, status, stop_reason])).toEqual([
    [first, 'writer', 'running', null],
    [first, 'writer', 'completed', 'end_turn'],
    [second, 'other', 'running', null],
    [second, 'other', 'completed', 'end_turn'],
  ]);
  expect(all).toMatchObject({ count: 4, last_seq: all.events[3]!.seq });
  const page = await states({ from_seq: begun.last_seq, max_events: 1, timeout_ms: 0 });
  expect(page.events).toEqual(all.events.slice(0, 1));
  expect((await states({ from_seq: page.last_seq, max_events: 3, timeout_ms: 0 })).events).toEqual(all.events.slice(1));
});

test('it takes only what is asked for', async () => {
  const { last_seq: from_seq } = await states({ timeout_ms: 0 });
  await run('writer');
  const wanted = await run('other');
  expect((await states({ from_seq, agent: 'other', statuses: ['completed', 'failed'], timeout_ms: 0 })).events).toMatchObject([{ run_id: wanted, status: 'completed' }]);
});

test('a call that waits tells of each change as it comes, and answers when there are enough', async () => {
  const { last_seq: from_seq } = await states({ timeout_ms: 0 });
  const first = await run('writer');
  const { answer, told, waits } = waiting({ from_seq, max_events: 4, timeout_ms: 600_000 });
  await waits;
  const second = await run('other');
  expect((await answer).events.map(({ run_id }) => run_id)).toEqual([first, first, second, second]);
  expect(told.map(({ message }) => message).filter((message) => message !== 'waiting')).toEqual([
    `writer ${first}: running`,
    `writer ${first}: completed`,
    `other ${second}: running`,
    `other ${second}: completed`,
  ]);
  expect(told.every(({ progress, total }, index) => total === 600_000 && progress > (told[index - 1]?.progress ?? -1))).toBe(true);
});

test('when the time is up it answers with what there is', async () => {
  const { last_seq: from_seq } = await states({ timeout_ms: 0 });
  const only = await run('writer');
  expect(await states({ from_seq, max_events: 16, timeout_ms: 50 })).toMatchObject({ count: 2, events: [{ run_id: only }, { run_id: only }] });
});

test('a cancelled call waits no more', async () => {
  const { last_seq: from_seq } = await states({ timeout_ms: 0 });
  await run('writer');
  const cancelled = new AbortController();
  const { answer, waits } = waiting({ from_seq, timeout_ms: 600_000 }, cancelled.signal);
  await waits;
  expect(await states({ timeout_ms: 600_000 })).toMatchObject({ reason: 'too_many_waiters' });
  cancelled.abort('enough');
  await expect(answer).rejects.toThrow('enough');
  // There is room for one that waits.
  for (;;) {
    const { reason, count } = await states({ from_seq, max_events: 2, timeout_ms: 600_000 });
    if (reason === 'too_many_waiters') continue;
    expect(count).toBe(2);
    break;
  }
});

test('it is refused what it does not take: another user, a place that is not there yet', async () => {
  expect((await states({ user_id: 'mallory' })).reason).toBe('forbidden');
  expect((await states({ from_seq: 1_000_000, timeout_ms: 0 })).reason).toBe('cursor_ahead');
  expect((await states({ max_events: 257 })).reason).toBe('invalid_input');
  expect((await states({ statuses: ['idle'] })).reason).toBe('invalid_input');
});
