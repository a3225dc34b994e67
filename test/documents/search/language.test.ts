import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createChunk } from '../../../src/documents/chunks.js';
import { createDocument } from '../../../src/documents/documents.js';
import { parseQuery, toFts5 } from '../../../src/documents/search/language.js';
import { search } from '../../../src/documents/search/search.js';
import { MARK_END, MARK_START, snippetOf } from '../../../src/documents/search/snippet.js';
import { words } from '../../../src/documents/search/words.js';
import { TestScope } from '../../support/scope.js';

let scope: TestScope;
let document: string;
beforeAll(() => {
  scope = new TestScope();
  document = scope.batch((tx) => createDocument(tx, 'd')).id;
});
afterAll(() => scope.close());

test.each([
  ['launch day', '("launch" AND "day")'],
  ['a OR b c', '("a" OR ("b" AND "c"))'],
  ['a OR b AND c', '("a" OR ("b" AND "c"))'],
  ['a AND b NOT c d', '("a" AND ("b" NOT (("c" AND "d"))))'],
  ['(a OR b) c', '(("a" OR "b") AND "c")'],
  ["don't", '"don t"'],
  ['well-kno*', '"well kno" *'],
  ['or and not', '("or" AND "and" AND "not")'],
  ['f()', '"f"'],
  ['a OR', '("a" AND "or")'],
  ['北京 x', '("北 京" AND "x")'],
  ['ﬁne Ｆｕｌｌ ΟΔΟΣ Straße', '("fine" AND "full" AND "οδοσ" AND "strasse")'],
])('%s means %s', (text, expected) => {
  expect(toFts5(parseQuery(text)!)).toBe(expected);
});

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.array(fc.constantFrom('a', '"', '(', ')', 'AND', 'OR', 'NOT', '*', "'", '-', '北', '🚀', 'ก', ' ', '^', ':', '+', '\\', '\u0000', '\ud800'), { maxLength: 30 }).map((parts) => parts.join(' ')),
  fc.string({ unit: 'binary', maxLength: 60 }),
);

test('D12: no text is an error as a query', () => {
  fc.assert(
    fc.property(text, (query) => {
      scope.batch((tx) => search(tx, { query, document_id: document }, 5, undefined));
    }),
    { numRuns: 1000 },
  );
});

test('D12: a text without operators finds the chunk that has it as its body', () => {
  fc.assert(
    fc.property(
      text.filter((query) => !/\b(AND|OR|NOT)\b|\*/.test(query) && !words(query).next().done),
      (body) => {
        const { id } = scope.batch((tx) => createChunk(tx, { document_id: document, title: 't', body }));
        const { hits } = scope.batch((tx) => search(tx, { query: body, document_id: document }, 100, undefined));
        if (hits.length < 100) expect(hits.map((hit) => hit.id)).toContain(id);
      },
    ),
    { numRuns: 300 },
  );
});

test('D12: a snippet is the text around its hits, on one line, and marks are never those of the author', () => {
  const phrases = [{ kind: 'phrase' as const, words: ['hit'], prefix: false }];
  const body = `${'before '.repeat(80)}the \u0002hit\u0003 and\n\nthe HIT${' after'.repeat(80)}`;
  const snippet = snippetOf(body, phrases)!;
  expect(snippet).toContain(`the ${MARK_START}hit${MARK_END} and the ${MARK_START}HIT${MARK_END} after`);
  expect(snippet.startsWith('…') && snippet.endsWith('…') && snippet.length < 260).toBe(true);
});

test('D12: for any text, a snippet has its marks in pairs and lets no half of a character through', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'b ', '🚀', '北', '\u0002', '\u0003', '\n', 'é'), { maxLength: 400 }), (parts) => {
      const snippet = snippetOf(parts.join(''), [
        { kind: 'phrase', words: ['北', '北'], prefix: false },
        { kind: 'phrase', words: ['a'], prefix: true },
      ]);
      if (snippet === undefined) return;
      expect(snippet.replaceAll(/\u0002[^\u0002\u0003]+\u0003/g, '')).not.toMatch(/[\u0002\u0003]/);
      expect(snippet).toMatch(/\u0002/);
      expect(snippet).not.toMatch(/\p{Cs}/u);
    }),
  );
});
