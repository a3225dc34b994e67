import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseMarkdown, type MarkdownChunk } from '../../src/documents/markdown/index.js';
import { largestMarkdownFiles } from '../support/corpus.js';
import { TestServer, type RefusalBody } from '../support/server.js';
import { Subscriber } from '../support/socket.js';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

interface Imported {
  document_id: string;
  root_chunk_id: string;
  chunks_created: number;
}

/** A tree without its ids, which are always fresh. */
function shape({ id: _id, children, ...rest }: MarkdownChunk): unknown {
  return { ...rest, children: children.map(shape) };
}

test.each(largestMarkdownFiles(6))('$name imports, and exports back to text that imports to the same tree', async ({ text }) => {
  const first = await server.document<Imported>('import_md', { markdown: text });
  const { markdown } = await server.document<{ markdown: string }>('export_md', { document_id: first.document_id });
  expect(shape(parseMarkdown(markdown).root)).toEqual(shape(parseMarkdown(text).root));
  const second = await server.document<Imported>('import_md', { markdown });
  expect(second.chunks_created).toBe(first.chunks_created);
  const again = await server.document<{ markdown: string }>('export_md', { document_id: second.document_id, include_metadata: false });
  const before = await server.document<{ markdown: string }>('export_md', { document_id: first.document_id, include_metadata: false });
  expect(again.markdown).toBe(before.markdown);
});

test('an import that breaks a type leaves nothing behind, not in the file and not in the log', async () => {
  await server.document('define_type', { name: 'day', fields: [{ name: 'date', type: 'date', required: true }] });
  const reader = await Subscriber.open(server);
  const { seq: head } = await reader.subscribe('a', 'documents/*/chunks');
  const before = await server.document<{ documents: unknown[] }>('list_documents');
  const good = '# Plan\n\n## One\n<!-- loom: {"type":"day","fields":{"date":"2026-06-30"}} -->\n\n';
  const bad = `${good}## Two\n<!-- loom: {"type":"day","fields":{"date":"soon"}} -->\n`;
  const { status, body } = await server.call<RefusalBody>('import_md', { markdown: bad });
  expect([status, body.reason]).toEqual([422, 'invalid_field']);
  expect(body.data).toMatchObject({ field: 'date', value: 'soon' });
  expect(await server.document('list_documents')).toEqual(before);
  const { document_id } = await server.document<Imported>('import_md', { markdown: good });
  const event = await reader.until(() => reader.events[0]);
  // Before it comes the event of its name.
  expect([event.seq, event.payload.document_id]).toEqual([head! + 2, document_id]);
  await reader.close();
});

test('type, status and fields come from the metadata, and edges find their new ends', async () => {
  const [a, b] = ['a'.repeat(32), 'b'.repeat(32)];
  const markdown =
    `# Plan\n\n## A\n<!-- loom: {"id":"${a}","type":"note","status":"open","fields":{"n":1}} -->\n\ntext\n\n` +
    `## B\n<!-- loom: {"id":"${b}"} -->\n\n<!-- loom-edges:\n${a} -> ${b} [depends-on]\n-->\n`;
  const { document_id } = await server.document<Imported>('import_md', { markdown });
  const { rows } = await server.document<{ rows: unknown[][] }>('query_chunks', {
    sql: `SELECT f.title, f.type, f.status, f.fields->>'n', e.kind, t.title FROM chunk_edges e
      JOIN chunks f ON f.id = e.from_id JOIN chunks t ON t.id = e.to_id WHERE f.document_id = ?`,
    args: [document_id],
  });
  expect(rows).toEqual([['A', 'note', 'open', 1, 'depends-on', 'B']]);
});

test('an import into an existing document lands below the parent that it names', async () => {
  const { document_id } = await server.document<Imported>('import_md', { markdown: '# Plan\n\n## Notes\n' });
  const { chunks } = await server.document<{ chunks: { id: string; title: string }[] }>('query_chunks', { document_id });
  const parent_id = chunks.find((chunk) => chunk.title === 'Notes')!.id;
  await server.document('import_md', { document_id, parent_id, markdown: 'before\n\n# New\n\n## Below\n' });
  const { markdown } = await server.document<{ markdown: string }>('export_md', { document_id, include_metadata: false });
  expect(markdown).toMatch(/^# Plan\n\n## Notes\n\n### New\n/);
  expect(markdown).toContain('before');
});

test.each([
  ['title', `# Plan\n\n## ${'x'.repeat(3000)}\n`],
  ['body', `# Plan\n\n## A\n\n${'x'.repeat(1024 * 1024 + 1)}\n`],
  ['type', `# Plan\n<!-- loom: {"type":"${'x'.repeat(65)}"} -->\n`],
])('a %s past its limit is refused, as it would be in a call', async (what, markdown) => {
  const { status, body } = await server.call<RefusalBody>('import_md', { markdown });
  expect([status, body.reason, body.data.what]).toEqual([422, 'too_large', what]);
});

test('a blank text is refused', async () => {
  const { status, body } = await server.call<RefusalBody>('import_md', { markdown: ' \n' });
  expect([status, body.reason]).toEqual([422, 'invalid_input']);
});

test('a title may be given, also to a text without a heading', async () => {
  const { document_id } = await server.document<Imported>('import_md', { markdown: 'just text', title: 'Named' });
  expect(await server.document('get_document', { id: document_id })).toMatchObject({ title: 'Named' });
});
