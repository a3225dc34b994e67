import { existsSync, mkdtempSync, readFileSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentsConfig, calls, ended, eventsOf, post, resultsOf, startRun } from '../support/runs.js';
import { TestServer } from '../support/server.js';
import { HttpToolServer } from '../support/tool-server-http.js';

const PROGRAM = fileURLToPath(new URL('../support/tool-server.mjs', import.meta.url));
const stdio = { transport: 'stdio', command: process.execPath, args: [PROGRAM] };
const once = (name: string, input: Record<string, unknown> = {}): Record<string, unknown>[] => [calls(name, input), { text: 'Done.' }];

const folder = mkdtempSync(path.join(tmpdir(), 'loomcycle-tools-'));
const callsFile = path.join(folder, 'calls');

let http: HttpToolServer;
let server: TestServer;

beforeAll(async () => {
  http = await HttpToolServer.start();
  server = await TestServer.start({
    env: { SECRET_OF_THE_SERVER: 'x' },
    config: agentsConfig(
      {
        all: { allowed_tools: ['mcp__local__*'], turns: [calls('mcp__local__echo', { text: 'hello' }), calls('mcp__local__refuse'), calls('mcp__local__whoami'), calls('mcp__local__long'), { text: 'Done.' }] },
        one: { allowed_tools: ['mcp__local__echo'], turns: once('mcp__local__refuse') },
        held: { allowed_tools: ['mcp__held__*'], turns: once('mcp__held__refuse') },
        crasher: { allowed_tools: ['mcp__local__*'], turns: [calls('mcp__local__crash'), calls('mcp__local__echo', { text: 'again' }), { text: 'Done.' }] },
        staller: { allowed_tools: ['mcp__hasty__*'], turns: [calls('mcp__hasty__stall'), calls('mcp__hasty__echo', { text: 'after' }), { text: 'Done.' }] },
        waiter: { allowed_tools: ['mcp__local__*'], turns: once('mcp__local__stall') },
        remote: { allowed_tools: ['mcp__remote__whoami'], script: { loop: true }, turns: once('mcp__remote__whoami') },
        gone: { allowed_tools: ['mcp__gone__find', 'Context'], turns: [calls('mcp__gone__find'), calls('Context', { op: 'time' }), { text: 'Done.' }] },
      },
      {
        mcp_client: { call_timeout: '2s' },
        mcp_servers: {
          local: { ...stdio, env: { CALLS_FILE: callsFile } },
          hasty: stdio,
          held: { ...stdio, allowed_tools: ['echo'] },
          remote: { transport: 'streamable-http', url: http.url, headers: { Authorization: 'Bearer ${run.user_bearer:-nobody}', 'X-Key': '${run.credentials.key}' } },
          gone: { transport: 'http', url: 'http://127.0.0.1:9/mcp' },
        },
      },
    ),
  });
});
afterAll(async () => {
  await server.stop();
  await http.stop();
  rmSync(folder, { recursive: true });
});

/** Waits until the tools have noted a line. */
function noted(line: string): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!existsSync(callsFile) || !readFileSync(callsFile, 'utf8').split('\n').includes(line)) return;
      watcher.close();
      resolve();
    };
    const watcher = watch(folder, look);
    look();
  });
}

async function run(agent: string, more: Record<string, unknown> = {}): Promise<ReturnType<typeof resultsOf>> {
  const stream = await startRun(server, { agent, prompt: 'Go', ...more });
  expect(await ended(stream)).toMatchObject({ status: 'completed' });
  return resultsOf(stream);
}

describe('tools of MCP servers', () => {
  it('are called over stdio, in an environment of its own, and what they say is untrusted', async () => {
    const [echo, refused, whoami, long] = await run('all');
    expect(echo).toMatchObject({ text: expect.stringMatching(/^\d+ hello$/) as string, is_error: false, untrusted: true });
    expect(refused).toMatchObject({ text: 'not today', is_error: true, untrusted: true });
    expect(whoami!.text).not.toMatch(/LOOMCYCLE|SECRET_OF_THE_SERVER/);
    expect(long!.text).toMatch(/y\n\[cut: 100000 of 300000 characters/);
  });

  it('are those that the agent lists, and that the server has for agents', async () => {
    expect((await run('one'))[0]).toMatchObject({ is_error: true, text: 'you have no tool mcp__local__refuse; you have mcp__local__echo' });
    expect((await run('held'))[0]).toMatchObject({ is_error: true, text: 'you have no tool mcp__held__refuse; you have mcp__held__echo' });
    expect((await run('all', { allowed_tools: ['mcp__local__refuse'] })).map(({ is_error }) => is_error)).toEqual([true, true, true, true]);
  });

  it('come back when the server died during a call, which is not made again', async () => {
    const [crash, echo] = await run('crasher');
    expect(crash).toMatchObject({ is_error: true, text: expect.stringContaining('the MCP server local') as string });
    expect(echo).toMatchObject({ is_error: false, text: expect.stringContaining('again') as string });
    expect(readFileSync(callsFile, 'utf8').match(/crash/g)).toHaveLength(1);
  });

  it('R9: that do not answer are given up in time, and stopped with the run that calls them', async () => {
    const [stalled, echo] = await run('staller');
    expect(stalled).toMatchObject({ is_error: true, text: expect.stringContaining('timed out') as string });
    expect(echo).toMatchObject({ is_error: false });
    const stream = await startRun(server, { agent: 'waiter', prompt: 'Go' });
    await stream.until(() => eventsOf(stream, 'tool_call').length > 0);
    const [agent] = eventsOf<{ agent_id: string }>(stream, 'agent');
    await noted('stall');
    await post(server, `/v1/agents/${agent!.agent_id}/cancel`);
    expect(await ended(stream)).toMatchObject({ status: 'cancelled' });
    // The tool hears of it, too.
    await noted('stall cancelled');
  });

  it('of a server that cannot be reached say so, and the run goes on', async () => {
    const [gone, time] = await run('gone');
    expect(gone).toMatchObject({ is_error: true, text: expect.stringContaining('the MCP server gone cannot be reached') as string });
    expect(time).toMatchObject({ is_error: false });
  });

  it('get over HTTP what the run brings, each run its own, and the log has none of it', async () => {
    const bring = (user_bearer: string, key: string): Promise<ReturnType<typeof resultsOf>> => run('remote', { user_bearer, user_credentials: { key } });
    const [[ann], [bob]] = await Promise.all([bring('bearer-of-ann-0123456789', 'key-of-ann'), bring('bearer-of-bob-0123456789', 'key-of-bob')]);
    expect(JSON.parse(ann!.text)).toEqual({ authorization: 'Bearer bearer-of-ann-0123456789', key: 'key-of-ann' });
    expect(JSON.parse(bob!.text)).toEqual({ authorization: 'Bearer bearer-of-bob-0123456789', key: 'key-of-bob' });
    expect(http.sessions).toHaveLength(2);
    await bring('bearer-of-ann-0123456789', 'key-of-ann');
    expect(http.sessions).toHaveLength(2);
    const [without] = await run('remote');
    expect(without).toMatchObject({ is_error: true, text: expect.stringContaining('user_credentials.key') as string });
    expect(JSON.parse((await run('remote', { user_credentials: { key: 'alone' } }))[0]!.text)).toEqual({ authorization: 'Bearer nobody', key: 'alone' });
    expect(server.log).not.toMatch(/bearer-of|key-of/);
  });

  it('are called again in a new session where the server was restarted', async () => {
    const bring = { user_credentials: { key: 'restarted' } };
    await run('remote', bring);
    http.forgetSessions();
    expect((await run('remote', bring))[0]).toMatchObject({ is_error: false });
  });
});
