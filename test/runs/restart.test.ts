import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StreamReader } from '../support/event-stream.js';
import { agentsConfig, ended, eventsOf, post, startRun, typesOf } from '../support/runs.js';
import { TestServer } from '../support/server.js';

/** Makes two documents, the second after a turn that takes so long that the server can be ended in it. */
const CONFIG = agentsConfig({
  writer: {
    allowed_tools: ['Document'],
    turns: [
      { tool_calls: [{ name: 'Document', input: { op: 'create_document', title: 'First' } }] },
      { tool_calls: [{ name: 'Document', input: { op: 'create_document', title: 'Second' } }] },
      { text: 'Both are there.' },
    ],
    script: { latency_ms: 400 },
  },
  lead: {
    allowed_tools: ['Agent'],
    turns: [
      { tool_calls: [{ name: 'Agent', input: { op: 'spawn', name: 'writer', prompt: 'Write both' } }] },
      { text: 'The writer says: {{result.0}}' },
    ],
  },
  asker: {
    allowed_tools: ['Interruption'],
    interruption: { enabled: true },
    turns: [{ tool_calls: [{ name: 'Interruption', input: { op: 'ask', question: 'Go on?', options: ['yes', 'no'] } }] }, { text: 'You said {{result.0.answer}}.' }],
  },
});

describe('a run whose server is ended by SIGKILL', () => {
  let server: TestServer;
  let dataDir: string;
  beforeAll(async () => {
    server = await TestServer.start({ config: CONFIG });
    ({ dataDir } = server);
  });
  afterAll(() => server.stop());

  async function killAndStart(): Promise<void> {
    await server.kill();
    server = await TestServer.start({ config: CONFIG, dataDir });
  }

  async function titles(): Promise<string[]> {
    const { documents } = await server.document<{ documents: { title: string }[] }>('list_documents');
    return documents.map(({ title }) => title).sort();
  }

  it('goes on between two tool calls, and repeats none', async () => {
    const before = await startRun(server, { agent: 'writer', prompt: 'Write both', interactive: false });
    await before.until(() => eventsOf(before, 'tool_result').length === 1);
    const { run_id } = eventsOf<{ run_id: string }>(before, 'agent')[0]!;
    const { lastId } = before;
    await killAndStart();
    const after = await StreamReader.open(server, { path: `/v1/runs/${run_id}/stream`, headers: { 'last-event-id': lastId! } });
    expect(await ended(after)).toMatchObject({ status: 'completed', stop_reason: 'end_turn' });
    expect(typesOf(after)).toContain('resumed');
    expect(await titles()).toEqual(['First', 'Second']);
  });

  it('finds the run that it began, and waits for its end', async () => {
    const before = await startRun(server, { agent: 'lead', prompt: 'Have it done' });
    await before.until(() => eventsOf(before, 'spawn_child_started').length === 1);
    const { run_id } = eventsOf<{ run_id: string }>(before, 'agent')[0]!;
    await killAndStart();
    const after = await StreamReader.open(server, { path: `/v1/runs/${run_id}/stream` });
    expect(await ended(after)).toMatchObject({ status: 'completed' });
    expect(eventsOf<{ text: string }>(after, 'text').map(({ text }) => text).join('')).toBe('The writer says: Both are there.');
    const { body } = await server.get<{ agents: { agent: string; parent_run_id: string | null }[] }>('/v1/users/denn/agents?status=all');
    expect(body.agents.filter((each) => each.parent_run_id === run_id)).toHaveLength(1);
    expect(await titles()).toEqual(['First', 'First', 'Second', 'Second']);
  });

  it('asks its question once, and takes the answer that came while it was not there or later', async () => {
    const before = await startRun(server, { agent: 'asker', prompt: 'Ask' });
    await before.until(() => eventsOf(before, 'interruption_pending').length === 1);
    const { run_id } = eventsOf<{ run_id: string }>(before, 'agent')[0]!;
    await killAndStart();
    const after = await StreamReader.open(server, { path: `/v1/runs/${run_id}/stream` });
    await after.until(() => typesOf(after).includes('resumed'));
    const { body } = await server.get<{ interrupts: { interrupt_id: string; status: string }[] }>(`/v1/runs/${run_id}/interrupts`);
    expect(body.interrupts).toMatchObject([{ status: 'pending' }]);
    expect(await post(server, `/v1/runs/${run_id}/interrupts/${body.interrupts[0]!.interrupt_id}/resolve`, { answer: 'yes' })).toMatchObject({ status: 200 });
    expect(await ended(after)).toMatchObject({ status: 'completed' });
    expect(eventsOf<{ text: string }>(after, 'text').at(-1)!.text).toBe('You said yes.');
  });
});
