import { expect, test } from 'vitest';
import { misses } from '../../eval/counts.js';
import { evaluateReporter } from '../../eval/reporter/evaluate.js';

test('20 plans: the figures are those counted by hand, and no paragraph says what they do not', async () => {
  const evaluation = await evaluateReporter();
  expect(misses(evaluation)).toEqual([]);
  expect(evaluation.outcomes).toHaveLength(20);
  expect(evaluation.counts).toEqual({
    'figures right': { right: 20, of: 20 },
    'figures shown': { right: 20, of: 20 },
    'table adds up': { right: 20, of: 20 },
    'nothing invented': { right: 20, of: 20 },
    'writer right': { right: 20, of: 20 },
    'faults told': { right: 13, of: 13 },
    'no needless repair': { right: 13, of: 13 },
  });
});
