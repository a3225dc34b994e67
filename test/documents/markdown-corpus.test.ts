import { describe, expect, it } from 'vitest';
import { parseMarkdown, renderMarkdown, type MarkdownChunk } from '../../src/documents/markdown/index.js';
import { largestMarkdownFiles } from '../support/corpus.js';

const CORPUS_SIZE = 60;

function withoutIds({ id: _id, children, ...chunk }: MarkdownChunk): MarkdownChunk {
  return { ...chunk, children: children.map(withoutIds) };
}

function everyChunk(chunk: MarkdownChunk): MarkdownChunk[] {
  return [chunk, ...chunk.children.flatMap(everyChunk)];
}

/** Non-blank source lines that neither stand in a body nor make up a title. */
function lostLines(text: string, root: MarkdownChunk): string[] {
  const chunks = everyChunk(root);
  const bodyLines = new Set(chunks.flatMap(({ body }) => body.split('\n')));
  const titles = new Set(chunks.map(({ title }) => title));
  const isKept = (line: string): boolean => {
    if (bodyLines.has(line) || titles.has(line.trim()) || /^ {0,3}(?:=+|-+)\s*$/.test(line)) return true;
    const heading = /^ {0,3}#{1,6}(?:[ \t]+(.*?))??(?:[ \t]+#+)?[ \t]*$/.exec(line);
    return heading !== null && titles.has(heading[1]?.trim() || 'Untitled');
  };
  return text.split(/\r\n?|\n/).filter((line) => line.trim() !== '' && !isKept(line));
}

const files = largestMarkdownFiles(CORPUS_SIZE);

describe('the largest Markdown files of the installed packages', () => {
  it('are enough to prove something', () => {
    expect(files).toHaveLength(CORPUS_SIZE);
  });

  it.each(files)('$name', ({ text: source }) => {
    const text = source.replace(/^\uFEFF/, '');
    const tree = parseMarkdown(text);
    expect(lostLines(text, tree.root)).toEqual([]);
    expect(withoutIds(parseMarkdown(renderMarkdown(tree)).root)).toEqual(withoutIds(tree.root));
    expect(withoutIds(parseMarkdown(renderMarkdown(tree, { metadata: false })).root)).toEqual(withoutIds(tree.root));
  });
});
