import { afterEach, expect, it } from 'vitest';
import { StreamReader } from '../support/event-stream.js';
import { agentsConfig, ended, eventsOf, post, startRun, typesOf } from '../support/runs.js';
import { TestServer, TOKEN } from '../support/server.js';

const CONFIG = agentsConfig({
  worker: { allowed_tools: ['Context'], turns: [{ tool_calls: [{ name: 'Context', input: { op: 'time' } }] }, { text: 'Heard: {{prompt}}' }], script: { latency_ms: 1500 } },
  quick: { allowed_tools: [], turns: [{ text: 'Heard: {{prompt}}' }], script: { latency_ms: 5, loop: true } },
});

let server: TestServer;
afterEach(() => server.stop());

const inputsOf = (stream: StreamReader): string[] => eventsOf<{ user_input: { text: string } }>(stream, 'steer').map(({ user_input }) => user_input.text);

it('what was said to a run and acknowledged is heard, once, though the server is killed before its next turn', async () => {
  server = await TestServer.start({ config: CONFIG });
  const before = await startRun(server, { agent: 'worker', prompt: 'Begin' });
  await before.until(() => typesOf(before).includes('started'));
  const { run_id } = eventsOf<{ run_id: string }>(before, 'agent')[0]!;
  expect(await post(server, `/v1/runs/${run_id}/input`, { text: 'Hurry' })).toEqual({ status: 200, body: { run_id, delivered: true } });
  await server.kill();
  server = await TestServer.start({ config: CONFIG, dataDir: server.dataDir });
  const whole = await StreamReader.open(server, { path: `/v1/runs/${run_id}/stream` });
  expect(await ended(whole)).toMatchObject({ status: 'completed' });
  expect(inputsOf(whole)).toEqual(['Hurry']);
  expect(eventsOf<{ text: string }>(whole, 'text').at(-1)!.text).toBe('Heard: Hurry');
});

it('an input that is sent again with its idempotency key is heard once', async () => {
  server = await TestServer.start({ config: CONFIG });
  const stream = await startRun(server, { agent: 'worker', prompt: 'Begin' });
  await stream.until(() => typesOf(stream).includes('started'));
  const { run_id } = eventsOf<{ run_id: string }>(stream, 'agent')[0]!;
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', 'idempotency-key': 'hurry-1' };
  for (let time = 0; time < 2; time += 1) {
    const response = await fetch(`${server.url}/v1/runs/${run_id}/input`, { method: 'POST', headers, body: JSON.stringify({ text: 'Hurry' }) });
    expect(response.status).toBe(200);
  }
  expect(await ended(stream)).toMatchObject({ status: 'completed' });
  expect(inputsOf(stream)).toEqual(['Hurry']);
});

it('an input in the moment of the end is heard, or refused because the run has ended', async () => {
  server = await TestServer.start({ config: CONFIG });
  for (let round = 0; round < 12; round += 1) {
    const stream = await startRun(server, { agent: 'quick', prompt: 'Begin' });
    await stream.until(() => typesOf(stream).includes('usage'));
    const { run_id } = eventsOf<{ run_id: string }>(stream, 'agent')[0]!;
    const answers = await Promise.all(['a', 'b', 'c'].map((text) => post(server, `/v1/runs/${run_id}/input`, { text }).then(({ status }) => ({ text, status }))));
    expect(await ended(stream)).toMatchObject({ status: 'completed' });
    const taken = answers.filter(({ status }) => status === 200).map(({ text }) => text);
    expect(inputsOf(stream).toSorted()).toEqual(taken);
    expect(answers.filter(({ status }) => status !== 200 && status !== 404)).toEqual([]);
  }
});
