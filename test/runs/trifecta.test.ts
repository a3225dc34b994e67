import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StreamReader } from '../support/event-stream.js';
import { agentsConfig, calls, ended, eventsOf, post, resultsOf, startRun } from '../support/runs.js';
import { TestServer } from '../support/server.js';
import { page, WebSite } from '../support/web-site.js';

// An agent that reads private documents, takes text of strangers and sends outward in one run lets whoever wrote
// that text carry the documents away: the last of the three is refused, unless the operator allowed it.

/** Servers start twice, which takes a while on a busy machine. */
const STARTS_MS = 180_000;

const READ = calls('Document', { op: 'list_documents' });
const SHARED = calls('Document', { op: 'list_documents', scope: 'tenant' });
const DONE = { text: 'Done.' };

let site: WebSite;
let config: Record<string, unknown>;

beforeAll(async () => {
  site = await WebSite.start({ '/': page('text/plain', 'a page') });
  const FETCH = calls('WebFetch', { url: site.url('/') });
  const SPAWN = (agent: string): Record<string, unknown> => calls('Agent', { op: 'spawn', name: agent, prompt: 'Go' });
  const agent = (...turns: Record<string, unknown>[]): { turns: Record<string, unknown>[] } & Record<string, unknown> => ({
    allowed_tools: ['Document', 'WebFetch', 'Agent', 'Interruption'],
    allowed_hosts: [`127.0.0.1:${site.port}`],
    memory_scopes: ['user', 'tenant'],
    interruption: { enabled: true },
    script: { loop: true },
    turns: [...turns, DONE],
  });
  config = agentsConfig(
    {
      read_then_fetch: agent(READ, FETCH),
      fetch_then_read: agent(FETCH, READ),
      shared_then_fetch: agent(SHARED, FETCH),
      allowed: { ...agent(READ, FETCH), allow_trifecta: true },
      fetcher: agent(FETCH),
      reader: agent(READ),
      read_then_spawn: agent(READ, SPAWN('fetcher')),
      spawn_then_read: agent(SPAWN('fetcher'), READ),
      interrupted: agent(READ, calls('Interruption', { op: 'ask', question: 'Go on?' }), FETCH),
    },
    { web_fetch: { allow_private: ['127.0.0.0/8'] } },
  );
});
afterAll(() => site.stop());

describe('private data, untrusted text and sending outward', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ config });
  });
  afterAll(() => server.stop());

  const run = async (agent: string): Promise<ReturnType<typeof resultsOf>> => {
    const stream = await startRun(server, { agent, prompt: 'Go' });
    await ended(stream);
    return resultsOf(stream);
  };
  const refused = (name: string): Record<string, unknown> => ({ name, is_error: true, text: expect.stringContaining('allow_trifecta') as string });

  it('are never together in one run, in whichever order', async () => {
    const before = site.asked.length;
    expect(await run('read_then_fetch')).toMatchObject([{ name: 'Document', is_error: false }, refused('WebFetch')]);
    expect(site.asked.length).toBe(before);
    expect(await run('fetch_then_read')).toMatchObject([{ name: 'WebFetch', is_error: false }, refused('Document')]);
  });

  it('are refused by all three, not by two', async () => {
    expect(await run('shared_then_fetch')).toMatchObject([{ is_error: false, untrusted: true }, { name: 'WebFetch', is_error: false }]);
  });

  it('are together where the operator declares it', async () => {
    expect(await run('allowed')).toMatchObject([{ is_error: false }, { name: 'WebFetch', is_error: false, untrusted: true }]);
  });

  it('are not divided among a run and those that it begins', async () => {
    const before = site.asked.length;
    await run('read_then_spawn');
    expect(site.asked.length).toBe(before);
    const [, read] = await run('spawn_then_read');
    expect(read).toMatchObject(refused('Document'));
    expect(site.asked.length).toBe(before + 1);
  });
});

it('a run that is taken up after a kill knows what it did before', async () => {
  const killed = await TestServer.start({ config });
  const first = await startRun(killed, { agent: 'interrupted', prompt: 'Go' });
  await first.until(() => eventsOf(first, 'interruption_pending').length > 0);
  const [about] = eventsOf<{ run_id: string }>(first, 'agent');
  const [question] = eventsOf<{ interruption: { interrupt_id: string } }>(first, 'interruption_pending');
  await killed.kill();
  const server = await TestServer.start({ config, dataDir: killed.dataDir });
  try {
    const before = site.asked.length;
    const stream = await StreamReader.open(server, { path: `/v1/runs/${about!.run_id}/stream?from_seq=0` });
    await stream.until(() => eventsOf(stream, 'resumed').length > 0);
    await post(server, `/v1/runs/${about!.run_id}/interrupts/${question!.interruption.interrupt_id}/resolve`, { answer: 'yes' });
    await ended(stream);
    expect(resultsOf(stream).at(-1)).toMatchObject({ name: 'WebFetch', is_error: true, text: expect.stringContaining('allow_trifecta') as string });
    expect(site.asked.length).toBe(before);
  } finally {
    await server.stop();
    await killed.stop();
  }
}, STARTS_MS);
