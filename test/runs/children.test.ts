import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentsConfig, ended, eventsOf, post, startRun } from '../support/runs.js';
import { TestServer } from '../support/server.js';

const spawn = (name: string): Record<string, unknown> => ({ tool_calls: [{ name: 'Agent', input: { op: 'spawn', name, prompt: 'Go' } }] });
const said = { text: 'It said: {{result.0}}' };

const CONFIG = agentsConfig(
  {
    lead: {
      allowed_tools: ['Agent'],
      turns: [{ tool_calls: [{ name: 'Agent', input: { op: 'parallel_spawn', spawns: ['good', 'missing', 'good', 'slow'].map((name) => ({ name, prompt: `as ${name}` })) } }] }, { text: '{{result.0}}' }],
    },
    good: { allowed_tools: [], turns: [{ text: 'done: {{prompt}}' }] },
    slow: { allowed_tools: [], turns: [{ text: 'late' }], script: { latency_ms: 300 } },
    hanging: { allowed_tools: [], turns: [{ text: 'never' }], script: { latency_ms: 60_000 } },
    patient: { allowed_tools: ['Agent'], turns: [spawn('hanging'), said] },
    d0: { allowed_tools: ['Agent'], turns: [spawn('d1'), said] },
    d1: { allowed_tools: ['Agent'], turns: [spawn('d2'), said] },
    d2: { allowed_tools: ['Agent'], turns: [spawn('d3'), said] },
    d3: { allowed_tools: ['Agent'], turns: [spawn('good'), said] },
    frugal: { allowed_tools: ['Agent'], budget: { tokens: 30 }, turns: [spawn('good'), spawn('good'), spawn('good'), { text: 'too much' }] },
  },
  { concurrency: { max_concurrent_runs: 1 } },
);

// One place for all: a run that waits for others gives its place to them.
describe('runs that runs begin', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ config: CONFIG });
  });
  afterAll(() => server.stop());

  it('work side by side, and answer in order, each for itself', async () => {
    const stream = await startRun(server, { agent: 'lead', prompt: 'All' });
    expect(await ended(stream)).toMatchObject({ status: 'completed' });
    const [{ text }] = eventsOf<{ text: string }>(stream, 'tool_result') as [{ text: string }];
    expect(JSON.parse(text)).toMatchObject({
      results: [
        { index: 0, agent: 'good', ok: true, output: 'done: as good' },
        { index: 1, agent: 'missing', ok: false },
        { index: 2, agent: 'good', ok: true },
        { index: 3, agent: 'slow', ok: true, output: 'late' },
      ],
    });
    expect(eventsOf(stream, 'spawn_child_started')).toHaveLength(3);
    expect(eventsOf(stream, 'spawn_child_result')).toHaveLength(3);
  });

  it('end with the run that began them', async () => {
    const stream = await startRun(server, { agent: 'patient', prompt: 'Wait' });
    await stream.until(() => eventsOf(stream, 'spawn_child_started').length === 1);
    const [{ agent_id: handle }] = eventsOf<{ agent_id: string }>(stream, 'agent') as [{ agent_id: string }];
    const { body } = await post<{ cascaded: string[]; cancelled_count: number }>(server, `/v1/agents/${handle}/cancel`, { reason: 'enough' });
    expect(body).toMatchObject({ cancelled: true, cancelled_count: 2 });
    expect(await server.get(`/v1/agents/${body.cascaded[0]}`)).toMatchObject({ body: { agent: 'hanging', status: 'cancelled' } });
    expect(await post(server, `/v1/agents/${handle}/cancel`, {})).toMatchObject({ body: { cancelled: false, status: 'cancelled' } });
  });

  it('begin others three levels deep', async () => {
    const stream = await startRun(server, { agent: 'd0', prompt: 'Down' });
    await ended(stream);
    const text = eventsOf<{ text: string }>(stream, 'text').map((each) => each.text).join('');
    expect(text).toContain('3 levels deep');
  });

  it('count for the budget of the run that began them', async () => {
    const { body } = await post(server, '/v1/_run', { op: 'spawn', agent: 'frugal', prompt: 'Spend' });
    expect(body).toMatchObject({ status: 'failed', stop_reason: 'budget_tokens' });
  });
});
