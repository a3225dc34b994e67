import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { McpClient } from '../support/mcp.js';
import { TestServer } from '../support/server.js';

// A launch plan as a model works on it with the verbs of the profile `documents`, over HTTP and through the thin client.

interface Chunk {
  id: string;
  revision: number;
  title: string;
  body?: string;
  status?: string;
  fields?: Record<string, unknown>;
  edges?: { direction: string; kind: string; id: string }[];
}
interface Conflict {
  reason: string;
  data: { current_revision: number; current: Chunk };
  next: string;
}

const PLAN = `# Launch plan

What we publish.

## Week 1

### Mastodon day 8
<!-- loom: {"type":"publication","status":"scheduled","fields":{"platform":"mastodon","date":"2026-06-24"}} -->

Template.

## Week 2

### X thread 7
<!-- loom: {"type":"publication","status":"scheduled","fields":{"platform":"x","date":"2026-07-03"}} -->
`;

const FIELDS = [
  { name: 'platform', type: 'enum', values: ['mastodon', 'x'] },
  { name: 'date', type: 'date' },
  { name: 'status', type: 'enum', values: ['scheduled', 'drafted', 'posted'] },
];

let server: TestServer;
let mcp: McpClient;
beforeAll(async () => {
  server = await TestServer.start();
});
afterEach(() => mcp.close());
afterAll(() => server.stop());

const WAYS = {
  'over HTTP': () => McpClient.connect(server, undefined, 'documents'),
  'through the thin client': () => McpClient.throughProcess(['--upstream', server.url, '--profile', 'documents']),
};

test.each(Object.keys(WAYS) as (keyof typeof WAYS)[])('a model does the whole plan with them, %s', async (way) => {
  mcp = await WAYS[way]();
  const { tools } = await mcp.client.listTools();
  const unused = new Set(tools.map(({ name }) => name));
  // From here on the client of the SDK holds every answer against the output schema of its tool.
  const call = <Result>(tool: string, input: Record<string, unknown> = {}): Promise<Result> => {
    unused.delete(tool);
    return mcp.done<Result>(tool, input);
  };

  // Scaffold.
  await call('define_type', { name: 'publication', fields: FIELDS });
  expect(await call('list_types')).toMatchObject({ types: [{ name: 'publication' }] });
  const { document_id } = await call<{ document_id: string }>('import_markdown', { markdown: PLAN });
  const { chunks: outline } = await call<{ chunks: Chunk[] }>('query_chunks', { document_id });
  const idOf = (title: string): string => outline.find((chunk) => chunk.title === title)!.id;
  const { next_cursor: begun } = await call<{ next_cursor: string }>('changes_since', { document_id });

  // What is due?
  const due = { document_id, type: 'publication', status: 'scheduled', where: { 'fields.date': { lte: '2026-06-30' } }, order: [{ by: 'fields.date' }] };
  const { chunks: [post] } = await call<{ chunks: Chunk[] }>('query_chunks', due);
  expect(post).toMatchObject({ title: 'Mastodon day 8', status: 'scheduled', fields: { platform: 'mastodon' } });

  // Draft, at the revision that was read; a person writes first.
  const read = await call<Chunk>('read_chunk', { id: post!.id });
  await server.document('update_chunk', { id: post!.id, revision: read.revision, body: 'Template, shorter.' });
  const draft = { id: post!.id, revision: read.revision, status: 'drafted', body: `${read.body!}\n\nThe draft.` };
  const refused = await mcp.call<Conflict>('write_chunk', draft);
  const { reason, data, next } = refused.structuredContent;
  expect([refused.isError, reason, data.current.body, next]).toEqual([true, 'revision_conflict', 'Template, shorter.', expect.stringContaining('data.current') as string]);
  expect(JSON.parse(refused.content[1]!.text)).toEqual({ reason, data, next });
  const written = await call<Chunk>('write_chunk', { ...draft, revision: data.current_revision, body: `${data.current.body!}\n\nThe draft.` });
  expect(written).toMatchObject({ revision: 3, status: 'drafted', body: 'Template, shorter.\n\nThe draft.' });
  expect(await call('query_chunks', due)).toEqual({ chunks: [] });
  expect(await call('search_documents', { query: 'draft', document_id })).toMatchObject({ hits: [{ id: post!.id }] });

  // Arrange: a digest below a heading of its own, linked, moved.
  const digest = await call<Chunk>('add_chunk', { document_id, title: 'Weekly digest', body: 'See [[Mastodon day 8]].' });
  const edge = { from_id: digest.id, to_id: idOf('X thread 7'), kind: 'depends-on' };
  const linked = await call<{ revision: number }>('link_chunks', edge);
  const { edges } = await call<Chunk>('read_chunk', { id: digest.id });
  expect(edges!.map(({ kind, id }) => `${kind} ${id}`).toSorted()).toEqual([`depends-on ${edge.to_id}`, `link ${post!.id}`]);
  const unlinked = await call<{ revision: number }>('unlink_chunks', { ...edge, revision: linked.revision });
  await call('move_chunk', { id: digest.id, revision: unlinked.revision, new_parent_id: idOf('Week 1'), position: 0 });

  // The text that is read goes back in, changed.
  const { markdown } = await call<{ markdown: string }>('read_document', { document_id });
  expect(markdown).toContain(`"id":"${post!.id}"`);
  expect(markdown).toContain('"revision":3');
  const back = markdown.replace('What we publish.', 'What we publish, and when.');
  expect(await call('import_markdown', { document_id, markdown: back, mode: 'merge' })).toMatchObject({ chunks_updated: 1, chunks_created: 0 });
  const plain = await call<{ markdown: string }>('read_document', { document_id, include_metadata: false });
  expect(plain.markdown).toContain('What we publish, and when.\n\n## Week 1\n\n### Weekly digest\n');
  expect(plain.markdown).not.toContain('<!--');

  // What happened: the person's write among it.
  const { changes } = await call<{ changes: { op: string; title?: string; status?: string; previous_status?: string }[] }>('changes_since', { document_id, since: begun });
  expect(changes.filter(({ title }) => title === 'Mastodon day 8').map(({ previous_status, status }) => [previous_status, status])).toEqual([
    ['scheduled', 'scheduled'],
    ['scheduled', 'drafted'],
  ]);

  const scratch = await call<{ document_id: string; root_chunk_id: string }>('create_document', { title: 'Scratch' });
  const note = await call<Chunk>('add_chunk', { document_id: scratch.document_id, title: 'Note' });
  expect(await call('delete_chunk', { id: note.id, revision: note.revision })).toMatchObject({ deleted: true });
  const { documents } = await call<{ documents: { title: string }[] }>('list_documents');
  expect(documents.map(({ title }) => title)).toEqual(expect.arrayContaining(['Launch plan', 'Scratch']));
  expect([...unused]).toEqual([]);
});

test('other conflicts say what to read again', async () => {
  mcp = await McpClient.connect(server, undefined, 'documents');
  await mcp.client.listTools();
  const { document_id } = await mcp.done<{ document_id: string }>('import_markdown', { markdown: '# Plan\n\n## Goals\n\nSell.\n' });
  const { markdown } = await mcp.done<{ markdown: string }>('read_document', { document_id });
  const { chunks } = await mcp.done<{ chunks: Chunk[] }>('query_chunks', { document_id, title: 'Goals' });
  const { id } = chunks[0]!;
  await mcp.done('write_chunk', { id, revision: 1, body: 'Sell more.' });
  const stale = await mcp.call('import_markdown', { document_id, mode: 'replace', markdown: markdown.replace('Sell.', 'Sell all.') });
  expect(stale.structuredContent).toMatchObject({
    reason: 'revision_conflict',
    data: { conflicts: [{ id, current_revision: 2 }] },
    next: expect.stringContaining('read_document') as string,
  });
  for (const [tool, input] of [['delete_chunk', {}], ['move_chunk', { position: 0 }]] as const) {
    const { structuredContent } = await mcp.call(tool, { id, revision: 1, ...input });
    expect(structuredContent).toMatchObject({ reason: 'revision_conflict', data: { current_revision: 2, current: { body: 'Sell more.' } } });
  }
});

test.each([
  ['write_chunk', { id: '0'.repeat(32) }, 'missing_field', 'write_chunk: missing required field: revision'],
  ['write_chunk', { id: '0'.repeat(32), revision: 1, colour: 'red' }, 'invalid_input', 'write_chunk: Unrecognized key: "colour"'],
  ['query_chunks', { sql: 'SELECT 1' }, 'invalid_input', 'query_chunks: Unrecognized key: "sql"'],
  ['read_document', {}, 'missing_field', 'read_document: missing required field: id or path'],
  ['read_chunk', { id: '0'.repeat(32) }, 'not_found', `read_chunk: no chunk ${'0'.repeat(32)} in this scope`],
])('%s of %j is refused in its own words', async (tool, input, reason, text) => {
  mcp = await McpClient.connect(server, undefined, 'documents');
  await mcp.client.listTools();
  const { isError, content, structuredContent } = await mcp.call(tool, input);
  expect([isError, structuredContent.reason, content[0]!.text]).toEqual([true, reason, text]);
  expect(structuredContent.next).toEqual(expect.stringContaining('.'));
});
