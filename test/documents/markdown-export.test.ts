import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseMarkdown, type MarkdownChunk } from '../../src/documents/markdown/index.js';
import { DirectScope } from '../support/direct-scope.js';
import { TestServer } from '../support/server.js';

// An export is one snapshot of the whole document, whatever its size and whoever writes meanwhile.

let server: TestServer;
let scope: DirectScope;
beforeAll(async () => {
  server = await TestServer.start();
  scope = new DirectScope();
});
afterAll(async () => {
  scope.close();
  await server.stop();
});

interface Imported {
  document_id: string;
  root_chunk_id: string;
}
interface Exported {
  markdown: string;
}
interface Chunk {
  id: string;
  title: string;
  revision: number;
}

function everyChunk(chunk: MarkdownChunk): MarkdownChunk[] {
  return [chunk, ...chunk.children.flatMap(everyChunk)];
}
const list = (text: string): MarkdownChunk[] => everyChunk(parseMarkdown(text).root);

test('D10: an export while others write is one snapshot', async () => {
  const writers = 4;
  const rounds = 25;
  // Each writer has a chunk at the end and one at the beginning, with others between.
  const title = (at: number): string => (at < writers ? `first ${at}` : at >= 400 - writers ? `last ${399 - at}` : `c${at}`);
  const sections = Array.from({ length: 400 }, (_, at) => `## ${title(at)}\n\n0\n`);
  const { document_id } = await server.document<Imported>('import_md', { markdown: `# Plan\n\n${sections.join('\n')}` });
  const { chunks } = await server.document<{ chunks: Chunk[] }>('query_chunks', { document_id, limit: 1000 });
  const idOf = new Map(chunks.map((chunk) => [chunk.title, chunk.id]));

  let writing = writers;
  const write = async (writer: number): Promise<void> => {
    for (let round = 1; round <= rounds; round++) {
      // The last first: a reader that walks the document meets them the other way round.
      for (const name of [`last ${writer}`, `first ${writer}`]) {
        await server.document('update_chunk', { id: idOf.get(name), revision: round, body: String(round) });
      }
      await server.document('move_chunk', { id: idOf.get(`c${200 + writer}`), position: round % 2 === 0 ? 0 : 399 });
    }
    writing -= 1;
  };
  let exports = 0;
  const read = async (): Promise<void> => {
    while (writing > 0) {
      const { markdown } = await server.document<Exported>('export_md', { document_id });
      const now = list(markdown);
      expect(new Set(now.map(({ id }) => id)).size).toBe(401);
      expect(now).toHaveLength(401);
      const bodies = new Map(now.map((chunk) => [chunk.title, Number(chunk.body)]));
      for (let writer = 0; writer < writers; writer++) {
        expect([0, 1]).toContain(bodies.get(`last ${writer}`)! - bodies.get(`first ${writer}`)!);
      }
      exports += 1;
    }
  };
  await Promise.all([read(), read(), ...Array.from({ length: writers }, (_, writer) => write(writer))]);
  expect(exports).toBeGreaterThan(5);
});

test('D10: 12,000 chunks are exported, and imported again', async () => {
  const sections = Array.from({ length: 11_999 }, (_, at) => `${'#'.repeat(2 + (at % 5))} c${at}\n\ntext\n`);
  const markdown = `# Plan\n\n${sections.join('\n')}`;
  const { document_id } = await server.document<Imported>('import_md', { markdown });
  const plain = await server.document<Exported>('export_md', { document_id, include_metadata: false });
  expect(plain.markdown).toBe(markdown);
  const full = await server.document<Exported>('export_md', { document_id });
  const result = await server.document('import_md', { document_id, markdown: full.markdown, mode: 'replace' });
  expect(result).toMatchObject({ chunks_unchanged: 12_000 });
});

test('D10: what an export reads does not grow with the document', () => {
  const reads = (markdown: string): number => {
    const { document_id } = scope.document<Imported>('import_md', { markdown });
    let count = 0;
    const { get, all } = scope.db;
    scope.db.get = function <Row>(...args: Parameters<typeof get>): Row | undefined {
      count += 1;
      return get.apply(this, args) as Row | undefined;
    };
    scope.db.all = function <Row>(...args: Parameters<typeof all>): Row[] {
      count += 1;
      return all.apply(this, args) as Row[];
    };
    scope.document('export_md', { document_id });
    Object.assign(scope.db, { get, all });
    return count;
  };
  expect(reads(`# Plan\n\n${'## c\n\ntext\n\n'.repeat(500)}`)).toBe(reads('# Plan\n'));
});

test('D10: a chunk whose parent is gone is not left out', () => {
  const { document_id } = scope.document<Imported>('import_md', { markdown: '# Plan\n\n## A\n\n### Lost\n\n## B\n' });
  scope.db.run("DELETE FROM chunks WHERE document_id = ? AND title = 'A'", document_id);
  const { markdown } = scope.document<Exported>('export_md', { document_id, include_metadata: false });
  expect(markdown.match(/^## .*$/gm)!.sort()).toEqual(['## B', '## Lost']);
});

test('D10: chunks below the sixth level come back to their parents', () => {
  const { document_id, root_chunk_id } = scope.document<Imported>('import_md', { markdown: '# 1\n' });
  const makeBelow = (parent_id: string, title: string): string =>
    scope.document<Chunk>('create_chunk', { document_id, parent_id, title }).id;
  let parent = root_chunk_id;
  for (let depth = 2; depth <= 12; depth++) {
    parent = makeBelow(parent, String(depth));
    if (depth > 6) makeBelow(parent, `${depth + 1}b`);
  }
  const outline = (chunk: MarkdownChunk): unknown => [chunk.title, ...chunk.children.map(outline)];
  const { markdown } = scope.document<Exported>('export_md', { document_id });
  const again = scope.document<Imported>('import_md', { markdown });
  const second = scope.document<Exported>('export_md', { document_id: again.document_id });
  expect(outline(parseMarkdown(second.markdown).root)).toEqual(outline(parseMarkdown(markdown).root));
  expect(markdown.match(/^#+ /gm)!.every((marks) => marks.length <= 7)).toBe(true);
  expect(JSON.stringify(outline(parseMarkdown(markdown).root))).toContain('["11",["12b"],["12",["13b"]]]');
});
