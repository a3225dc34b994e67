import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { TestServer } from '../support/server.js';

interface Chunk {
  id: string;
  revision: number;
}
interface Edges {
  edges: Record<string, unknown>[];
  unresolved: { kind: string; target: string }[];
}

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

/** Titles of each test are its own: links reach through the whole scope. */
let run = 0;
let T: string;
beforeEach(() => {
  T = `T${++run}`;
});

async function newDocument(title: string): Promise<{ document_id: string; root_chunk_id: string }> {
  return server.document('create_document', { title });
}
async function newChunk(document_id: string, title: string, body = ''): Promise<Chunk> {
  return server.document('create_chunk', { document_id, title, body });
}
async function update(chunk: Chunk, patch: Record<string, unknown>): Promise<void> {
  Object.assign(chunk, await server.document<Chunk>('update_chunk', { id: chunk.id, revision: chunk.revision, ...patch }));
}
/** Where the links of a chunk lead, and those that lead nowhere. */
async function out({ id }: { id: string }): Promise<unknown[]> {
  const { edges, unresolved } = await server.document<Edges>('get_edges', { id, direction: 'out' });
  return [...edges.map((edge) => edge.id), ...unresolved.map(({ target }) => `? ${target}`)];
}

test('D13: edges can be read, with both ends, kind and source', async () => {
  const { document_id, root_chunk_id } = await newDocument(`${T} Plan`);
  const target = await newChunk(document_id, `${T} Target`);
  const from = await newChunk(document_id, `${T} From`, `![[${T} target]] and [[${root_chunk_id}]] and [[${T} nowhere|x]]`);
  const end = { document_id, document_title: `${T} Plan`, created_at: expect.any(Number) as number, source: 'body' };
  const embed = { ...end, direction: 'out', kind: 'embed', id: target.id, title: `${T} Target` };
  const link = { ...end, direction: 'out', kind: 'link', id: root_chunk_id, title: `${T} Plan` };
  const { edges, unresolved } = await server.document<Edges>('get_edges', { id: from.id });
  expect([edges.length, unresolved]).toEqual([2, [{ kind: 'link', target: `${T} nowhere` }]]);
  expect(edges).toEqual(expect.arrayContaining([embed, link]));
  expect(await server.document('get_edges', { id: from.id, kind: 'embed' })).toEqual({ edges: [embed], unresolved: [] });
  expect(await server.document('get_edges', { id: target.id, direction: 'in' })).toEqual({
    edges: [{ ...embed, direction: 'in', id: from.id, title: `${T} From` }],
    unresolved: [],
  });
});

test('pages of get_edges are complete: first what leaves, then what arrives', async () => {
  const { document_id, root_chunk_id: id } = await newDocument(T);
  const others = await Promise.all([1, 2, 3].map((n) => newChunk(document_id, `${T} ${n}`, `[[${T}]]`)));
  await server.document('update_chunk', { id, revision: 1, body: others.map((chunk) => `[[${chunk.id}]]`).join(' ') });
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page: Edges & { next_cursor?: string } = await server.document('get_edges', { id, limit: 2, ...(cursor ? { cursor } : {}) });
    seen.push(...page.edges.map((edge) => `${edge.direction as string} ${edge.id as string}`));
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  const ids = others.map((chunk) => chunk.id).sort();
  expect(seen).toEqual([...ids.map((each) => `out ${each}`), ...ids.map((each) => `in ${each}`)]);
});

test('a link is unresolved until a chunk has its title, and again when it has it no more', async () => {
  const { document_id } = await newDocument(`${T} Home`);
  const from = await newChunk(document_id, `${T} From`, `[[${T} Été]]`);
  expect(await out(from)).toEqual([`? ${T} Été`]);
  const other = await newDocument(`${T} Other`);
  const target = await newChunk(other.document_id, `${T} E\u0301TE\u0301`);
  expect(await out(from)).toEqual([target.id]);
  await update(target, { title: `${T} Winter` });
  expect(await out(from)).toEqual([`? ${T} Été`]);
  await update(target, { title: `${T} été` });
  expect(await out(from)).toEqual([target.id]);
  await server.document('delete_document', { id: other.document_id });
  expect(await out(from)).toEqual([`? ${T} Été`]);
  await server.document('import_md', { markdown: `# ${T} Import\n\n## ${T} été\n` });
  expect(await out(from)).not.toEqual([`? ${T} Été`]);
});

test('a link by id keeps its target through a rename', async () => {
  const { document_id } = await newDocument(`${T} Home`);
  const target = await newChunk(document_id, `${T} Target`);
  const from = await newChunk(document_id, `${T} From`, `[[${target.id}]] [[${document_id}]]`);
  const before = await out(from);
  expect(before).toHaveLength(2);
  await update(target, { title: `${T} Renamed` });
  expect(await out(from)).toEqual(before);
  await server.document('delete_chunk', { id: target.id });
  expect(await out(from)).toEqual([...before.filter((id) => id !== target.id), `? ${target.id}`]);
});

test('a title is sought in the own document first, then the oldest of the scope counts', async () => {
  const [old, young] = [await newDocument(`${T} old`), await newDocument(`${T} young`)];
  const first = await newChunk(old.document_id, `${T} Summary`);
  const second = await newChunk(old.document_id, `${T} Summary`);
  const from = await newChunk(young.document_id, `${T} From`, `[[${T} Summary]]`);
  expect(await out(from)).toEqual([first.id]);
  const own = await newChunk(young.document_id, `${T} Summary`);
  expect(await out(from)).toEqual([own.id]);
  await update(own, { title: `${T} Else` });
  await update(first, { title: `${T} Else` });
  expect(await out(from)).toEqual([second.id]);
  await update(first, { title: `${T} Summary` });
  expect(await out(from)).toEqual([first.id]);
});

test('[[document#heading]] follows the titles of both', async () => {
  const [plan, other] = [await newDocument(`${T} Plan`), await newDocument(`${T} Other`)];
  const day = await newChunk(plan.document_id, `${T} Day`);
  const from = await newChunk(other.document_id, `${T} From`, `[[${T} Plan#${T} Day]]`);
  expect(await out(from)).toEqual([day.id]);
  const root = await server.document<Chunk>('get_chunk', { id: plan.root_chunk_id });
  await update(root, { title: `${T} Changed` });
  expect(await out(from)).toEqual([`? ${T} Plan#${T} Day`]);
  await update(root, { title: `${T} plan` });
  expect(await out(from)).toEqual([day.id]);
  // A title that is the whole of it goes before, wherever it is.
  const whole = await newChunk((await newDocument(`${T} Third`)).document_id, `${T} Plan#${T} Day`);
  expect(await out(from)).toEqual([whole.id]);
  await server.document('delete_chunk', { id: whole.id });
  expect(await out(from)).toEqual([day.id]);
  await server.document('delete_document', { id: plan.document_id });
  expect(await out(from)).toEqual([`? ${T} Plan#${T} Day`]);
});

test('[[#heading]] stays in its document', async () => {
  const [plan, other] = [await newDocument(`${T} Plan`), await newDocument(`${T} Other`)];
  await newChunk(other.document_id, `${T} Day`);
  const from = await newChunk(plan.document_id, `${T} From`, `[[#${T} Day]]`);
  expect(await out(from)).toEqual([`? #${T} Day`]);
  const day = await newChunk(plan.document_id, `${T} Day`);
  expect(await out(from)).toEqual([day.id]);
});

test('an edge that a body and a call make is one, and stays while either holds it', async () => {
  const { document_id, root_chunk_id } = await newDocument(T);
  const from = await newChunk(document_id, `${T} From`, `[[${T}]] [[${root_chunk_id}]]`);
  const edge = { from_id: from.id, to_id: root_chunk_id, kind: 'link' };
  const sources = async (): Promise<unknown[]> =>
    (await server.document<Edges>('get_edges', { id: from.id })).edges.map(({ source }) => source);
  const write = async (body: string): Promise<void> => {
    const { revision } = await server.document<Chunk>('get_chunk', { id: from.id });
    await server.document('update_chunk', { id: from.id, revision, body });
  };
  await server.document('unlink_chunks', edge);
  expect(await sources()).toEqual(['body']);
  await server.document('link_chunks', edge);
  expect(await sources()).toEqual(['op']);
  await write('none');
  expect(await sources()).toEqual(['op']);
  await write(`[[${T}]]`);
  expect(await sources()).toEqual(['op']);
  await server.document('unlink_chunks', edge);
  expect(await sources()).toEqual(['body']);
  await write('none');
  expect(await sources()).toEqual([]);
});

test('the trailer of an export has the edges that were made, not those of bodies', async () => {
  const [r, b] = ['a'.repeat(32), 'b'.repeat(32)];
  const markdown = `# ${T}\n<!-- loom: {"id":"${r}"} -->\n[[${T} B]]\n## ${T} B\n<!-- loom: {"id":"${b}"} -->\n[[${T}]]
<!-- loom-edges:\n${r} -> ${b} [link]\n${r} -> ${b} [cites]\n-->\n`;
  const { document_id, root_chunk_id } = await server.document<{ document_id: string; root_chunk_id: string }>('import_md', { markdown });
  const { edges } = await server.document<Edges>('get_edges', { id: root_chunk_id });
  expect(edges.map(({ direction, kind, source }) => [direction, kind, source])).toEqual([
    ['out', 'cites', 'op'],
    ['out', 'link', 'op'],
    ['in', 'link', 'body'],
  ]);
  const exported = await server.document<{ markdown: string }>('export_md', { document_id });
  expect(exported.markdown.split('\n').filter((line) => line.includes(' -> '))).toEqual([
    expect.stringContaining('[cites]'),
    expect.stringContaining('[link]'),
  ]);
});

test.each([
  ['get_edges', { id: '0'.repeat(32) }, 'not_found'],
  ['get_edges', { id: '0'.repeat(32), cursor: 'x' }, 'not_found'],
  ['backlinks', {}, 'invalid_input'],
  ['backlinks', { id: '0'.repeat(32), document_id: '0'.repeat(32) }, 'invalid_input'],
  ['backlinks', { document_id: '0'.repeat(32) }, 'not_found'],
  ['unlinked_mentions', { id: '0'.repeat(32) }, 'not_found'],
  ['list_tags', { cursor: 'eA' }, 'invalid_input'],
  ['list_tags', { document_id: '0'.repeat(32) }, 'not_found'],
])('%s refuses %j as %s', async (op, input, reason) => {
  const { status, body } = await server.call(op, input);
  expect([status, body.reason]).toEqual([422, reason]);
});
