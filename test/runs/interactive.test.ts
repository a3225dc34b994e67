import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentsConfig, ended, eventsOf, post, startRun, typesOf } from '../support/runs.js';
import { TestServer } from '../support/server.js';
import type { StreamReader } from '../support/event-stream.js';

const CONFIG = agentsConfig({
  talker: { allowed_tools: [], turns: [{ text: 'You said: {{prompt}}' }], script: { loop: true } },
  hanging: { allowed_tools: [], turns: [{ text: 'never' }], script: { latency_ms: 120_000 } },
  worker: { allowed_tools: ['Context'], turns: [{ tool_calls: [{ name: 'Context', input: { op: 'time' } }] }, { text: 'Heard: {{prompt}}' }], script: { latency_ms: 1500 } },
});

describe('an interactive run', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ config: CONFIG });
  });
  afterAll(() => server.stop());

  interface Self {
    run_id: string;
    agent_id: string;
    session_id: string;
  }

  async function waiting(body: Record<string, unknown> = {}): Promise<{ stream: StreamReader; run: Self }> {
    const stream = await startRun(server, { agent: 'talker', prompt: 'one', interactive: true, ...body });
    await stream.until(() => eventsOf(stream, 'awaiting_input').length === 1);
    return { stream, run: eventsOf<Self>(stream, 'agent')[0]! };
  }

  const lastText = (stream: StreamReader): string => eventsOf<{ text: string }>(stream, 'text').at(-1)!.text;

  it('waits for input where others end, and goes on with it', async () => {
    const { stream, run } = await waiting();
    expect(await server.get(`/v1/agents/${run.agent_id}`)).toMatchObject({ body: { status: 'running', awaited_state: 'input', interactive: true } });
    expect(await post(server, `/v1/runs/${run.run_id}/input`, { text: 'two' })).toMatchObject({ status: 200, body: { delivered: true } });
    await stream.until(() => eventsOf(stream, 'awaiting_input').length === 2);
    expect(lastText(stream)).toBe('You said: two');
    expect(eventsOf(stream, 'steer')).toMatchObject([{ user_input: { text: 'two' } }]);
    await post(server, `/v1/agents/${run.agent_id}/cancel`, {});
    expect(await ended(stream)).toMatchObject({ status: 'cancelled' });
    expect(await post(server, `/v1/runs/${run.run_id}/input`, { text: 'three' })).toMatchObject({ status: 404, body: { reason: 'run_ended' } });
  });

  it('keeps its session and its handle from others while it lives', async () => {
    const { run, stream } = await waiting({ agent_id: 'the-talker' });
    expect(await post(server, `/v1/sessions/${run.session_id}/messages`, { prompt: 'x' })).toMatchObject({ status: 409, body: { reason: 'session_busy', data: { run_id: run.run_id } } });
    expect(await post(server, '/v1/runs', { agent: 'talker', prompt: 'x', agent_id: 'the-talker' })).toMatchObject({ status: 409, body: { reason: 'agent_id_in_use' } });
    await post(server, '/v1/agents/the-talker/cancel', {});
    await ended(stream);
    const again = await startRun(server, { agent: 'talker', prompt: 'x', agent_id: 'the-talker', session_id: run.session_id });
    expect(await ended(again)).toMatchObject({ status: 'completed' });
  });

  it('is asked to summarise its conversation, and waits on without a turn more', async () => {
    const { stream, run } = await waiting();
    expect(await post(server, `/v1/runs/${run.run_id}/compact`)).toMatchObject({ body: { compacted: false, applied: 'noop' } });
    await post(server, `/v1/runs/${run.run_id}/input`, { text: 'two' });
    await stream.until(() => eventsOf(stream, 'awaiting_input').length === 2);
    expect(await post(server, `/v1/runs/${run.run_id}/compact`)).toMatchObject({ body: { compacted: true, applied: 'live' } });
    await stream.until(() => eventsOf(stream, 'context_compaction').length === 1);
    expect(typesOf(stream).at(-1)).toBe('context_compaction');
    await post(server, `/v1/runs/${run.run_id}/input`, { text: 'three' });
    await stream.until(() => eventsOf(stream, 'awaiting_input').length === 3);
    expect(lastText(stream)).toBe('You said: three');
    const { body } = await server.get<{ messages: { kind: string }[] }>(`/v1/sessions/${run.session_id}/transcript`);
    expect(body.messages.map(({ kind }) => kind)).toEqual(['message', 'message', 'steer', 'message', 'summary', 'steer', 'message']);
  });

  it('hears input in the midst of its work before its next turn, also where it is not interactive', async () => {
    const stream = await startRun(server, { agent: 'worker', prompt: 'Begin' });
    await stream.until(() => typesOf(stream).includes('started'));
    const { run_id } = eventsOf<Self>(stream, 'agent')[0]!;
    expect(await post(server, `/v1/runs/${run_id}/compact`)).toMatchObject({ status: 409, body: { reason: 'busy' } });
    expect(await post(server, `/v1/runs/${run_id}/input`, { text: 'Hurry' })).toMatchObject({ body: { delivered: true } });
    expect(await ended(stream)).toMatchObject({ status: 'completed' });
    expect(lastText(stream)).toBe('Heard: Hurry');
  });

  it('takes so much input before it hears it, and says where that is too much', async () => {
    const stream = await startRun(server, { agent: 'hanging', prompt: 'x' });
    await stream.until(() => typesOf(stream).includes('started'));
    const { run_id, agent_id } = eventsOf<Self>(stream, 'agent')[0]!;
    const answers = [];
    for (let input = 0; input < 33; input += 1) answers.push(await post<{ reason?: string }>(server, `/v1/runs/${run_id}/input`, { text: `${input}` }));
    // What it hears before its first turn waits no more: that makes room for up to as much again.
    expect(answers.slice(0, 16).map(({ status }) => status)).toEqual(Array.from({ length: 16 }, () => 200));
    expect(answers.at(-1)).toMatchObject({ status: 409, body: { reason: 'busy', data: { waiting: 16 } } });
    await post(server, `/v1/agents/${agent_id}/cancel`, {});
    await ended(stream);
  });
});
