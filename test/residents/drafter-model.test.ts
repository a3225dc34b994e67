import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestServer, TOKEN } from '../support/server.js';
import { Subscriber, type SocketEvent } from '../support/socket.js';
import { day } from '../walk-through/launch-plan.js';
import { ModelServer } from './model-server.js';

// The drafter with a model behind HTTP, from the settings to the chunk.

interface Chunk {
  id: string;
  revision: number;
  status?: string;
  body: string;
  fields?: Record<string, unknown>;
}

const LINK = 'https://example.org/plans';
const GOOD = { text: `A plan is data. ${LINK}` };
const INVENTED = { text: `A plan is 99 % data. ${LINK}` };

let folder: string;
let model: ModelServer;
let server: TestServer;
let reader: Subscriber;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'loomcycle-posts-'));
  writeFileSync(path.join(folder, 'plans.md'), '# Plans\n\nA plan is data. Nobody edits a file by hand.\n');
  model = await ModelServer.start();
});
afterEach(async () => {
  await reader.close();
  await server.stop();
  await model.stop();
  rmSync(folder, { recursive: true });
});

async function start(settings: Record<string, unknown> = {}, dataDir?: string): Promise<void> {
  server = await TestServer.start({
    dataDir,
    config: {
      providers: model.providers,
      agents: {
        drafter: {
          resident: true,
          code: 'drafter',
          principal: 'denn',
          subscribe: [{ scope: 'user', topic: 'documents/*/chunks' }],
          settings: { posts: { folder }, link: 'https://example.org/{slug}', model: model.choice, ...settings },
        },
      },
    },
  });
  reader = await Subscriber.open(server);
  await reader.subscribe('all', 'documents/*/chunks');
}

async function publication(type = 'publication'): Promise<Chunk> {
  const { document_id } = await server.document<{ document_id: string }>('create_document', { title: 'Plan' });
  const fields = { platform: 'linkedin', date: day(1), blog_slug: 'plans' };
  return server.document<Chunk>('create_chunk', { document_id, title: 'Plans', type, status: 'scheduled', body: 'Angle: calm.', fields });
}

const read = (id: string): Promise<Chunk> => server.document<Chunk>('get_chunk', { id });
const event = (id: string, match: (payload: SocketEvent['payload']) => boolean): Promise<SocketEvent> =>
  reader.until(() => reader.events.find(({ payload }) => payload.chunk_id === id && match(payload)));

async function memory(input: Record<string, unknown>): Promise<unknown> {
  const response = await fetch(`${server.url}/v1/_memory`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify({ scope: 'user', ...input }),
  });
  expect(response.status).toBe(200);
  return ((await response.json()) as { value: unknown }).value;
}

async function drafterIsIdle(): Promise<void> {
  await reader.settle();
  const last = reader.events.at(-1)!.seq;
  for (;;) {
    const { body } = await server.get<{ residents: { state: string; cursor: number }[] }>('/v1/_residents');
    if (body.residents[0]!.state === 'idle' && body.residents[0]!.cursor >= last) return;
  }
}

test('a draft that invents a number is mended, and the turns are in the usage of the day', async () => {
  model.answer = (turn) => (turn === 0 ? INVENTED : GOOD);
  await start();
  const { id } = await publication();
  await event(id, ({ status }) => status === 'drafted');
  expect((await read(id)).body).toBe(`${GOOD.text}\n\n### Brief\n\nAngle: calm.`);
  expect(model.requests[1]).toContain('The number \\"99 (percent)\\" does not stand in the post or the brief.');
  expect(await memory({ op: 'get', key: `usage/drafter/${day(0)}` })).toEqual({
    turns: 2,
    input_tokens: 200,
    output_tokens: 20,
    cost_usd: 0,
    models: { 'desk/scripted': 2 },
  });
});

test('after two repairs the chunk stays scheduled with a note, and is not tried again until it changes', async () => {
  model.answer = () => INVENTED;
  await start();
  const { id } = await publication();
  await event(id, ({ revision }) => revision === 2);
  const noted = await read(id);
  expect(noted).toMatchObject({ status: 'scheduled', body: 'Angle: calm.', fields: { draft_tried: 2 } });
  expect(noted.fields!.draft_note).toContain('"99 (percent)"');
  // Another publication wakes it; the one that it gave up costs no further turn.
  model.answer = () => GOOD;
  const other = await publication();
  await event(other.id, ({ status }) => status === 'drafted');
  await drafterIsIdle();
  expect(model.requests).toHaveLength(4);
  await server.document('update_chunk', { id, revision: 2, body: 'Angle: bold.' });
  await event(id, ({ status }) => status === 'drafted');
  const drafted = await read(id);
  expect(drafted.body).toContain('### Brief\n\nAngle: bold.');
  expect(drafted.fields).not.toHaveProperty('draft_note');
  expect(drafted.fields).not.toHaveProperty('draft_tried');
});

test('what a person writes while the model is at work is kept: the draft is written anew for it', async () => {
  await start();
  let told = (_chunk: Chunk): void => undefined;
  const made = new Promise<Chunk>((resolve) => (told = resolve));
  model.answer = async (turn) => {
    if (turn === 0) await server.document('update_chunk', { id: (await made).id, revision: 1, body: 'My own words.' });
    return GOOD;
  };
  const chunk = await publication();
  told(chunk);
  await event(chunk.id, ({ status }) => status === 'drafted');
  expect((await read(chunk.id)).body).toBe(`${GOOD.text}\n\n### Brief\n\nMy own words.`);
  expect(model.requests[1]).toContain('My own words.');
});

test('the voice comes from memory; without it nothing is drafted, and the state says why', async () => {
  model.answer = () => GOOD;
  await start({ voice: { memory: 'voice' } });
  const { id } = await publication();
  for (;;) {
    const { body } = await server.get<{ residents: { last_error: string | null }[] }>('/v1/_residents');
    if (body.residents[0]!.last_error?.includes('agents.drafter.settings.voice.memory: there is no entry voice')) break;
  }
  expect(model.requests).toEqual([]);
  await memory({ op: 'set', key: 'voice', value: ['Short words.', 'No jokes.'] });
  await event(id, ({ status }) => status === 'drafted');
  expect(model.requests[0]).toContain('Short words.\\nNo jokes.');
});

test('the voice comes from a chunk, and its change counts for the next draft', async () => {
  model.answer = () => GOOD;
  await start();
  const { root_chunk_id: id } = await server.document<{ root_chunk_id: string }>('create_document', { title: 'Voice' });
  await server.document('update_chunk', { id, revision: 1, body: 'Dry humour.' });
  const { dataDir } = server;
  await reader.close();
  await server.kill();
  await start({ voice: { chunk: id } }, dataDir);
  const first = await publication();
  await event(first.id, ({ status }) => status === 'drafted');
  await server.document('update_chunk', { id, revision: 2, body: 'No humour at all.' });
  const second = await publication();
  await event(second.id, ({ status }) => status === 'drafted');
  expect(model.requests.map((request) => [request.includes('Dry humour.'), request.includes('No humour at all.')])).toEqual([[true, false], [false, true]]);
  rmSync(dataDir, { recursive: true });
});

test('only the types that are named are drafted', async () => {
  model.answer = () => GOOD;
  await start({ draft_only_types: ['teaser', 'announcement'] });
  const other = await publication();
  const { id } = await publication('teaser');
  await event(id, ({ status }) => status === 'drafted');
  await drafterIsIdle();
  expect(await read(other.id)).toMatchObject({ status: 'scheduled', revision: 1 });
});

test('a model that fails is asked again, and the log says so', async () => {
  model.answer = (turn) => {
    if (turn === 0) throw new Error('overloaded');
    return GOOD;
  };
  await start();
  const { id } = await publication();
  await event(id, ({ status }) => status === 'drafted');
  expect((await read(id)).body).toContain(GOOD.text);
  expect(server.log).toMatch(/"message":"a model is asked again","agent":"drafter","provider":"desk","attempt":1,/);
});

test('a model that nobody has keeps the drafter from starting, and its state says what to do', async () => {
  await start({ model: { tier: 'low' } });
  for (;;) {
    const { body } = await server.get<{ residents: { last_crash: string | null }[] }>('/v1/_residents');
    if (body.residents[0]!.last_crash?.includes('agents.drafter.settings.model: tier: there is no "low". Declare it in tiers.')) break;
  }
});
