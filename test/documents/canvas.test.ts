import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Canvas, CanvasNode } from '../../src/documents/canvas/format.js';
import { TestServer, type RefusalBody } from '../support/server.js';

// JSON Canvas over HTTP: what becomes of nodes, groups and edges, and what of them after the document changed.

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

interface Imported {
  document_id: string;
  root_chunk_id: string;
  chunks_created: number;
  edges_created: number;
}
interface Chunk {
  id: string;
  title: string;
  body: string;
  parent_id?: string;
  revision: number;
  fields: Record<string, unknown>;
}

const box = (x: number, y: number, width = 100, height = 100) => ({ x, y, width, height });
const BOARD: Canvas = {
  nodes: [
    { id: 'g', type: 'group', ...box(0, 0, 1000, 1000), label: 'Ideas', color: '4', background: 'sky.png', backgroundStyle: 'cover' },
    { id: 'inner', type: 'group', ...box(500, 0, 400, 400) },
    { id: 't', type: 'text', ...box(10, 10), text: '## First idea\n\nSome **text**.' },
    { id: 'f', type: 'file', ...box(510, 10), file: 'notes/a.md', subpath: '#b' },
    { id: 'l', type: 'link', ...box(2000, 0), url: 'https://example.com/page', color: '#ff8800' },
  ],
  edges: [
    { id: 'e1', fromNode: 't', fromSide: 'right', toNode: 'f', toSide: 'left', toEnd: 'none', label: 'needs', color: '1' },
    { id: 'e2', fromNode: 'l', toNode: 't' },
  ],
};

const imported = (canvas: Canvas, more: Record<string, unknown> = {}): Promise<Imported> =>
  server.document<Imported>('import_canvas', { canvas, ...more });
const exported = async (document_id: string): Promise<Required<Canvas>> =>
  (await server.document<{ canvas: Required<Canvas> }>('export_canvas', { document_id })).canvas;
async function chunksOf(document_id: string): Promise<Map<string, Chunk>> {
  const { chunks } = await server.document<{ chunks: Chunk[] }>('query_chunks', { document_id });
  const full = await Promise.all(chunks.map(({ id }) => server.document<Chunk>('get_chunk', { id })));
  return new Map(full.map((chunk) => [chunk.title, chunk]));
}

test('groups are parents, texts have a title and a body, files and links a field, edges a kind', async () => {
  const result = await imported(BOARD, { title: 'Board' });
  expect(result).toMatchObject({ chunks_created: 6, edges_created: 2 });
  const chunks = await chunksOf(result.document_id);
  const parentOf = (title: string): string | undefined => [...chunks.values()].find(({ id }) => id === chunks.get(title)!.parent_id)?.title;
  expect(['Ideas', 'Group', 'First idea', 'notes/a.md', 'https://example.com/page'].map(parentOf)).toEqual([
    'Board', 'Ideas', 'Ideas', 'Group', 'Board',
  ]);
  expect(chunks.get('First idea')!.body).toBe('Some **text**.');
  expect(chunks.get('notes/a.md')!.fields.file).toBe('notes/a.md');
  expect(chunks.get('https://example.com/page')!.fields.url).toBe('https://example.com/page');
  const { rows } = await server.document<{ rows: unknown[] }>('query_chunks', {
    sql: 'SELECT f.title, kind, t.title FROM chunk_edges JOIN chunks f ON f.id = from_id JOIN chunks t ON t.id = to_id WHERE f.document_id = ? ORDER BY 1',
    args: [result.document_id],
  });
  expect(rows).toEqual([['First idea', 'needs', 'notes/a.md'], ['https://example.com/page', 'link', 'First idea']]);
  expect(await exported(result.document_id)).toEqual(BOARD);
});

test('a change of a chunk shows in its node, a new chunk stands below all with an edge from its parent', async () => {
  const { document_id } = await imported(BOARD);
  const chunks = await chunksOf(document_id);
  const idea = chunks.get('First idea')!;
  await server.document('update_chunk', { id: idea.id, revision: 1, title: 'Best idea', body: 'New.' });
  const link = chunks.get('https://example.com/page')!;
  await server.document('update_chunk', { id: link.id, revision: 1, body: 'A note.' });
  const { id } = await server.document<Chunk>('create_chunk', { document_id, parent_id: chunks.get('Ideas')!.id, title: 'Late', body: 'x' });
  const { nodes, edges } = await exported(document_id);
  expect(nodes.slice(0, 4)).toEqual([...BOARD.nodes!.slice(0, 2), { ...BOARD.nodes![2], text: '## Best idea\n\nNew.' }, BOARD.nodes![3]]);
  expect(nodes[4]).toEqual({ id: 'l', type: 'text', ...box(2000, 0), color: '#ff8800', text: '# https://example.com/page\n\nA note.' });
  expect(nodes[5]).toMatchObject({ id, type: 'text', text: '# Late\n\nx', x: 0, y: 1100 });
  expect(edges.slice(0, 2)).toEqual(BOARD.edges);
  expect(edges[2]).toEqual({ id: `parent-${id}`, fromNode: 'g', fromSide: 'right', toNode: id, toSide: 'left' });
});

test('a chunk that moved in the tree keeps its place and gets an edge; deleted ones go with their edges', async () => {
  const { document_id } = await imported(BOARD);
  const chunks = await chunksOf(document_id);
  await server.document('move_chunk', { id: chunks.get('First idea')!.id, new_parent_id: chunks.get('Group')!.id });
  await server.document('delete_chunk', { id: chunks.get('https://example.com/page')!.id });
  const canvas = await exported(document_id);
  expect(canvas.nodes).toEqual(BOARD.nodes!.slice(0, 4));
  expect(canvas.edges).toEqual([BOARD.edges![0], { id: 'parent-t', fromNode: 'inner', fromSide: 'right', toNode: 't', toSide: 'left' }]);
  const again = await imported(canvas);
  const copy = await chunksOf(again.document_id);
  expect(copy.get('First idea')!.parent_id).toBe(copy.get('Group')!.id);
  expect(await exported(again.document_id)).toEqual(canvas);
});

test('a chunk that left its group for the top is still not in it', async () => {
  const { document_id, root_chunk_id } = await imported(BOARD, { title: 'Board' });
  const { id } = (await chunksOf(document_id)).get('First idea')!;
  await server.document('move_chunk', { id, new_parent_id: root_chunk_id });
  const copy = await chunksOf((await imported(await exported(document_id))).document_id);
  expect(copy.get('First idea')!.parent_id).toBe(copy.get('Board')!.id);
});

test('edges of a document come with their kind, those to other documents stay away', async () => {
  const [a, b, x] = ['a', 'b', 'c'].map((digit) => digit.repeat(32));
  const other = await server.document<Imported>('import_md', { markdown: '# Other\n' });
  const markdown = `# Plan\n\n## A\n<!-- loom: {"id":"${a}"} -->\n\n## B\n<!-- loom: {"id":"${b}"} -->\n\n` +
    `<!-- loom-edges:\n${a} -> ${b} [blocks]\n${a} -> ${other.root_chunk_id} [see]\n${a} -> ${x} [gone]\n-->\n`;
  const { document_id } = await server.document<Imported>('import_md', { markdown });
  const chunks = await chunksOf(document_id);
  const { nodes, edges } = await exported(document_id);
  expect(nodes.map((node) => (node as CanvasNode & { type: 'text' }).text)).toEqual(['# Plan', '# A', '# B']);
  expect(edges.filter(({ label }) => label !== undefined)).toEqual([
    expect.objectContaining({ fromNode: chunks.get('A')!.id, toNode: chunks.get('B')!.id, label: 'blocks' }),
  ]);
});

test('a canvas that is added twice to a document is there twice', async () => {
  const { document_id, root_chunk_id } = await server.document<Imported>('create_document', { title: 'Plan' });
  for (const chunks_created of [5, 5]) {
    expect(await imported(BOARD, { document_id })).toEqual({ document_id, root_chunk_id, chunks_created, edges_created: 2 });
  }
  const { nodes, edges } = await exported(document_id);
  expect(new Set(nodes.map(({ id }) => id)).size).toBe(11);
  expect(new Set(edges.map(({ id }) => id)).size).toBe(edges.length);
  expect(edges.filter(({ label }) => label === 'needs').map(({ toNode }) => toNode)).toHaveLength(2);
});

test('what came from a canvas keeps its place through Markdown', async () => {
  const { document_id } = await imported(BOARD);
  const { markdown } = await server.document<{ markdown: string }>('export_md', { document_id });
  const copy = await server.document<Imported>('import_md', { markdown });
  expect(await exported(copy.document_id)).toEqual(BOARD);
});

test.each<[string, string, unknown]>([
  ['an edge to nowhere', 'invalid_input', { nodes: [BOARD.nodes![0]], edges: [{ id: 'e', fromNode: 'g', toNode: 'nope' }] }],
  ['two nodes of one id', 'invalid_input', { nodes: [BOARD.nodes![0], BOARD.nodes![0]] }],
  ['a kind of node that the format does not have', 'invalid_input', { nodes: [{ id: 'a', type: 'video', ...box(0, 0) }] }],
  ['half a pixel', 'invalid_input', { nodes: [{ ...BOARD.nodes![2], x: 0.5 }] }],
  ['a text without its text', 'missing_field', { nodes: [{ id: 'a', type: 'text', ...box(0, 0) }] }],
  ['a body past its limit', 'too_large', { nodes: [{ id: 'a', type: 'text', ...box(0, 0), text: `# a\n\n${'x'.repeat(1024 * 1024 + 1)}` }] }],
  ['groups without end', 'too_large', { nodes: Array.from({ length: 15_000 }, (_, at) => ({ id: `g${at}`, type: 'group', ...box(at, at, 20_000, 20_000) })) }],
])('%s is refused, and nothing is written', async (_name, reason, canvas) => {
  const before = await server.document('list_documents');
  const { status, body } = await server.call<RefusalBody>('import_canvas', { canvas });
  expect([status, body.reason]).toEqual([422, reason]);
  expect(await server.document('list_documents')).toEqual(before);
});

test('an empty canvas is a document, and keys that the format does not have are left out', async () => {
  const { document_id } = await imported({}, { title: 'Empty' });
  expect(await exported(document_id)).toEqual({ nodes: [], edges: [] });
  const odd = { nodes: [{ ...BOARD.nodes![2], shape: 'pill' }], edges: [], metadata: {} };
  expect(await exported((await imported(odd as Canvas)).document_id)).toEqual({ nodes: [BOARD.nodes![2]], edges: [] });
});
