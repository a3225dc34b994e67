import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StreamReader } from '../support/event-stream.js';
import { agentsConfig, calls, ended, eventsOf, post, resultsOf, startRun } from '../support/runs.js';
import { TestServer } from '../support/server.js';

/** Servers start twice, which takes a while on a busy machine. */
const STARTS_MS = 180_000;

const MODULES: Record<string, string> = {
  writer: `export default async ({ prompt, metadata, messages }, tools) => {
    const titles = prompt.split(',');
    const made = await Promise.all(titles.map((title) => tools.Document({ op: 'create_document', title })));
    const { documents } = await tools.Document({ op: 'list_documents' });
    const known = made.every(({ document_id: id }) => documents.some((each) => each.document_id === id));
    return { final_text: JSON.stringify({ known, metadata, before: messages.map(({ role }) => role) }) };
  };`,
  refused: `export default async (_input, tools) => {
    const problem = await tools.Document({ op: 'get_document', document_id: 'none' }).catch((error) => error);
    let missing;
    try { tools.Memory({}); } catch (error) { missing = error.message; }
    return { final_text: JSON.stringify({ name: problem.name, reason: problem.reason, missing }) };
  };`,
  bare: `export default async () => ({ final_text: JSON.stringify([typeof fetch, typeof setTimeout, Object.keys(process.env).length, Math.random() < 1, Date.now() === new Date().getTime()]) });`,
  throws: `export default async () => { throw new Error('out of ideas'); };`,
  wordless: `export default async () => 'text';`,
  broken: `export default async ( => 1;`,
  exits: `export default async () => process.exit(0);`,
  endless: `export default async () => { for (;;); };`,
  waits: `export default () => new Promise(() => {});`,
  hog: `export default async () => { const all = []; for (;;) all.push(new Array(100_000).fill(1.5)); };`,
  patient: `export default async (_input, tools) => {
    const title = 'Document ' + Math.random();
    await tools.Document({ op: 'create_document', title });
    const { answer } = await tools.Interruption({ op: 'ask', question: 'Go on?' });
    await tools.Document({ op: 'create_document', title: title + ' of ' + new Date().getUTCFullYear() });
    return { final_text: title };
  };`,
};

let folder: string;
let config: Record<string, unknown>;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'loomcycle-code-'));
  const agents = Object.entries(MODULES).map(([name, text]) => {
    writeFileSync(path.join(folder, `${name}.mjs`), text);
    return [name, { code_module: path.join(folder, `${name}.mjs`), allowed_tools: ['Document', 'Interruption'], interruption: { enabled: true } }];
  });
  const { agents: modelled, ...rest } = agentsConfig({ other: { allowed_tools: ['Context'], turns: [calls('Context', { op: 'time' }), { text: 'Done.' }], script: { loop: true } } }, { code_agents: { timeout: '2s', max_memory_mb: 32 } });
  config = { ...rest, agents: { ...(modelled as object), ...Object.fromEntries(agents) } };
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Result {
  status: string;
  stop_reason: string;
  final_text: string;
  error?: string;
  session_id: string;
}

describe('a code agent', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ config });
  });
  afterAll(() => server.stop());

  const spawn = async (body: Record<string, unknown>): Promise<Result> => (await post<Result>(server, '/v1/_run', { op: 'spawn', prompt: 'Go', ...body })).body;

  it('calls its tools, those of one moment in one turn, and tells of them as other runs do', async () => {
    const stream = await startRun(server, { agent: 'writer', prompt: 'One,Two', metadata: { by: 'test' } });
    expect(await ended(stream)).toMatchObject({ status: 'completed', stop_reason: 'end_turn', usage: { turns: 3 } });
    expect(resultsOf(stream).map(({ name, is_error }) => [name, is_error])).toEqual(Array(3).fill(['Document', false]));
    expect(JSON.parse(eventsOf<{ text: string }>(stream, 'text')[0]!.text)).toEqual({ known: true, metadata: { by: 'test' }, before: [] });
  });

  it('is called anew with what was said before, when its session goes on', async () => {
    const { session_id } = await spawn({ agent: 'writer', prompt: 'Three' });
    const second = await spawn({ session_id, prompt: 'Four' });
    expect(second).toMatchObject({ status: 'completed' });
    expect(JSON.parse(second.final_text)).toMatchObject({ known: true, before: ['user', 'assistant'] });
  });

  it('catches what a tool refuses, and has no tool that is not listed', async () => {
    const { final_text } = await spawn({ agent: 'refused' });
    expect(JSON.parse(final_text)).toEqual({ name: 'ToolError', reason: 'invalid_input', missing: 'the agent has no tool Memory; it has Document, Interruption' });
  });

  it('has nothing that would be different the second time, and no environment', async () => {
    expect(JSON.parse((await spawn({ agent: 'bare' })).final_text)).toEqual(['undefined', 'undefined', 0, true, true]);
  });

  it.each([
    ['throws', /^code_agent_threw: Error: out of ideas/],
    ['wordless', /^code_agent_threw: it returned no object with final_text/],
    ['broken', /^load: SyntaxError/],
    ['exits', /^code_agent_threw: it ended its own thread/],
    ['hog', /^code_agent_threw: it took more memory than 32 MiB/],
    ['waits', /^code_agent_timeout: .*code_agents.timeout/],
  ])('fails with its own words where it %s', async (agent, error) => {
    expect(await spawn({ agent })).toMatchObject({ status: 'failed', stop_reason: 'error', error: expect.stringMatching(error) as string });
  });

  it('that never ends is ended, and harms no other run meanwhile', async () => {
    const endless = await startRun(server, { agent: 'endless', prompt: 'Go' });
    await endless.until(() => eventsOf(endless, 'started').length > 0);
    expect(await spawn({ agent: 'other' })).toMatchObject({ status: 'completed' });
    expect(endless.ended).toBe(false);
    expect(await ended(endless)).toMatchObject({ status: 'failed', stop_reason: 'error' });
    expect(eventsOf<{ error: string }>(endless, 'error')[0]!.error).toMatch(/^code_agent_timeout/);
    expect(await spawn({ agent: 'writer' })).toMatchObject({ status: 'completed' });
  });
});

describe('a code agent whose runtime is killed between two calls', () => {
  const interrupted = async (): Promise<{ killed: TestServer; run: string; interrupt: string }> => {
    const killed = await TestServer.start({ config });
    const stream = await startRun(killed, { agent: 'patient', prompt: 'Go', interactive: false });
    await stream.until(() => eventsOf(stream, 'interruption_pending').length > 0);
    const [agent] = eventsOf<{ run_id: string }>(stream, 'agent');
    const [question] = eventsOf<{ interruption: { interrupt_id: string } }>(stream, 'interruption_pending');
    await killed.kill();
    return { killed, run: agent!.run_id, interrupt: question!.interruption.interrupt_id };
  };
  const answer = async (server: TestServer, run: string, interrupt: string): Promise<StreamReader> => {
    const stream = await StreamReader.open(server, { path: `/v1/runs/${run}/stream?from_seq=0` });
    await stream.until(() => eventsOf(stream, 'resumed').length > 0);
    await post(server, `/v1/runs/${run}/interrupts/${interrupt}/resolve`, { answer: 'yes' });
    return stream;
  };

  it('goes on where it was, with the same chance and time, and writes nothing twice', async () => {
    const { killed, run, interrupt } = await interrupted();
    const server = await TestServer.start({ config, dataDir: killed.dataDir });
    try {
      const stream = await answer(server, run, interrupt);
      expect(await ended(stream)).toMatchObject({ status: 'completed' });
      const title = eventsOf<{ text: string }>(stream, 'text').at(-1)!.text;
      const { documents } = await server.document<{ documents: { title: string }[] }>('list_documents');
      expect(documents.map((each) => each.title).sort()).toEqual([title, `${title} of ${new Date().getUTCFullYear()}`]);
    } finally {
      await server.stop();
      await killed.stop();
    }
  }, STARTS_MS);

  it('fails with replay_divergence where its module does something else by now', async () => {
    const { killed, run, interrupt } = await interrupted();
    const file = path.join(folder, 'patient.mjs');
    writeFileSync(file, MODULES.patient!.replace(`'Document '`, `'Other '`));
    const server = await TestServer.start({ config, dataDir: killed.dataDir });
    try {
      const stream = await answer(server, run, interrupt);
      expect(await ended(stream)).toMatchObject({ status: 'failed', stop_reason: 'error' });
      expect(eventsOf<{ error: string }>(stream, 'error')[0]!.error).toMatch(/^replay_divergence: /);
    } finally {
      writeFileSync(file, MODULES.patient!);
      await server.stop();
      await killed.stop();
    }
  }, STARTS_MS);
});
