import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestServer } from '../support/server.js';
import { Subscriber } from '../support/socket.js';
import { day, PUBLICATION_FIELDS } from '../walk-through/launch-plan.js';
import { weekOf } from '../../agents/reporter/week.js';

interface Chunk {
  id: string;
  revision: number;
  title: string;
  body: string;
  document_id: string;
  fields?: Record<string, unknown>;
}

const CONFIG = {
  agents: {
    reporter: {
      resident: true,
      code: 'reporter',
      principal: 'denn',
      subscribe: [{ scope: 'user', topic: 'documents/*/chunks' }],
      settings: {},
    },
  },
};

let server: TestServer;
let reader: Subscriber;
let documentId: string;

beforeEach(async () => {
  server = await TestServer.start({ config: CONFIG });
  reader = await Subscriber.open(server);
  await reader.subscribe('all', 'documents/*/chunks');
  await server.document('define_type', { name: 'publication', fields: PUBLICATION_FIELDS });
  ({ document_id: documentId } = await server.document<{ document_id: string }>('create_document', { title: 'Plan' }));
});
afterEach(async () => {
  await reader.close();
  await server.stop();
});

function publication(date: string, status = 'scheduled'): Promise<Chunk> {
  return server.document<Chunk>('create_chunk', {
    document_id: documentId,
    title: `for ${date}`,
    type: 'publication',
    status,
    fields: { platform: 'x', date },
  });
}

async function digests(): Promise<Chunk[]> {
  const { chunks } = await server.document<{ chunks: Chunk[] }>('query_chunks', { document_id: documentId, type: 'digest' });
  return Promise.all(chunks.map(({ id }) => server.document<Chunk>('get_chunk', { id })));
}

/** Waits until the digest says so; every write of it is an event. */
async function digestWith(expected: Record<string, unknown>): Promise<Chunk> {
  const count = (): number => reader.events.filter((event) => event.payload.type === 'digest').length;
  for (let seen = -1; ; ) {
    await reader.until(() => count() > seen);
    seen = count();
    const [digest] = await digests();
    const found = digest && Object.entries(expected).every(([key, value]) => JSON.stringify(digest.fields![key]) === JSON.stringify(value));
    if (found) return digest;
  }
}

async function reporterIsIdle(): Promise<void> {
  await reader.settle();
  const last = reader.events.at(-1)!.seq;
  for (;;) {
    const { body } = await server.get<{ residents: { state: string; cursor: number }[] }>('/v1/_residents');
    if (body.residents[0]!.state === 'idle' && body.residents[0]!.cursor >= last) return;
  }
}

test('one chunk per ISO week, under its heading, with what shipped, is queued and is late', async () => {
  const shipped = await publication(day(0), 'approved');
  await publication(day(2));
  await publication(day(-1));
  await server.document('update_chunk', { id: shipped.id, revision: 1, status: 'posted' });
  const digest = await digestWith({ shipped: 1, queued: 1, late: 1, moves: { 'approved → posted': 1 } });
  expect(digest.title).toBe(`Week ${weekOf(new Date()).name}`);
  expect(digest.body).toContain('1 shipped, 1 queued, 1 late');
  expect(digest.body).toContain(`for ${day(-1)} (scheduled)`);
  await reporterIsIdle();
  expect(await digests()).toHaveLength(1);
  const { chunks } = await server.document<{ chunks: Chunk[] }>('query_chunks', { document_id: documentId });
  expect(chunks.filter((chunk) => chunk.title === '§6 Weekly digest')).toHaveLength(1);
});

test('a restart changes nothing', async () => {
  await publication(day(1));
  const before = await digestWith({ queued: 1 });
  await reporterIsIdle();
  const { dataDir } = server;
  const lastSeq = reader.events.at(-1)!.seq;
  await server.kill();
  const again = await TestServer.start({ config: CONFIG, dataDir });
  for (;;) {
    const { body } = await again.get<{ residents: { state: string; wakes: number }[] }>('/v1/_residents');
    if (body.residents[0]!.state === 'idle' && body.residents[0]!.wakes > 0) break;
  }
  expect(await again.document('get_chunk', { id: before.id })).toEqual(before);
  const after = await Subscriber.open(again);
  expect((await after.subscribe('a', 'documents/*/chunks')).seq).toBe(lastSeq);
  await after.close();
  await again.stop();
});

test('a digest that a person scribbled over is brought up to date', async () => {
  await publication(day(1));
  const digest = await digestWith({ queued: 1 });
  await reporterIsIdle();
  const { revision } = await server.document<Chunk>('get_chunk', { id: digest.id });
  await server.document('update_chunk', { id: digest.id, revision, body: 'scribble' });
  await publication(day(2));
  const after = await digestWith({ queued: 2 });
  expect([after.id, after.body]).toEqual([digest.id, expect.stringContaining('2 queued')]);
});
