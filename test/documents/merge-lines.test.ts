import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeLines } from '../../src/documents/merge-lines.js';

const text = fc.array(fc.constantFrom('', 'a', 'b', 'c', 'd'), { minLength: 1, maxLength: 12 }).map((lines) => lines.join('\n'));

test('what one side left alone comes out as the other wrote it', () => {
  fc.assert(
    fc.property(text, text, (base, changed) => {
      expect(mergeLines(base, changed, base)).toEqual({ text: changed });
      expect(mergeLines(base, base, changed)).toEqual({ text: changed });
      expect(mergeLines(base, changed, changed)).toEqual({ text: changed });
    }),
  );
});

test('the outcome does not depend on whose changes are mine', () => {
  fc.assert(
    fc.property(text, text, text, (base, mine, theirs) => {
      const one = mergeLines(base, mine, theirs);
      const other = mergeLines(base, theirs, mine);
      const swapped =
        'text' in one ? one : { conflicts: one.conflicts.map(({ base, mine, theirs }) => ({ base, mine: theirs, theirs: mine })) };
      expect(other).toEqual(swapped);
    }),
  );
});

test('changes of different lines merge, each line as its author wrote it', () => {
  const edit = fc.constantFrom('keep', 'change', 'remove', 'add');
  const edits = fc.array(fc.record({ by: fc.constantFrom('mine', 'theirs'), edit }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(edits, (edits) => {
      const base = edits.map((_, n) => `line ${n}`);
      // Every line belongs to one side, which alone may touch it.
      const write = (...sides: string[]): string =>
        base
          .flatMap((line, n) => {
            const { by, edit } = edits[n]!;
            if (!sides.includes(by)) return [line];
            return edit === 'change' ? [`${line} of ${by}`] : edit === 'remove' ? [] : edit === 'add' ? [line, `after ${n}`] : [line];
          })
          .join('\n');
      // A body is never without a line, so that removing all of them would leave one.
      fc.pre(edits.some(({ edit }) => edit !== 'remove'));
      expect(mergeLines(base.join('\n'), write('mine'), write('theirs'))).toEqual({ text: write('mine', 'theirs') });
    }),
  );
});

test('a line that both changed is a conflict, told by its lines in all three texts', () => {
  expect(mergeLines('a\nb\nc\nd', 'x\na\nb1\nc\nd', 'a\nb2\nb3\nc\nd')).toEqual({
    conflicts: [{ base: { line: 2, count: 1 }, mine: { line: 3, count: 1 }, theirs: { line: 2, count: 2 } }],
  });
});

test('different lines at one place are a conflict, the same line is one line', () => {
  expect(mergeLines('a', 'a\nx', 'a\ny')).toEqual({
    conflicts: [{ base: { line: 2, count: 0 }, mine: { line: 2, count: 1 }, theirs: { line: 2, count: 1 } }],
  });
  expect(mergeLines('a', 'a\nx', 'a\nx')).toEqual({ text: 'a\nx' });
});

test('texts that would take ages to compare are merged by their first and last change', () => {
  const blank = '\n'.repeat(500_000);
  expect(mergeLines(`a${blank}b`, `a1${blank}b`, `a${blank}b1`)).toEqual({ text: `a1${blank}b1` });
  expect(mergeLines(`a${blank}b`, `a1${blank}b2`, `a${blank}b1`)).toMatchObject({ conflicts: [{ base: { line: 1, count: 500_001 } }] });
});
