import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT, TestServer } from '../support/server.js';
import { day, PUBLICATION_FIELDS } from '../walk-through/launch-plan.js';

// Drafter and reporter on a server that is ended by SIGKILL again and again, at moments that nobody chose, while
// publications become due. LOOMCYCLE_TEST_KILLS sets how often; the seed of the moments is printed when it fails.

interface Chunk {
  id: string;
  status: string;
  revision: number;
  fields?: Record<string, unknown>;
}

const KILLS = Number(process.env.LOOMCYCLE_TEST_KILLS ?? 4);
const PER_ROUND = 6;
const LONGEST_MS = 400;
const seed = Date.now() % 100_000;

const home = mkdtempSync(path.join(tmpdir(), 'loomcycle-kills-'));
const agent = (code: string, settings: Record<string, unknown>): Record<string, unknown> => ({
  resident: true,
  code,
  principal: 'denn',
  subscribe: [{ scope: 'user', topic: 'documents/*/chunks' }],
  settings,
});
const config = {
  agents: {
    drafter: agent('drafter', { posts: { folder: path.join(ROOT, 'bundles/social-drafter/posts') }, link: 'https://example.org/{slug}' }),
    reporter: agent('reporter', {}),
  },
};

let server: TestServer;
let documentId: string;
const ended: TestServer[] = [];
beforeAll(async () => {
  server = await start();
  await server.document('define_type', { name: 'publication', fields: PUBLICATION_FIELDS });
  ({ document_id: documentId } = await server.document<{ document_id: string }>('create_document', { title: 'Plan' }));
}, 60_000);
afterAll(async () => {
  for (const each of [...ended, server]) await each.stop();
  rmSync(home, { recursive: true, force: true });
});

function start(): Promise<TestServer> {
  return TestServer.start({ config, dataDir: path.join(home, 'data') });
}

/** A number from 0 to 1, the same for the same seed and round. */
function chance(round: number): number {
  const x = Math.sin(seed + round * 12.9898) * 43758.5453;
  return x - Math.floor(x);
}

function publication(index: number): Promise<Chunk> {
  return server.document<Chunk>('create_chunk', {
    document_id: documentId,
    title: `Publication ${index}`,
    type: 'publication',
    status: 'scheduled',
    fields: { platform: ['x', 'linkedin', 'mastodon+bluesky'][index % 3], date: day(0), blog_slug: 'plan-as-data' },
  });
}

async function chunks(which: Record<string, unknown>): Promise<Chunk[]> {
  return (await server.document<{ chunks: Chunk[] }>('query_chunks', { document_id: documentId, limit: 1000, ...which })).chunks;
}

async function scheduled(): Promise<number> {
  return (await chunks({ type: 'publication', status: 'scheduled' })).length;
}

async function idle(): Promise<void> {
  for (;;) {
    const { body } = await server.get<{ residents: { state: string }[] }>('/v1/_residents');
    if ((await scheduled()) === 0 && body.residents.every(({ state }) => state === 'idle')) return;
  }
}

test(`across ${KILLS} kills every due chunk is drafted exactly once, and the digest is what a query says`, async () => {
  const ids: string[] = [];
  let whileBusy = 0;
  for (let round = 0; round < KILLS; round += 1) {
    const moment = wait(chance(round) * LONGEST_MS);
    const created = Array.from({ length: PER_ROUND }, (_, n) => publication(round * PER_ROUND + n));
    const kept = await Promise.all(created);
    ids.push(...kept.map(({ id }) => id));
    await moment;
    if ((await scheduled()) > 0) whileBusy += 1;
    await server.kill();
    ended.push(server);
    server = await start();
  }
  await idle();
  expect((await chunks({ type: 'publication' })).map(({ id }) => id).toSorted(), `seed ${seed}`).toEqual(ids.toSorted());
  for (const id of ids) {
    const { status, revision } = await server.document<Chunk>('get_chunk', { id });
    expect({ id, status, revision }, `seed ${seed}`).toEqual({ id, status: 'drafted', revision: 2 });
    const { entries } = await server.document<{ entries: { agent?: string | null }[] }>('history', { id });
    expect(entries.filter(({ agent: by }) => by === 'drafter'), `seed ${seed}`).toHaveLength(1);
  }
  const digests = await chunks({ type: 'digest' });
  expect(digests).toHaveLength(1);
  const { fields } = await server.document<Chunk>('get_chunk', { id: digests[0]!.id });
  const queued = (await chunks({ type: 'publication', status: 'drafted' })).length;
  expect(fields, `seed ${seed}`).toMatchObject({ queued, shipped: 0, late: 0, moves: { 'scheduled → drafted': ids.length } });
  process.stdout.write(`${KILLS} kills, ${whileBusy} of them while chunks waited, ${ids.length} chunks\n`);
}, 60_000 + KILLS * 30_000);
