import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StreamReader } from '../support/event-stream.js';
import { agentsConfig, ended, eventsOf, post, startRun, typesOf } from '../support/runs.js';
import { TestServer } from '../support/server.js';

const CONFIG = agentsConfig({
  writer: {
    description: 'Writes',
    script: { loop: true },
    allowed_tools: ['Document', 'Context'],
    turns: [
      { text: 'I begin. ', tool_calls: [{ name: 'Document', input: { op: 'create_document', title: 'From a run' } }] },
      { text: 'Wrote it.' },
    ],
  },
  bare: { allowed_tools: [], turns: [{ tool_calls: [{ name: 'Document', input: { op: 'list_documents' } }] }, { text: 'No tool.' }] },
  endless: { allowed_tools: ['Context'], max_iterations: 3, turns: [{ tool_calls: [{ name: 'Context', input: { op: 'time' } }] }], script: { loop: true } },
});

describe('a run', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ config: CONFIG });
  });
  afterAll(() => server.stop());

  it('streams its session, itself, every step and its end, each event with its seq', async () => {
    const stream = await startRun(server, { agent: 'writer', prompt: 'Write a document' });
    expect(await ended(stream)).toMatchObject({ status: 'completed', stop_reason: 'end_turn' });
    expect(typesOf(stream)).toEqual(['session', 'agent', 'started', 'text', 'usage', 'tool_call', 'tool_result', 'text', 'usage', 'done']);
    const ids = stream.messages.slice(2).map(({ id }) => Number(id));
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(new Set(ids).size).toBe(ids.length);
    const [result] = eventsOf<{ text: string; is_error: boolean }>(stream, 'tool_result');
    expect(result).toMatchObject({ is_error: false });
    const { body } = await server.call<{ documents: { title: string }[] }>('list_documents');
    expect(body.documents.map(({ title }) => title)).toContain('From a run');
  });

  it('can be read again from any of its events, and after its end', async () => {
    const stream = await startRun(server, { agent: 'writer', prompt: 'Write a document' });
    await ended(stream);
    const [agent] = eventsOf<{ run_id: string }>(stream, 'agent');
    const middle = stream.messages[5]!.id!;
    const again = await StreamReader.open(server, { path: `/v1/runs/${agent!.run_id}/stream`, headers: { 'last-event-id': middle } });
    await ended(again);
    expect(again.messages.slice(1)).toEqual(stream.messages.slice(6));
    const whole = await StreamReader.open(server, { path: `/v1/runs/${agent!.run_id}/stream?from_seq=0` });
    await ended(whole);
    expect(whole.messages.slice(1)).toEqual(stream.messages.slice(2));
  });

  it('has no tool that its agent does not list', async () => {
    const stream = await startRun(server, { agent: 'bare', prompt: 'Try' });
    await ended(stream);
    expect(eventsOf<{ text: string; is_error: boolean }>(stream, 'tool_result')[0]).toMatchObject({ is_error: true, text: 'you have no tool Document; you have none' });
  });

  it('ends after as many turns as its agent may take', async () => {
    const { body } = await post(server, '/v1/_run', { op: 'spawn', agent: 'endless', prompt: 'Go' });
    expect(body).toMatchObject({ status: 'completed', stop_reason: 'max_iterations', usage: { turns: 3 } });
  });

  it('refuses before its first frame what cannot be run', async () => {
    expect(await post(server, '/v1/runs', { agent: 'writr', prompt: 'x' })).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await post(server, '/v1/runs', { agent: 'writer' })).toMatchObject({ status: 400 });
    expect(await post(server, '/v1/runs', { agent: 'writer', prompt: 'x', session_id: 'ses_none' })).toMatchObject({ status: 404 });
    expect(await post(server, '/v1/runs', { agent: 'writer', prompt: 'x', user_id: 'mallory' })).toMatchObject({ status: 403 });
  });

  it('is told of with its use, and its session with what was said', async () => {
    const { body: result } = await post<{ run_id: string; agent_id: string; session_id: string }>(server, '/v1/_run', { op: 'spawn', agent: 'writer', prompt: 'Write', agent_id: 'mine' });
    expect(await server.get(`/v1/agents/mine`)).toMatchObject({ status: 200, body: { run_id: result.run_id, agent: 'writer', status: 'completed', usage: { turns: 2 } } });
    const { body } = await server.get<{ messages: { message: { role: string } }[] }>(`/v1/sessions/${result.session_id}/transcript`);
    expect(body.messages.map(({ message }) => message.role)).toEqual(['user', 'assistant', 'tool', 'assistant']);
    const more = await post<{ session_id: string }>(server, '/v1/_run', { op: 'spawn', session_id: result.session_id, prompt: 'More' });
    expect(more.body).toMatchObject({ session_id: result.session_id, status: 'completed' });
  });
});
