import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPattern, topicMatcher } from '../../src/channels/pattern.js';
import { afterPrefix, isKey, memoryTopic } from '../../src/memory/keys.js';
import { mergePatch } from '../../src/memory/json.js';

const text = fc.string({ unit: 'binary', maxLength: 6 }).filter((each) => isKey(each));

/** As SQLite compares texts. */
function less(a: string, b: string): boolean {
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
}

test('the keys from a prefix up to what comes after it are those that begin so', () => {
  const ends = fc.constantFrom('a', 'Z', '\ud7ff', '\u{10ffff}', '\u{10ffff}\u{10ffff}');
  fc.assert(
    fc.property(fc.oneof(text, ends), fc.oneof(text, ends), fc.boolean(), (prefix, other, below) => {
      const key = below ? prefix + other : other;
      const end = afterPrefix(prefix);
      const inRange = !less(key, prefix) && (end === undefined || less(key, end));
      expect(inRange).toBe(key.startsWith(prefix));
    }),
    { numRuns: 5000 },
  );
});

test('every key has a topic of its own, which memory/* matches', () => {
  const key = fc.oneof(text, fc.constantFrom('a/b', 'a%2Fb', 'a b', '*', 'a\u3000b', '%'));
  const matches = topicMatcher(['memory/*']);
  fc.assert(
    fc.property(key, key, (a, b) => {
      expect(isPattern(memoryTopic(a))).toBe(true);
      expect(matches(memoryTopic(a))).toBe(true);
      expect(memoryTopic(a) === memoryTopic(b)).toBe(a === b);
    }),
    { numRuns: 3000 },
  );
});

// The cases of RFC 7396, appendix A.
test.each([
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [['a', 'b'], ['c', 'd'], ['c', 'd']],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])('merging into %j the patch %j gives %j', (target, patch, merged) => {
  expect(mergePatch(target, patch)).toEqual(merged);
});
