import { expect, test } from 'vitest';
import { misses } from '../../eval/counts.js';
import { evaluateDrafter } from '../../eval/drafter/evaluate.js';

test('20 publications: ceilings, link, facts and status are right, and each fault goes back to the model', async () => {
  const evaluation = await evaluateDrafter();
  expect(misses(evaluation)).toEqual([]);
  expect(evaluation.outcomes).toHaveLength(20);
  expect(evaluation.counts).toEqual({
    'ceilings kept': { right: 17, of: 17 },
    'link present': { right: 17, of: 17 },
    'nothing invented': { right: 17, of: 17 },
    'status right': { right: 20, of: 20 },
    'faults told': { right: 18, of: 18 },
    'no needless repair': { right: 18, of: 18 },
    'brief kept': { right: 6, of: 6 },
  });
});
