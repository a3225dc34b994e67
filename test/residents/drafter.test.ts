import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { checkDraft } from '../../agents/drafter/platforms.js';
import { TestServer } from '../support/server.js';
import { Subscriber, type SocketEvent } from '../support/socket.js';
import { day, PUBLICATION_FIELDS } from '../walk-through/launch-plan.js';

// The drafter at its edges: posts come over HTTP from this test, which can act while one is being fetched.

interface Chunk {
  id: string;
  revision: number;
  status?: string;
  body: string;
  fields?: Record<string, unknown>;
}

const SENTENCES = [
  'A chunk has a type, a status and a revision, so that a plan can be queried like data.',
  'The drafter writes into chunks that are scheduled for one of the next three days.',
  'Nobody loses a sentence, since every write names the revision that its author had read.',
  'When two authors meet on one chunk, the second one gets the current text back and decides anew.',
  'The reporter counts what was posted, what waits and what is late, once for every week.',
  'Both agents act as the same principal as the person, and the audit tells them apart.',
  'A file that a team edits by hand costs half an hour whenever the schedule moves by a day.',
  'The console shows each change while it happens, without anybody pressing a button.',
];
const POST = `---\ntitle: Plans as data\n---\n\n${SENTENCES.slice(0, 4).join(' ')}\n\n${SENTENCES.slice(4).join(' ')}\n`;

let blog: Server;
let whenFetched: (slug: string) => Promise<void>;
let fetched: string[];
let server: TestServer;
let reader: Subscriber;

beforeAll(async () => {
  blog = createServer((request, response) => {
    const slug = request.url!.slice(1).replace('.md', '');
    fetched.push(slug);
    whenFetched(slug).then(
      () => response.writeHead(slug === 'missing' ? 404 : 200, { 'content-type': 'text/markdown' }).end(POST),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve) => blog.listen(0, '127.0.0.1', resolve));
});
afterAll(() => new Promise((resolve) => blog.close(resolve)));

beforeEach(async () => {
  fetched = [];
  whenFetched = () => Promise.resolve();
  server = await start();
  reader = await Subscriber.open(server);
  await reader.subscribe('all', 'documents/*/chunks');
  await server.document('define_type', { name: 'publication', fields: PUBLICATION_FIELDS });
});
afterEach(async () => {
  await reader.close();
  await server.stop();
});

function start(dataDir?: string): Promise<TestServer> {
  const { port } = blog.address() as AddressInfo;
  return TestServer.start({
    dataDir,
    config: {
      agents: {
        drafter: {
          resident: true,
          code: 'drafter',
          principal: 'denn',
          subscribe: [{ scope: 'user', topic: 'documents/*/chunks' }],
          settings: { posts: { url: `http://127.0.0.1:${port}/{slug}.md` }, link: 'https://example.org/{slug}' },
        },
      },
    },
  });
}

async function publication(fields: Record<string, unknown> = {}, body = 'Angle: calm. #plans'): Promise<Chunk> {
  const { document_id } = await server.document<{ document_id: string }>('create_document', { title: 'Plan' });
  return server.document<Chunk>('create_chunk', {
    document_id,
    title: 'Plans as data',
    type: 'publication',
    status: 'scheduled',
    body,
    fields: { platform: 'x', date: day(1), blog_slug: 'plans', ...fields },
  });
}

const read = (id: string): Promise<Chunk> => server.document<Chunk>('get_chunk', { id });

function drafted(id: string): Promise<SocketEvent> {
  return reader.until(() => reader.events.find((event) => event.payload.chunk_id === id && event.payload.status === 'drafted'));
}

/** Waits until the drafter has nothing more to do with what is in the log. */
async function drafterIsIdle(): Promise<{ cursor: number; wakes: number }> {
  const last = await server.document<Chunk>('create_document', { title: 'mark' }).then(() => reader.settle()).then(() => reader.events.at(-1)!.seq);
  for (;;) {
    const { body } = await server.get<{ residents: { state: string; cursor: number; wakes: number }[] }>('/v1/_residents');
    const [drafter] = body.residents;
    if (drafter!.state === 'idle' && drafter!.cursor >= last) return drafter!;
  }
}

test.each([['x'], ['linkedin'], ['mastodon+bluesky']])('writes for %s within its rules and keeps the brief', async (platform) => {
  const { id } = await publication({ platform });
  await drafted(id);
  const chunk = await read(id);
  expect(chunk.status).toBe('drafted');
  expect(checkDraft(platform as 'x', chunk.body, 'https://example.org/plans')).toEqual([]);
  expect(chunk.body).toContain('### Brief\n\nAngle: calm. #plans');
});

test('a person who changes the body meanwhile loses nothing: the drafter reads again and decides anew', async () => {
  const chunk = await publication();
  whenFetched = async () => {
    whenFetched = () => Promise.resolve();
    await server.document('update_chunk', { id: chunk.id, revision: chunk.revision, body: 'My own words, written just now.' });
  };
  await drafted(chunk.id);
  expect((await read(chunk.id)).body).toContain('My own words, written just now.');
  expect(fetched.length).toBe(2);
});

test('a person who drafts it meanwhile keeps the chunk', async () => {
  const chunk = await publication();
  whenFetched = async () => {
    whenFetched = () => Promise.resolve();
    await server.document('update_chunk', { id: chunk.id, revision: chunk.revision, status: 'approved', body: 'Ready.' });
  };
  await reader.until(() => fetched.length > 0);
  await drafterIsIdle();
  expect(await read(chunk.id)).toMatchObject({ status: 'approved', body: 'Ready.', revision: chunk.revision + 1 });
});

test('a chunk that is deleted meanwhile stays deleted, and the drafter goes on', async () => {
  const chunk = await publication();
  whenFetched = async () => {
    whenFetched = () => Promise.resolve();
    await server.document('delete_chunk', { id: chunk.id });
  };
  await reader.until(() => fetched.length > 0);
  const next = await publication();
  await drafted(next.id);
  expect((await server.call('get_chunk', { id: chunk.id })).status).toBe(422);
});

test.each([
  ['is not due yet', { date: day(5) }],
  ['is late', { date: day(-1) }],
])('what %s stays as it is', async (_name, fields) => {
  const chunk = await publication(fields);
  await drafterIsIdle();
  expect(await read(chunk.id)).toMatchObject({ status: 'scheduled', revision: chunk.revision });
});

test('a post that cannot be had leaves the chunk scheduled, with one note, and the note goes with the draft', async () => {
  const { id } = await publication({ blog_slug: 'missing' });
  const noted = await reader.until(() => reader.events.find((event) => event.payload.chunk_id === id && event.payload.revision === 2));
  expect(noted.payload.status).toBe('scheduled');
  await drafterIsIdle();
  const chunk = await read(id);
  expect(chunk).toMatchObject({ status: 'scheduled', revision: 2 });
  expect(chunk.fields!.draft_note).toContain('missing');
  await server.document('update_chunk', { id, revision: 2, fields: { blog_slug: 'plans' } });
  await drafted(id);
  expect((await read(id)).fields).not.toHaveProperty('draft_note');
});

test('a chunk whose type cannot be drafted gets a note and holds up no other', async () => {
  const withoutDrafted = PUBLICATION_FIELDS.map((field) => (field.name === 'status' ? { ...field, values: ['scheduled', 'posted'] } : field));
  const { document_id } = await server.document<{ document_id: string }>('create_document', { title: 'Odd plan' });
  await server.document('define_type', { name: 'publication', document_id, fields: withoutDrafted });
  const odd = await server.document<Chunk>('create_chunk', {
    document_id,
    title: 'Odd',
    type: 'publication',
    status: 'scheduled',
    fields: { platform: 'x', date: day(0), blog_slug: 'plans' },
  });
  const { id } = await publication();
  await drafted(id);
  await drafterIsIdle();
  const noted = await read(odd.id);
  expect(noted.status).toBe('scheduled');
  expect(noted.fields!.draft_note).toContain('must be one of scheduled, posted');
});

test('across a crash every due chunk is drafted once, and the cursor stays where it was', async () => {
  const first = await publication();
  await drafted(first.id);
  const { cursor } = await drafterIsIdle();
  const { dataDir } = server;
  await server.kill();
  const again = await start(dataDir);
  const { body } = await again.get<{ residents: { cursor: number }[] }>('/v1/_residents');
  expect(body.residents).toHaveLength(1);
  const after = await Subscriber.open(again);
  await after.subscribe('all', 'documents/*/chunks', cursor);
  const second = await again.document<Chunk>('create_chunk', {
    document_id: (first as unknown as { document_id: string }).document_id,
    title: 'Second',
    type: 'publication',
    status: 'scheduled',
    fields: { platform: 'linkedin', date: day(1), blog_slug: 'plans' },
  });
  await after.until(() => after.events.find((event) => event.payload.chunk_id === second.id && event.payload.status === 'drafted'));
  expect((await again.document<Chunk>('get_chunk', { id: first.id })).revision).toBe(first.revision + 1);
  await after.close();
  await again.stop();
});
