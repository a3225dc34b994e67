import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StreamReader } from '../support/event-stream.js';
import { agentsConfig, ended, eventsOf, post, startRun, typesOf } from '../support/runs.js';
import { TestServer } from '../support/server.js';
import { callTool } from '../support/tools.js';

const CONFIG = agentsConfig(
  {
    slow: { allowed_tools: [], turns: [{ text: 'There.' }], script: { latency_ms: 1500 } },
    hanging: { allowed_tools: [], turns: [{ text: 'never' }], script: { latency_ms: 120_000 } },
  },
  { runs: { disconnect_grace: '300ms' } },
);

describe('a run and who watches it', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ config: CONFIG });
  });
  afterAll(() => server.stop());

  async function begun(body: Record<string, unknown>, token?: string): Promise<{ stream: StreamReader; run: { run_id: string; agent_id: string } }> {
    const stream = await startRun(server, body, token);
    await stream.until(() => typesOf(stream).includes('started'));
    return { stream, run: eventsOf<{ run_id: string; agent_id: string }>(stream, 'agent')[0]! };
  }

  /** Hears how the runs end without watching one of them. */
  const states = (): Promise<StreamReader> => StreamReader.open(server, { path: '/v1/users/denn/agents/stream?status=completed,cancelled' });
  const endOf = (states: StreamReader, run_id: string): Promise<{ status: string } | undefined> =>
    states.until(() => eventsOf<{ run_id: string; status: string }>(states, 'run_state').find((each) => each.run_id === run_id));

  it('is cancelled when nobody has watched it for the grace', async () => {
    const watched = await states();
    const { stream, run } = await begun({ agent: 'hanging', prompt: 'x' });
    stream.close();
    expect(await endOf(watched, run.run_id)).toMatchObject({ status: 'cancelled' });
    watched.close();
  });

  it('goes on where somebody else watches, and where it is interactive', async () => {
    const { stream, run } = await begun({ agent: 'slow', prompt: 'x' });
    const second = await StreamReader.open(server, { path: `/v1/runs/${run.run_id}/stream` });
    await second.until(() => typesOf(second).includes('started'));
    stream.close();
    expect(await ended(second)).toMatchObject({ status: 'completed' });
    const kept = await begun({ agent: 'slow', prompt: 'x', interactive: true });
    kept.stream.close();
    const later = await StreamReader.open(server, { path: `/v1/runs/${kept.run.run_id}/stream` });
    await later.until(() => typesOf(later).includes('awaiting_input'));
    later.close();
  });

  it('ends with the token as whose principal it acts', async () => {
    const name = 'runner';
    const { body } = await callTool<{ token: string; def_id: string }>(server, 'operatortokendef', { op: 'create', name, tenant_id: 'default', subject: 'denn', scopes: ['runs:create', 'runs:read'] });
    const watched = await states();
    const { run } = await begun({ agent: 'hanging', prompt: 'x', interactive: true }, body.token);
    expect(await callTool(server, 'operatortokendef', { op: 'retire', name })).toMatchObject({ status: 200 });
    expect(await endOf(watched, run.run_id)).toMatchObject({ status: 'cancelled' });
    expect(await server.get(`/v1/agents/${run.agent_id}`)).toMatchObject({ body: { error: expect.stringContaining('token') as string } });
    watched.close();
  });

  it('is the same run for a repeat with its idempotency key', async () => {
    const headers = { 'idempotency-key': 'one-run' };
    const first = await StreamReader.open(server, { path: '/v1/runs', body: { agent: 'slow', prompt: 'x' }, headers });
    const second = await StreamReader.open(server, { path: '/v1/runs', body: { agent: 'slow', prompt: 'x' }, headers });
    await ended(first);
    await ended(second);
    const third = await StreamReader.open(server, { path: '/v1/runs', body: { agent: 'slow', prompt: 'x' }, headers });
    await ended(third);
    const ids = [first, second, third].map((stream) => eventsOf<{ run_id: string }>(stream, 'agent')[0]!.run_id);
    expect(new Set(ids).size).toBe(1);
    expect(await post(server, '/v1/runs', { agent: 'slow' })).toMatchObject({ status: 400 });
  });
});
