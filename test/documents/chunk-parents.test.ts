import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { TestServer, type RefusalBody } from '../support/server.js';

// A chunk always hangs below a chunk of its own document.

let server: TestServer;
let plan: Made;
let other: Made;

interface Made {
  document_id: string;
  root_chunk_id: string;
}
interface Chunk {
  id: string;
  parent_id: string;
  position: number;
  revision: number;
}

beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());
beforeEach(async () => {
  [plan, other] = await Promise.all([
    server.document<Made>('create_document', { title: 'Plan' }),
    server.document<Made>('create_document', { title: 'Other' }),
  ]);
});

const NOBODY = 'f'.repeat(32);
const create = (input: Record<string, unknown> = {}): Promise<Chunk> =>
  server.document<Chunk>('create_chunk', { document_id: plan.document_id, title: 'chunk', ...input });
const get = (id: string): Promise<Chunk> => server.document<Chunk>('get_chunk', { id });

async function refusal(op: string, input: Record<string, unknown>): Promise<RefusalBody> {
  const { status, body } = await server.call<RefusalBody>(op, input);
  expect(status).toBe(422);
  return body;
}

test('D6, Q15: create_chunk refuses a document or a parent that is missing, and a parent of another document', async () => {
  for (const [document_id, parent_id] of [[NOBODY], [plan.document_id, NOBODY], [plan.document_id, other.root_chunk_id]]) {
    const input = { document_id, title: 'x', ...(parent_id === undefined ? {} : { parent_id }) };
    expect((await refusal('create_chunk', input)).reason).toBe('not_found');
  }
  for (const { document_id } of [plan, other]) {
    expect(await server.document('get_document', { id: document_id })).toMatchObject({ chunk_count: 1 });
  }
});

test('D6, Q15: without a parent the chunk is a child of the root, and the export shows it', async () => {
  expect(await create({ title: 'Seen' })).toMatchObject({ parent_id: plan.root_chunk_id, position: 0 });
  const { markdown } = await server.document<{ markdown: string }>('export_md', { document_id: plan.document_id, include_metadata: false });
  expect(markdown).toContain('## Seen');
});

test('D7: move_chunk refuses a parent that is missing', async () => {
  const chunk = await create();
  expect((await refusal('move_chunk', { id: chunk.id, new_parent_id: NOBODY })).reason).toBe('not_found');
  expect(await get(chunk.id)).toEqual(chunk);
});

test('D7: a move to a parent of another document is refused', async () => {
  const chunk = await create();
  expect((await refusal('move_chunk', { id: chunk.id, new_parent_id: other.root_chunk_id })).reason).toBe('not_found');
  expect(await get(chunk.id)).toEqual(chunk);
});

test('D7: a root cannot be moved, neither in its document nor into another', async () => {
  const { id } = await create();
  for (const new_parent_id of [id, other.root_chunk_id, undefined]) {
    expect((await refusal('move_chunk', { id: plan.root_chunk_id, new_parent_id })).reason).toBe('root_chunk');
  }
  const { markdown } = await server.document<{ markdown: string }>('export_md', { document_id: plan.document_id });
  expect(markdown).toContain('# Plan');
});

test('D7: a move checks the revision where one is given, and raises it', async () => {
  const { id } = await create();
  expect(await server.document('move_chunk', { id, revision: 1 })).toMatchObject({ revision: 2 });
  const stale = await refusal('move_chunk', { id, position: 0, revision: 1 });
  expect([stale.reason, stale.data.current_revision]).toEqual(['revision_conflict', 2]);
  expect(await server.document('reorder_chunk', { id, position: 0, revision: 2 })).toMatchObject({ revision: 3 });
});

test('D7: a move without a place goes last, and siblings on both sides are numbered anew', async () => {
  const [a, b, c] = [await create(), await create(), await create()];
  const child = await create({ parent_id: c.id });
  expect(await server.document('move_chunk', { id: a.id, new_parent_id: c.id })).toMatchObject({ position: 1 });
  const positions = await Promise.all([b, c, child, a].map(async ({ id }) => (await get(id)).position));
  expect(positions).toEqual([0, 1, 0, 1]);
});

test('D7: concurrent moves cannot close a cycle', async () => {
  for (let round = 0; round < 10; round += 1) {
    const [a, b, c] = [await create(), await create(), await create()];
    const moves = [[a, b], [b, c], [c, a]] as const;
    const answers = await Promise.all(
      moves.map(([{ id }, to]) => server.call<RefusalBody>('move_chunk', { id, new_parent_id: to.id })),
    );
    // Two of the three make a line; the third would close the circle.
    expect(answers.map(({ body }) => body.reason).filter(Boolean)).toEqual(['cycle']);
    const { chunks } = await server.document<{ chunks: Chunk[] }>('get_subtree', { id: plan.root_chunk_id });
    expect(chunks).toHaveLength(1 + 3 * (round + 1));
  }
});
