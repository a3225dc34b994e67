import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestServer } from '../support/server.js';

// What the original lost or misread on its way through an import. Over HTTP: in, out, in again.

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

interface Imported {
  document_id: string;
  chunks_created: number;
}

const imported = (markdown: string): Promise<Imported> => server.document<Imported>('import_md', { markdown });
async function exported(document_id: string, include_metadata = false): Promise<string> {
  return (await server.document<{ markdown: string }>('export_md', { document_id, include_metadata })).markdown;
}

/** The text after it went in and out twice, the second time with metadata. */
async function roundTrip(markdown: string): Promise<{ text: string; chunks: number }> {
  const first = await imported(markdown);
  const second = await imported(await exported(first.document_id, true));
  expect(second.chunks_created).toBe(first.chunks_created);
  return { text: await exported(second.document_id), chunks: second.chunks_created };
}

const GFM = `# Plan

Text with **bold**, ~~struck~~, a [link](https://example.com) and an ![image](a.png "A").

## Code

\`\`\`sh
# not a heading
echo hi
\`\`\`

    # nor this

~~~~
\`\`\`
## nor that
~~~~

## Table

| a | b |
|:--|--:|
| 1 | \`|\` |

## Tasks

- [x] done
- [ ] open
  - [ ] below

## HTML

<details>
<summary>More</summary>

text in the block

</details>

<img src="x.png"
  alt="y">

[^1]: A footnote.
`;

test('GFM comes back character by character', async () => {
  expect(await roundTrip(GFM)).toEqual({ text: GFM, chunks: 5 });
});

test('D11: a # inside of a fence is no chunk', async () => {
  const { text, chunks } = await roundTrip('# Plan\n\n```sh\n# comment\n```\n\n## Next\n');
  expect([text, chunks]).toEqual(['# Plan\n\n```sh\n# comment\n```\n\n## Next\n', 2]);
});

test('D11: text before the first heading is kept, and front matter stays on top of it', async () => {
  const text = '---\ntitle: "A: b"\ntags: [x, y]\n\n# a comment\ndate: 2026-01-01\n---\n\nintro\n\n# Plan\n\nbody\n';
  expect(await roundTrip(text)).toEqual({ text, chunks: 2 });
  const { document_id } = await imported(text);
  expect(await exported(document_id, true)).toMatch(/^---\ntitle: "A: b"\n[^]*?\n---\n<!-- loom: \{"type":"preamble",[^\n]*\n\nintro\n\n# Plan\n/);
});

test.each([
  ['YAML that is a little wrong', '---\ntitle: a: b\n---\n\n# Plan\n', ['Preamble', 'Plan']],
  ['closed by three dots', '---\ntitle: a\n...\n\n# Plan\n', ['Preamble', 'Plan']],
  ['keys with colons', '---\nog:title: a\n---\n\n# Plan\n', ['Preamble', 'Plan']],
  ['a break above text and another far below', '---\nkey: v\n\n# Plan\n\ntext\n\n---\n', ['Preamble', 'Plan']],
  ['a break with a blank line under it', '---\n\n# Plan\n\nkey: v\n\n---\n', ['Preamble', 'Plan']],
  ['text without a heading', '---\ntitle: a\n---\n\ntext\n', ['Preamble', 'Untitled']],
])('front matter or a thematic break: %s', async (_name, markdown, titles) => {
  const { document_id } = await imported(markdown);
  const { chunks } = await server.document<{ chunks: { title: string }[] }>('query_chunks', { document_id });
  expect(chunks.map(({ title }) => title).sort()).toEqual([...titles].sort());
  const again = await imported(await exported(document_id));
  expect(await exported(again.document_id)).toBe(await exported(document_id));
});

test('D11: a metadata comment inside of a body is text, and changes nothing', async () => {
  const text = '# Plan\n\nSee:\n\n<!-- loom: {"type":"stolen","status":"x"} -->\n\nmore\n\n```\n<!-- loom: {"id":"1"} -->\n```\n';
  expect((await roundTrip(text)).text).toBe(text);
  const { document_id } = await imported(text);
  const { chunks } = await server.document<{ chunks: object[] }>('query_chunks', { document_id });
  expect(chunks).toHaveLength(1);
  expect(chunks[0]).not.toHaveProperty('type');
});

test('D11: an edges block that nobody closed swallows nothing', async () => {
  const text = '# Plan\n\n<!-- loom-edges:\na -> b [k]\n\ntext\n\n## Next\n\nkept\n';
  const { document_id } = await imported(text);
  expect(await exported(document_id)).toContain('kept');
  expect(await exported(document_id)).toContain('a -> b [k]');
});

test('D11: an import that fails in its last chunk leaves nothing, not even its first', async () => {
  await server.document('define_type', { name: 'day', fields: [{ name: 'n', type: 'int' }] });
  const bad = `# New\n\n${'## c\n\n'.repeat(200)}## Bad\n<!-- loom: {"type":"day","fields":{"n":"x"}} -->\n`;
  const { document_id } = await imported('# Plan\n');
  const before = await server.document('list_documents');
  for (const place of [{}, { document_id }]) {
    expect((await server.call('import_md', { markdown: bad, ...place })).status).toBe(422);
    expect(await server.document('list_documents')).toEqual(before);
  }
});
