import { afterEach, describe, expect, it } from 'vitest';
import { agentsConfig, ended, eventsOf, post, startRun, typesOf } from '../support/runs.js';
import { TestServer, TOKEN } from '../support/server.js';

const AGENTS = {
  hanging: { allowed_tools: [], turns: [{ text: 'never' }], script: { latency_ms: 120_000 } },
  lead: {
    allowed_tools: ['Agent'],
    turns: [{ tool_calls: [{ name: 'Agent', input: { op: 'parallel_spawn', spawns: ['hanging', 'hanging'].map((name) => ({ name, prompt: 'x' })) } }] }, { text: '{{result.0}}' }],
  },
};
type Agent = { agent_id: string };

describe('places of runs at work', () => {
  let server: TestServer;
  afterEach(() => server.stop());

  const begin = (body: Record<string, unknown>, signal: AbortSignal | null = null): Promise<Response> =>
    fetch(`${server.url}/v1/runs`, { method: 'POST', headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }, body: JSON.stringify(body), signal });

  it('are waited for by so many, and more are told to come again', async () => {
    server = await TestServer.start({ config: agentsConfig(AGENTS, { concurrency: { max_concurrent_runs: 1, max_queue_depth: 1, queue_timeout_ms: 120_000 } }) });
    const first = await startRun(server, { agent: 'hanging', prompt: 'x', agent_id: 'first' });
    await first.until(() => typesOf(first).includes('started'));
    const both = [begin({ agent: 'hanging', prompt: 'x', agent_id: 'second' }), begin({ agent: 'hanging', prompt: 'x', agent_id: 'third' })];
    const refused = await Promise.race(both);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5']);
    expect(await refused.json()).toMatchObject({ code: 'backpressure', retryable: true, data: { running: 1, waiting: 1 } });
    await post(server, '/v1/agents/first/cancel', {});
    const admitted = await Promise.all(both);
    expect(admitted.map(({ status }) => status).sort()).toEqual([200, 429]);
    await admitted.find(({ status }) => status === 200)!.body!.cancel();
  });

  it('are waited for no longer than the time for it', async () => {
    server = await TestServer.start({ config: agentsConfig(AGENTS, { concurrency: { max_concurrent_runs: 1, queue_timeout_ms: 50 } }) });
    const first = await startRun(server, { agent: 'hanging', prompt: 'x' });
    await first.until(() => typesOf(first).includes('started'));
    expect(await post(server, '/v1/runs', { agent: 'hanging', prompt: 'x' })).toMatchObject({ status: 429, body: { code: 'backpressure' } });
  });

  it('are waited for no longer than somebody wants the run', async () => {
    server = await TestServer.start({ config: agentsConfig(AGENTS, { concurrency: { max_concurrent_runs: 1, max_queue_depth: 1, queue_timeout_ms: 5000 } }) });
    const first = await startRun(server, { agent: 'hanging', prompt: 'x' });
    await first.until(() => typesOf(first).includes('started'));
    const leaving = new AbortController();
    const waits = begin({ agent: 'hanging', prompt: 'x' }, leaving.signal);
    const other = begin({ agent: 'hanging', prompt: 'x' }, leaving.signal);
    expect((await Promise.race([waits, other])).status).toBe(429);
    // The other one has the only place in the line, until its client goes.
    leaving.abort();
    expect((await Promise.allSettled([waits, other])).map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    // Who comes then waits there in its stead, and is not turned away at once.
    let error = '';
    while (!error.includes('no place came free')) ({ error } = (await post<{ error: string }>(server, '/v1/runs', { agent: 'hanging', prompt: 'x' })).body);
  });

  it('are no more for one user than his share', async () => {
    server = await TestServer.start({ config: agentsConfig(AGENTS, { concurrency: { max_concurrent_runs_per_user: 1 } }) });
    const first = await startRun(server, { agent: 'hanging', prompt: 'x' });
    await first.until(() => typesOf(first).includes('started'));
    const refused = await begin({ agent: 'hanging', prompt: 'x' });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5']);
    expect(await refused.json()).toMatchObject({ code: 'per_user_quota_exhausted', data: { cap: 1 } });
  });

  it('R10: are held by children, who wait in line for them and can be cancelled there; their parent hears of each', async () => {
    server = await TestServer.start({ config: agentsConfig(AGENTS, { concurrency: { max_concurrent_runs: 1 } }) });
    const stream = await startRun(server, { agent: 'lead', prompt: 'x' });
    await stream.until(() => eventsOf(stream, 'spawn_child_started').length === 2);
    const { body } = await server.get<{ agents: (Agent & { agent: string })[] }>('/v1/users/denn/agents');
    const children = body.agents.filter(({ agent }) => agent === 'hanging');
    // One of the two has the only place, the other waits for it: both end at once.
    for (const { agent_id } of children) expect(await post(server, `/v1/agents/${agent_id}/cancel`, {})).toMatchObject({ body: { cancelled: true, cancelled_count: 1 } });
    expect(await ended(stream)).toMatchObject({ status: 'completed' });
    expect(eventsOf<{ spawn_child: { ok: boolean } }>(stream, 'spawn_child_result').map(({ spawn_child: { ok } }) => ok)).toEqual([false, false]);
  });

  it('come back from children whose parent runs into a limit', async () => {
    server = await TestServer.start({ config: agentsConfig(AGENTS) });
    // So long that its children have begun by then, on a machine that has much else to do too.
    const stream = await startRun(server, { agent: 'lead', prompt: 'x', run_timeout_seconds: 15 });
    expect(await ended(stream)).toMatchObject({ status: 'failed', stop_reason: 'timeout' });
    const child = eventsOf<{ spawn_child: { run_id: string } }>(stream, 'spawn_child_started')[0]!.spawn_child.run_id;
    const events = await fetch(`${server.url}/v1/runs/${child}/stream`, { headers: { authorization: `Bearer ${TOKEN}` } });
    expect(await events.text()).toContain('event: done');
  });
});
