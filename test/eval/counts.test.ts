import { expect, test } from 'vitest';
import { countUp, misses, reached } from '../../eval/counts.js';

test('a miss is counted, named, and fails the evaluation; what cannot be asked of a case is not counted', () => {
  const good = { name: 'a', marks: { link: true, status: true }, text: '' };
  const bad = { name: 'b', marks: { link: undefined, status: false }, text: '' };
  const evaluation = countUp('set', [good, bad]);
  expect(evaluation.counts).toEqual({ link: { right: 1, of: 1 }, status: { right: 1, of: 2 } });
  expect(misses(evaluation)).toEqual(['b: status']);
  expect([reached(evaluation), reached(countUp('set', [good]))]).toEqual([false, true]);
});
