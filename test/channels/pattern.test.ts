import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPattern, patternProblem, topicMatcher } from '../../src/channels/pattern.js';

const segment = fc.constantFrom('a', 'b', 'ab', 'a.b', 'documents', '$', '(', 'é');
const topic = fc.array(segment, { minLength: 1, maxLength: 5 });
const pattern = fc
  .tuple(fc.array(fc.oneof(segment, fc.constant('*')), { maxLength: 4 }), fc.oneof(segment, fc.constant('*'), fc.constant('**')))
  .map(([first, last]) => [...first, last]);

/** The meaning of a pattern, one segment after the other. */
function naive([first, ...rest]: readonly string[], [head, ...tail]: readonly string[]): boolean {
  if (first === undefined || head === undefined) return first === undefined && head === undefined;
  if (first === '**') return true;
  return (first === '*' || first === head) && naive(rest, tail);
}

test('D8, C8: * is one segment and ** is the rest: a matcher of many patterns says what each says for itself', () => {
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 5 }), topic, (patterns, segments) => {
      const texts = patterns.map((each) => each.join('/'));
      expect(texts.every(isPattern)).toBe(true);
      expect(topicMatcher(texts)(segments.join('/'))).toBe(patterns.some((each) => naive(each, segments)));
    }),
    { numRuns: 5000 },
  );
});

test.each([
  ['documents/**', 'documents/x/chunks', true],
  ['documents/**', 'documents/x', true],
  ['documents/**', 'documents', false],
  ['documents/**', 'documentsx/y', false],
  ['documents/*/**', 'documents/x', false],
  ['**', 'types', true],
  ['*', 'a/b', false],
])('%s on %s: %s', (pattern, topic, expected) => {
  expect(topicMatcher([pattern])(topic)).toBe(expected);
});

test.each([
  ['a/**/b', 'last segment'],
  ['**/a', 'last segment'],
  ['a/b*', 'whole segment'],
  ['***', 'whole segment'],
  ['a//b', 'not a topic'],
  ['/a', 'not a topic'],
  ['a b', 'not a topic'],
  ['', 'not a topic'],
  ['a'.repeat(513), 'at most 512'],
])('%j is refused: %s', (pattern, why) => {
  expect(patternProblem(pattern)).toContain(why);
});
