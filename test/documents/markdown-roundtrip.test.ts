import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseMarkdown,
  renderMarkdown,
  type MarkdownChunk,
  type MarkdownEdge,
} from '../../src/documents/markdown/index.js';

/** Lines chosen to be misread once a heading, a fence or another body comes next to them. */
const NASTY_LINES = [
  '', '', ' ', '\t', 'text', '  text  ', 'text\u2028# text', '# heading', '## heading ##', '   ### indented', '    # code', '\t# tab',
  '#', '#tag', '===', '---', '-', '=', '  ---  ', '- - -', '***', '```', '````js', '~~~', '  ```', '> quote', '> ```', '> # quoted',
  '- item', '- ```', '- # in item', '1. one', '  lazy', '[ref]: /url "title', '[ref]: /url', "'", '<div>', '</div>', '<pre>', '</pre>',
  '<script>', '<?php', '?>', '<!DOCTYPE', '<![CDATA[', ']]>', '<!--', '-->', '<!-- comment -->', '<a href="x">', '| a | b |', '|---|---|',
  'key: value', '# yaml comment', '...', '<!-- loom: {} -->', '<!-- loom: {"type":"preamble"} -->', '<!-- loom: {"id":"x" -->',
  '<!-- loom: {"verbatim":true,"end":"e"} -->', '<!-- /loom:e -->', '<!-- loom-edges:', 'a -> b [k]', '"a" -> b ["]"]', '\uFEFF', '\\', '&nbsp;',
];

const line = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...NASTY_LINES) }, fc.string({ unit: 'binary', maxLength: 8 }));
const body = fc
  .array(line, { maxLength: 7 })
  .map((lines) => lines.join('\n').replace(/[\r\0]/g, ''));

const ODD_TITLES = [
  '#', '##', '# #', '\\#', '\\', 'C#', 'C #', 'C ##', 'C \\#', 'C \\\\##', 'a\t#', '=', '===', '---', '-', '1. one', '2024', '- item', '> quote',
  '<b>html</b>', '<!-- loom: {} -->', '<!--', '-->', '🎉 party 🎉', '```', '[a]: b', 'Untitled', 'Preamble', '&#35;', 'a  b', '*', '\\# a',
];
const title = fc
  .oneof(fc.constantFrom(...ODD_TITLES), fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom('#', '\\', ' ', 'a', '\t') }))
  .map((text) => text.replace(/[\r\n\u2028\u2029\0]/g, ' ').trim() || 'Untitled');

const word = fc.oneof(fc.constantFrom('task', 'preamble', '-->', ''), fc.string());
const properties = {
  id: fc.option(fc.stringMatching(/^[0-9a-f]{32}$/), { nil: undefined }),
  type: fc.option(word, { nil: undefined }),
  status: fc.option(word, { nil: undefined }),
  fields: fc.option(
    fc.dictionary(fc.oneof(word, fc.constant('__proto__')), fc.oneof(word, fc.jsonValue()), { maxKeys: 3 }),
    { nil: undefined },
  ),
};

const { tree: chunk } = fc.letrec<{ tree: MarkdownChunk }>((tie) => ({
  tree: fc.record({
    ...properties,
    title,
    body,
    children: fc.oneof({ depthSize: 'small' }, fc.constant<MarkdownChunk[]>([]), fc.array(tie('tree'), { maxLength: 4 })),
  }),
}));

/** A line of descendants, so that depths far past six are common. */
const deepChunk = fc.array(chunk, { minLength: 1, maxLength: 12 }).map((chunks) =>
  chunks.reduceRight((below, above) => ({ ...above, children: [...above.children, below] })),
);

const oddText = fc.oneof(fc.constantFrom('-->', 'a -> b', ']', '"', 'a b', '', '\n', ' x '), fc.string({ unit: 'binary' }));
const edges = fc.array(fc.record<MarkdownEdge>({ from: oddText, to: oddText, kind: oddText }), { maxLength: 3 });

describe('a tree written as Markdown', () => {
  it('is read back unchanged whatever its bodies hold', () => {
    fc.assert(
      fc.property(fc.oneof(chunk, deepChunk), edges, (root, list) => {
        const tree = { root, edges: list };
        expect(parseMarkdown(renderMarkdown(tree))).toEqual(JSON.parse(JSON.stringify(tree)));
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps every body exactly when a first child is the preamble', () => {
    fc.assert(
      fc.property(body, title, properties.status, body, (text, name, status, rootBody) => {
        const preamble = { title: name, type: 'preamble', ...(status !== undefined && { status }), body: text, children: [] };
        const tree = { root: { title: 'Root', body: rootBody, children: [preamble] }, edges: [] };
        expect(parseMarkdown(renderMarkdown(tree))).toEqual(tree);
      }),
      { numRuns: 2000 },
    );
  });

  it('is stable: any text, once read and written, is read the same again', () => {
    fc.assert(
      fc.property(body, (text) => {
        fc.pre(text.trim() !== '');
        const tree = parseMarkdown(text);
        expect(parseMarkdown(renderMarkdown(tree))).toEqual(tree);
      }),
      { numRuns: 3000 },
    );
  });
});
