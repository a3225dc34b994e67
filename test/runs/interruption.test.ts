import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentsConfig, ended, eventsOf, post, startRun } from '../support/runs.js';
import { TestServer } from '../support/server.js';
import type { StreamReader } from '../support/event-stream.js';

const ask = (input: Record<string, unknown>): Record<string, unknown>[] => [{ tool_calls: [{ name: 'Interruption', input: { op: 'ask', ...input } }] }, { text: 'Answer: {{result.0.answer}}' }];
const asking = { allowed_tools: ['Interruption'], interruption: { enabled: true } };

const CONFIG = agentsConfig({
  asker: { ...asking, turns: ask({ question: 'Which?', options: ['a', 'b'], priority: 'high' }) },
  brief: { ...asking, turns: [ask({ question: 'Quick?', timeout_ms: 50 })[0]!, { when: { last_is_error: true }, text: 'Nobody said.' }] },
  shy: { allowed_tools: ['Interruption'], turns: [ask({ question: 'May I?' })[0]!, { text: 'No.' }] },
}, { principals: {
  denn: { tenant: '', subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' },
  eve: { tenant: 'other', subject: 'eve', scopes: ['runs:create', 'runs:read'], token_env: 'LOOMCYCLE_TOKEN_EVE' },
} });
const EVE = 'test-token-of-eve-0123456789abc';

describe('a question of a run', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ config: CONFIG, env: { LOOMCYCLE_TOKEN_EVE: EVE } });
  });
  afterAll(() => server.stop());

  async function asked(agent = 'asker'): Promise<{ stream: StreamReader; run: string; question: string }> {
    const stream = await startRun(server, { agent, prompt: 'Ask' });
    await stream.until(() => eventsOf(stream, 'interruption_pending').length === 1);
    const { run_id: run } = eventsOf<{ run_id: string }>(stream, 'agent')[0]!;
    const [{ interruption }] = eventsOf<{ interruption: { interrupt_id: string } }>(stream, 'interruption_pending') as [{ interruption: { interrupt_id: string } }];
    return { stream, run, question: interruption.interrupt_id };
  }

  it('waits in the inbox of its user, and its answer is what the model hears', async () => {
    const { stream, run, question } = await asked();
    const { body } = await server.get<{ interrupts: unknown[] }>('/v1/users/denn/interrupts');
    expect(body.interrupts).toMatchObject([{ interrupt_id: question, run_id: run, question: 'Which?', options: ['a', 'b'], priority: 'high', status: 'pending', agent_name: 'asker' }]);
    expect(await post(server, `/v1/runs/${run}/interrupts/${question}/resolve`, { answer: 'c' })).toMatchObject({ status: 400 });
    expect(await post(server, `/v1/runs/${run}/interrupts/${question}/resolve`, { answer: 'b' })).toMatchObject({ status: 200, body: { status: 'resolved' } });
    expect(await post(server, `/v1/runs/${run}/interrupts/${question}/resolve`, { answer: 'a' })).toMatchObject({ status: 409 });
    await ended(stream);
    expect(eventsOf<{ text: string }>(stream, 'text').at(-1)!.text).toBe('Answer: b');
  });

  it('R1: is answered by nobody of another tenant, who finds no such run', async () => {
    const { stream, run, question } = await asked();
    expect(await post(server, `/v1/runs/${run}/interrupts/${question}/resolve`, { answer: 'a' }, EVE)).toMatchObject({ status: 404 });
    const [{ agent_id: handle }] = eventsOf<{ agent_id: string }>(stream, 'agent') as [{ agent_id: string }];
    expect(await post(server, `/v1/agents/${handle}/cancel`, {}, EVE)).toMatchObject({ status: 404 });
    expect(await post(server, `/v1/agents/${handle}/cancel`, { reason: 'enough' })).toMatchObject({ status: 200, body: { cancelled: true, cancelled_count: 1 } });
    expect(await ended(stream)).toMatchObject({ status: 'cancelled', stop_reason: 'cancelled' });
    const { body } = await server.get<{ interrupts: { status: string }[] }>(`/v1/runs/${run}/interrupts`);
    expect(body.interrupts).toMatchObject([{ status: 'cancelled' }]);
  });

  it('R7: an answer in the moment of the question is heard at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { stream, run, question } = await asked();
      await post(server, `/v1/runs/${run}/interrupts/${question}/resolve`, { answer: 'a' });
      expect(await ended(stream)).toMatchObject({ status: 'completed' });
    }
  });

  it('is given up when its time is over', async () => {
    const { stream, run, question } = await asked('brief');
    await ended(stream);
    expect(eventsOf<{ text: string }>(stream, 'text').at(-1)!.text).toBe('Nobody said.');
    expect(await post(server, `/v1/runs/${run}/interrupts/${question}/resolve`, { answer: 'late' })).toMatchObject({ status: 410 });
  });

  it('is asked by no agent that may not interrupt', async () => {
    const stream = await startRun(server, { agent: 'shy', prompt: 'Ask' });
    await ended(stream);
    expect(eventsOf<{ text: string }>(stream, 'tool_result')[0]!.text).toContain('interruption.enabled');
  });
});
