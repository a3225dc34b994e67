import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileFilter, filterKey, filterSchema, type Filter } from '../../src/channels/filter.js';

const PAYLOAD = { status: 'scheduled', revision: 4, done: false, gone: null, fields: { date: '2026-03-01', tags: ['x', 'y'] } };

test.each<[Filter, boolean]>([
  [{ status: 'scheduled' }, true],
  [{ status: 'posted' }, false],
  [{ status: { eq: 'scheduled' } }, true],
  [{ status: { in: ['posted', 'scheduled'] } }, true],
  [{ status: { in: ['posted'] } }, false],
  [{ status: { ne: 'posted' } }, true],
  [{ status: { ne: 'scheduled' } }, false],
  [{ missing: { ne: 'scheduled' } }, true],
  [{ revision: { gt: 3 } }, true],
  [{ revision: { gt: 4 } }, false],
  [{ revision: { gte: 4, lt: 5 } }, true],
  [{ revision: { gte: 4, lt: 4 } }, false],
  [{ revision: { lte: 4 } }, true],
  [{ revision: { gt: '3' } }, false],
  [{ revision: '4' }, false],
  [{ missing: { lt: 1 } }, false],
  [{ 'fields.date': { gte: '2026-01-01', lt: '2027-01-01' } }, true],
  [{ 'fields.tags.1': 'y' }, true],
  [{ 'status.length': 9 }, false],
  [{ done: false, revision: 4 }, true],
  [{ done: false, revision: 5 }, false],
  [{ gone: null }, true],
  [{ gone: { exists: true } }, true],
  [{ missing: null }, false],
  [{ missing: { exists: false } }, true],
  [{ 'fields.date': { exists: false } }, false],
  [{ toString: { exists: true } }, false],
  [{ 'status.constructor': { exists: true } }, false],
])('%j: %s', (filter, expected) => {
  expect(compileFilter(filterSchema.parse(filter))(PAYLOAD)).toBe(expected);
});

test.each([
  [{}, 'needs a condition'],
  [{ status: {} }, 'needs a test'],
  [{ status: ['a'] }, 'is no condition'],
  [{ status: { like: 'a' } }, 'Unrecognized key'],
  [{ status: { in: [] } }, 'Too small'],
  [{ status: { in: Array.from({ length: 65 }, (_, n) => n) } }, 'is no condition'],
  [{ status: { gt: true } }, 'is no condition'],
  [{ status: { eq: { a: 1 } } }, 'is no condition'],
  [{ 'a..b': 1 }, 'separated by dots'],
  [{ '': 1 }, 'separated by dots'],
  [{ 'a.b.c.d.e.f.g.h.i': 1 }, '1 to 8 names'],
  [Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`p${n}`, n])), 'at most 16'],
  [{ status: 'x'.repeat(4096) }, 'at most 4096'],
])('%j is refused: %s', (filter, why) => {
  const { success, error } = filterSchema.safeParse(filter);
  expect(success).toBe(false);
  expect(JSON.stringify(error!.issues)).toContain(why);
});

test('filters have one key exactly when they say the same, whatever the order of their keys', () => {
  const tests = fc.record({ gt: fc.constantFrom(1, 2), exists: fc.boolean(), ne: fc.constantFrom('a', 1) }, { requiredKeys: ['gt'] });
  const filter = fc.dictionary(fc.constantFrom('a', 'b', 'a.b'), fc.oneof(tests, fc.constantFrom('1', 1, null, true)), { minKeys: 1 }) as fc.Arbitrary<Filter>;
  const shuffled = (value: object): object => Object.fromEntries(Object.entries(value).toReversed());
  fc.assert(
    fc.property(filter, filter, (one, other) => {
      const again = Object.fromEntries(Object.entries(one).toReversed().map(([path, each]) => [path, each !== null && typeof each === 'object' ? shuffled(each) : each]));
      expect(filterKey(again as Filter)).toBe(filterKey(one));
      if (filterKey(one) !== filterKey(other)) return;
      expect(one).toEqual(other);
    }),
  );
});
