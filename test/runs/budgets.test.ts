import { afterEach, describe, expect, it } from 'vitest';
import { agentsConfig, post } from '../support/runs.js';
import { TestServer } from '../support/server.js';

const look = { tool_calls: [{ name: 'Context', input: { op: 'time' } }] };
const AGENTS = {
  busy: { allowed_tools: ['Context'], turns: [look, look, look, { text: 'Through.' }] },
  idle: { allowed_tools: [], turns: [{ text: 'Through.' }] },
  hanging: { allowed_tools: [], turns: [{ text: 'never' }], script: { latency_ms: 120_000 } },
};

describe('what a run may use up', () => {
  let server: TestServer;
  afterEach(() => server.stop());

  const spawn = (agent: string, more: Record<string, unknown> = {}): ReturnType<typeof post> => post(server, '/v1/_run', { op: 'spawn', agent, prompt: 'x', ...more });

  it('is for an agent in a day what the configuration says, and for no other agent', async () => {
    server = await TestServer.start({ config: agentsConfig(AGENTS, { runs: { budgets: { agents: { busy: { tokens: 1 } } } } }) });
    expect(await spawn('busy')).toMatchObject({ status: 200, body: { status: 'failed', stop_reason: 'budget_tokens', error: expect.stringContaining('today') as string } });
    expect(await spawn('busy')).toMatchObject({ status: 429, body: { reason: 'quota_exhausted', data: { budget: 'budget_tokens', retry_after: expect.any(Number) as number }, retryable: true } });
    expect(await spawn('idle')).toMatchObject({ body: { status: 'completed' } });
  });

  it('is for a principal in a day what all of its runs use together', async () => {
    server = await TestServer.start({ config: agentsConfig(AGENTS, { runs: { budgets: { principal: { tokens: 1 } } } }) });
    // A last word stands: what came of the turn is paid for.
    expect(await spawn('idle')).toMatchObject({ body: { status: 'completed' } });
    expect(await post(server, '/v1/runs', { agent: 'hanging', prompt: 'x' })).toMatchObject({ status: 429, body: { reason: 'quota_exhausted' } });
  });

  it('is no more time than it, its client and its budget say', async () => {
    server = await TestServer.start({ config: agentsConfig(AGENTS) });
    for (const limit of [{ run_timeout_seconds: 0.2 }, { budget: { wall_seconds: 0.2 } }]) {
      expect(await spawn('hanging', limit)).toMatchObject({ body: { status: 'failed', stop_reason: 'timeout' } });
    }
    expect(await spawn('hanging', { timeout_ms: 200 })).toMatchObject({ body: { status: 'timeout', stop_reason: 'cancelled' } });
    expect(await spawn('busy', { max_iterations: 2 })).toMatchObject({ body: { stop_reason: 'max_iterations', usage: { turns: 2 } } });
    expect(await spawn('busy', { budget: { tokens: 1 } })).toMatchObject({ body: { status: 'failed', stop_reason: 'budget_tokens' } });
  });
});
