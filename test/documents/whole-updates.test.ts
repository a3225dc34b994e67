import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestServer, type RefusalBody } from '../support/server.js';

// A revision of a chunk is one thing: title, status, fields and body are written and read together.

const servers: TestServer[] = [];
/** For the tests that need no crash. */
let server: TestServer;
beforeAll(async () => {
  server = await start();
});
afterAll(() => Promise.all(servers.map((each) => each.stop())));

async function start(dataDir?: string): Promise<TestServer> {
  const started = await TestServer.start(dataDir === undefined ? {} : { dataDir });
  servers.push(started);
  return started;
}

interface Chunk {
  id: string;
  revision: number;
  title: string;
  status: string;
  body: string;
  fields: { revision: number };
}

/** What a chunk is to hold at a revision, in all its parts. */
const contentOf = (revision: number) => ({
  title: `revision ${revision}`,
  status: `s${revision}`,
  fields: { revision },
  body: `body of ${revision}\n`.repeat(1 + (revision % 40)),
});

async function newChunks(on: TestServer, count: number): Promise<string[]> {
  const { document_id } = await on.document<{ document_id: string }>('create_document', { title: 'Plan' });
  const chunks = await Promise.all(
    Array.from({ length: count }, () => on.document<Chunk>('create_chunk', { document_id, ...contentOf(1) })),
  );
  return chunks.map(({ id }) => id);
}

test('D1: a crash in the midst of updates leaves each chunk whole, at a revision that can be written on', async () => {
  const first = await start();
  const ids = await newChunks(first, 8);
  let writes = 0;
  await new Promise<void>((resolve, reject) => {
    const write = async (id: string): Promise<void> => {
      for (let revision = 1; ; revision += 1) {
        await first.document('update_chunk', { id, revision, ...contentOf(revision + 1) });
        writes += 1;
        if (writes === 150) first.kill().then(resolve, reject);
      }
    };
    for (const id of ids) write(id).catch(() => undefined);
  });
  const again = await start(first.dataDir);
  for (const id of ids) {
    const chunk = await again.document<Chunk>('get_chunk', { id });
    expect(chunk).toMatchObject(contentOf(chunk.revision));
    const next = chunk.revision + 1;
    expect(await again.document('update_chunk', { id, revision: chunk.revision, ...contentOf(next) })).toMatchObject({ revision: next });
  }
});

test('D2: readers beside writers never see a revision with the body of another', async () => {
  const [id] = await newChunks(server, 1);
  let writing = true;
  const write = async (): Promise<void> => {
    for (let wins = 0; wins < 25; ) {
      const { revision } = await server.document<Chunk>('get_chunk', { id });
      const { status } = await server.call('update_chunk', { id, revision, ...contentOf(revision + 1) });
      if (status === 200) wins += 1;
    }
  };
  let reads = 0;
  const read = async (): Promise<void> => {
    for (let last = 0; writing; reads += 1) {
      const chunk = await server.document<Chunk>('get_chunk', { id });
      expect(chunk).toMatchObject(contentOf(chunk.revision));
      expect(chunk.revision).toBeGreaterThanOrEqual(last);
      last = chunk.revision;
    }
  };
  const readers = [read(), read(), read()];
  await Promise.all([write(), write(), write(), write()]);
  writing = false;
  await Promise.all(readers);
  expect(reads).toBeGreaterThan(0);
  // Each success is one revision: none was written over.
  expect(await server.document('get_chunk', { id })).toMatchObject({ revision: 101, ...contentOf(101) });
});

test('D2: of concurrent updates at one revision exactly one wins', async () => {
  const [id] = await newChunks(server, 1);
  for (let revision = 1; revision <= 10; revision += 1) {
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, n) => server.call<Chunk & RefusalBody>('update_chunk', { id, revision, body: `by ${n}` })),
    );
    const won = answers.flatMap(({ status }, n) => (status === 200 ? [n] : []));
    expect(won).toHaveLength(1);
    expect(await server.document('get_chunk', { id })).toMatchObject({ revision: revision + 1, body: `by ${won[0]}` });
  }
});

test('D3: an update of the fields leaves the body, an update of the body the fields', async () => {
  const [id] = await newChunks(server, 1);
  const { body, fields } = contentOf(1);
  await server.document('update_chunk', { id, revision: 1, fields: { more: true } });
  expect(await server.document('get_chunk', { id })).toMatchObject({ body, fields: { ...fields, more: true } });
  await server.document('update_chunk', { id, revision: 2, body: 'new' });
  expect(await server.document('get_chunk', { id })).toMatchObject({ body: 'new', fields: { ...fields, more: true } });
});

test('D3: after a crash what was not named is what it was, in the chunk and in the export', async () => {
  const first = await start();
  const [id] = await newChunks(first, 1);
  await first.kill();
  const again = await start(first.dataDir);
  const { document_id } = await again.document<{ document_id: string }>('update_chunk', { id, revision: 1, status: 'new' });
  const { markdown } = await again.document<{ markdown: string }>('export_md', { document_id });
  expect(markdown).toContain(contentOf(1).body.trim());
  expect(markdown).toContain('"fields":{"revision":1}');
});
