import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toPrompt } from '../../src/models/messages.js';
import type { Message } from '../../src/models/model.js';
import { StreamReader } from '../support/event-stream.js';
import { agentsConfig, ended, eventsOf, post, startRun, typesOf } from '../support/runs.js';
import { TestServer } from '../support/server.js';

const CONFIG = agentsConfig({
  lead: { allowed_tools: ['Agent'], turns: [{ tool_calls: [{ name: 'Agent', input: { op: 'spawn', name: 'child', prompt: 'Say it' } }] }, { text: '{{result.0}}' }] },
  child: { allowed_tools: [], turns: [{ text: 'I said: {{prompt}}' }] },
  shaky: { allowed_tools: [], turns: [{ text: 'A whole sentence, said once.' }], script: { fail: { first: 2, status: 500, mid_stream: true } } },
  hanging: { allowed_tools: [], turns: [{ text: 'Late.' }], script: { latency_ms: 1000 } },
});

describe('weaknesses of the original', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ config: CONFIG });
  });
  afterAll(() => server.stop());

  it('R2: a stream is pushed: who attaches before an event gets it without asking again', async () => {
    const first = await startRun(server, { agent: 'hanging', prompt: 'x' });
    const { run_id } = eventsOf<{ run_id: string }>(await until(first, 'started'), 'agent')[0]!;
    const second = await StreamReader.open(server, { path: `/v1/runs/${run_id}/stream` });
    await until(second, 'started');
    expect(typesOf(second)).not.toContain('text');
    await ended(first);
    await ended(second);
    expect(second.messages.slice(1)).toEqual(first.messages.slice(2));
  });

  it('R3: every event of a run has an id, in order, which none of another run has', async () => {
    const streams = await Promise.all(['child', 'child', 'lead'].map((agent) => startRun(server, { agent, prompt: 'x' })));
    const all: number[] = [];
    for (const stream of streams) {
      await ended(stream);
      const events = stream.messages.filter(({ event }) => !['session', 'agent'].includes(event));
      const ids = events.map(({ id }) => Number(id));
      expect(ids.every((id) => Number.isSafeInteger(id) && id > 0)).toBe(true);
      expect(ids).toEqual([...ids].sort((a, b) => a - b));
      all.push(...ids);
    }
    expect(new Set(all).size).toBe(all.length);
  });

  it('R4: what a child said and was told is there for the user of its parent', async () => {
    const stream = await startRun(server, { agent: 'lead', prompt: 'x' });
    await ended(stream);
    const { run_id } = eventsOf<{ spawn_child: { run_id: string } }>(stream, 'spawn_child_started')[0]!.spawn_child;
    const { body: child } = await post<{ session_id: string; parent_run_id: string; root_run_id: string }>(server, '/v1/_run', { op: 'get', run_id });
    const { body } = await server.get<{ messages: { message: { role: string; content: { text: string }[] } }[] }>(`/v1/sessions/${child.session_id}/transcript`);
    expect(body.messages.map(({ message }) => message.content[0]!.text)).toEqual(['Say it', 'I said: Say it']);
    const events = await StreamReader.open(server, { path: `/v1/runs/${run_id}/stream?from_seq=0` });
    await ended(events);
    expect(typesOf(events)).toEqual(['agent', 'started', 'text', 'usage', 'done']);
  });

  it('R11: what a webhook brought is marked to the model as that, and not as any untrusted text', async () => {
    const stream = await startRun(server, {
      agent: 'child',
      segments: [{ role: 'user', content: [{ type: 'trusted-text', text: 'Sum this up' }, { type: 'untrusted-block', kind: 'webhook_payload', text: '{"order":17}' }] }],
    });
    await ended(stream);
    const { session_id } = eventsOf<{ session_id: string }>(stream, 'agent')[0]!;
    const { body } = await server.get<{ messages: { message: Message }[] }>(`/v1/sessions/${session_id}/transcript`);
    const told = toPrompt({ choice: {}, system: [], messages: [body.messages[0]!.message], tools: [] }, 'openai');
    expect(JSON.stringify(told)).toMatch(/<<<untrusted webhook_payload ([0-9a-f]{32})\\n\{\\"order\\":17\}\\n\1>>>/);
  });

  it('R8: what came of a turn that broke off is marked, and is not in the text at the end', async () => {
    const stream = await startRun(server, { agent: 'shaky', prompt: 'x' });
    expect(await ended(stream)).toMatchObject({ status: 'completed' });
    expect(eventsOf(stream, 'retry')).toHaveLength(2);
    const after = stream.messages.slice(typesOf(stream).lastIndexOf('retry'));
    expect(after.flatMap(({ event, data }) => (event === 'text' ? [(data as { text: string }).text] : [])).join('')).toBe('A whole sentence, said once.');
    const { run_id } = eventsOf<{ run_id: string }>(stream, 'agent')[0]!;
    expect(await post(server, '/v1/_run', { op: 'get', run_id })).toMatchObject({ body: { final_text: 'A whole sentence, said once.', usage: { turns: 1 } } });
  });

  async function until(stream: StreamReader, type: string): Promise<StreamReader> {
    await stream.until(() => typesOf(stream).includes(type));
    return stream;
  }
});
