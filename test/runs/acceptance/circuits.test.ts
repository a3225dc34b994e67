import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { StreamReader } from '../../support/event-stream.js';
import { agentsConfig, ended, eventsOf, post } from '../../support/runs.js';
import { TestServer } from '../../support/server.js';

// A circuit is a run that has three others work one after another. With LOOMCYCLE_TEST_CIRCUITS=1000 the full form.
const CIRCUITS = Number(process.env.LOOMCYCLE_TEST_CIRCUITS ?? '30');
const BATCH = 32;
const MINUTES = 60_000;

const script = { fail: { rate: 0.1, status: 429, retry_after_ms: 1, seed: 11 } };
const spawn = (name: string, prompt: string): Record<string, unknown> => ({ tool_calls: [{ name: 'Agent', input: { op: 'spawn', name, prompt } }] });
const CONFIG = agentsConfig({
  lead: { allowed_tools: ['Agent'], script, turns: [spawn('researcher', '{{task}}'), spawn('editor', '{{result.0}}'), spawn('evaluator', '{{result.0}}'), { text: '{{result.0}}' }] },
  researcher: { allowed_tools: ['Context'], script, turns: [{ tool_calls: [{ name: 'Context', input: { op: 'time' } }] }, { text: 'facts on {{task}}' }] },
  editor: { allowed_tools: [], script, turns: [{ text: 'prose of {{prompt}}' }] },
  evaluator: { allowed_tools: [], script, turns: [{ text: 'good: {{prompt}}' }] },
});

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ config: CONFIG });
});
afterAll(() => server.stop());

interface Result {
  run_id: string;
  status: string;
  final_text: string;
}

it(`${CIRCUITS} circuits of three runs complete, though one call in ten of their model is refused with 429`, { timeout: 30 * MINUTES }, async () => {
  const startedAt = performance.now();
  const results: Result[] = [];
  for (let first = 0; first < CIRCUITS; first += BATCH) {
    const spawns = Array.from({ length: Math.min(BATCH, CIRCUITS - first) }, (_, index) => ({ agent: 'lead', prompt: `topic ${first + index}` }));
    const { status, body } = await post<{ results: Result[] }>(server, '/v1/runs:batch', { spawns });
    expect(status).toBe(200);
    results.push(...body.results);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  expect(results.map(({ status, final_text: text }) => `${status} ${text}`)).toEqual(Array.from({ length: CIRCUITS }, (_, index) => `completed good: prose of facts on topic ${index}`));
  let retries = 0;
  let children = 0;
  for (const { run_id } of results) {
    const lead = await read(run_id);
    const ids = eventsOf<{ spawn_child: { run_id: string } }>(lead, 'spawn_child_started').map(({ spawn_child }) => spawn_child.run_id);
    children += ids.length;
    retries += eventsOf(lead, 'retry').length;
    for (const id of ids) retries += eventsOf(await read(id), 'retry').length;
  }
  expect(children).toBe(CIRCUITS * 3);
  expect(retries).toBeGreaterThan(0);
  const [, memory] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8')) ?? [];
  process.stderr.write(`${JSON.stringify({ circuits: CIRCUITS, runs: CIRCUITS * 4, seconds: Math.round(seconds), retries, peak_mib: Math.round(Number(memory) / 1024) })}\n`);
});

async function read(id: string): Promise<StreamReader> {
  const stream = await StreamReader.open(server, { path: `/v1/runs/${id}/stream` });
  await ended(stream);
  return stream;
}
