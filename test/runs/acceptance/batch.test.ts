import { afterAll, beforeAll, expect, it } from 'vitest';
import { agentsConfig, post } from '../../support/runs.js';
import { TestServer } from '../../support/server.js';

const CONFIG = agentsConfig({
  good: { allowed_tools: [], turns: [{ text: 'Done: {{prompt}}' }], script: { latency_ms: 20 } },
  broken: { allowed_tools: [], turns: [{ text: 'never' }], script: { fail: { rate: 1, status: 400 } } },
});

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ config: CONFIG });
});
afterAll(() => server.stop());

it('a batch of ten with two failures: eight results, and the two are their own', async () => {
  const agents = ['good', 'good', 'broken', 'good', 'good', 'good', 'missing', 'good', 'good', 'good'];
  const spawns = agents.map((agent, index) => ({ agent, prompt: `part ${index}`, parent_context: { function_key: `f${index}` } }));
  const { status, body } = await post<{ results: { status: string; final_text?: string; error?: string; reason?: string }[]; spawned: number }>(server, '/v1/runs:batch', { spawns });
  expect([status, body.spawned]).toEqual([200, 9]);
  for (const [index, result] of body.results.entries()) {
    expect(result).toMatchObject({ parent_context: { function_key: `f${index}` } });
    if (agents[index] === 'good') expect(result).toMatchObject({ status: 'completed', final_text: `Done: part ${index}` });
  }
  expect(body.results[2]).toMatchObject({ status: 'failed', stop_reason: 'error', error: expect.stringContaining('mock') as string });
  expect(body.results[6]).toMatchObject({ status: 'refused', reason: 'not_found' });
  const { body: all } = await server.get<{ agents: { status: string }[] }>('/v1/users/denn/agents?status=all');
  expect(all.agents.map((each) => each.status).sort()).toEqual([...Array.from({ length: 8 }, () => 'completed'), 'failed']);
});
