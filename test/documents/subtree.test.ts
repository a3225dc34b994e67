import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { TestServer, type RefusalBody } from '../support/server.js';

let server: TestServer;
let document_id: string;
let root: string;

beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());
beforeEach(async () => {
  const markdown = '# Plan\n\nintro\n\n## A\n\na\n\n### A1\n\na1\n\n#### A1x\n\n### A2\n\n## B\n\n### B1\n\nb1\n\n## C\n';
  const made = await server.document<{ document_id: string; root_chunk_id: string }>('import_md', { markdown });
  [document_id, root] = [made.document_id, made.root_chunk_id];
});

interface Subtree {
  document_id: string;
  chunks: { id: string; title: string; depth: number; parent_id?: string; position: number; body?: string }[];
  truncated: boolean;
}

const read = (input: Record<string, unknown>): Promise<Subtree> => server.document<Subtree>('get_subtree', input);
const outline = ({ chunks }: Subtree): string => chunks.map(({ title, depth }) => `${depth}${title}`).join(' ');

test('D13: get_subtree reads a chunk and all below it in the order of reading, bodies included', async () => {
  const tree = await read({ id: root });
  expect(outline(tree)).toBe('0Plan 1A 2A1 3A1x 2A2 1B 2B1 1C');
  expect([tree.document_id, tree.truncated]).toEqual([document_id, false]);
  for (const { depth, ...chunk } of tree.chunks) {
    expect(chunk).toEqual(await server.document('get_chunk', { id: chunk.id }));
    const parent = tree.chunks.find(({ id }) => id === chunk.parent_id);
    expect(depth).toBe(parent ? parent.depth + 1 : 0);
  }
});

test('a part of it: below a chunk, down to a depth, without bodies', async () => {
  const { chunks } = await read({ id: root });
  const a = chunks.find(({ title }) => title === 'A')!.id;
  expect(outline(await read({ id: a }))).toBe('0A 1A1 2A1x 1A2');
  expect(outline(await read({ id: root, depth: 1 }))).toBe('0Plan 1A 1B 1C');
  const [alone] = (await read({ id: a, depth: 0, include_body: false })).chunks;
  expect(alone).toMatchObject({ title: 'A', depth: 0 });
  expect(alone).not.toHaveProperty('body');
});

test('the order of reading is that of moved chunks, too', async () => {
  const { chunks } = await read({ id: root });
  const id = (title: string): string => chunks.find((chunk) => chunk.title === title)!.id;
  await server.document('move_chunk', { id: id('C'), before_id: id('A1') });
  await server.document('reorder_chunk', { id: id('B'), position: 0 });
  expect(outline(await read({ id: root }))).toBe('0Plan 1B 2B1 1A 2C 2A1 3A1x 2A2');
});

test('what is too much for one answer is cut off at the end, and the answer says so', async () => {
  const body = 'x'.repeat(1024 * 1024);
  for (let n = 0; n < 17; n += 1) await server.document('create_chunk', { document_id, title: `large ${n}`, body });
  const cut = await read({ id: root });
  expect(cut.truncated).toBe(true);
  expect(cut.chunks.at(-1)!.title).toBe('large 14');
  const whole = await read({ id: root, include_body: false });
  expect([whole.truncated, whole.chunks.length]).toEqual([false, 8 + 17]);
});

test('one answer has the first 10,000 chunks', async () => {
  await server.document('import_md', { document_id, markdown: `# Many\n\n${'## n\n'.repeat(9_991)}` });
  expect(await read({ id: root, include_body: false })).toMatchObject({ truncated: false, chunks: { length: 10_000 } });
  const { id } = await server.document<{ id: string }>('create_chunk', { document_id, title: 'one more' });
  const cut = await read({ id: root, include_body: false });
  expect([cut.truncated, cut.chunks.length, cut.chunks.at(-1)!.title]).toEqual([true, 10_000, 'n']);
  expect(cut.chunks.map((chunk) => chunk.id)).not.toContain(id);
});

test('a missing chunk is refused, and so is a depth that no document has', async () => {
  for (const [input, reason] of [
    [{ id: 'f'.repeat(32) }, 'not_found'],
    [{ id: root, depth: 65 }, 'invalid_input'],
  ] as const) {
    const { status, body } = await server.call<RefusalBody>('get_subtree', input);
    expect([status, body.reason]).toEqual([422, reason]);
  }
});
