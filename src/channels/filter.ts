import { z } from 'zod';

// A filter of a subscription: conditions on the payload of an event, by path, all of which have to hold.

export const MAX_FILTER = 4096;
const MAX_CONDITIONS = 16;
const MAX_LIST = 64;
const PATH = /^[^.]+(\.[^.]+){0,7}$/;

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const ordered = z.union([z.string(), z.number()]);

const condition = z.union(
  [
    scalar,
    z
      .strictObject({
        eq: scalar.optional(),
        ne: scalar.optional(),
        in: z.array(scalar).min(1).max(MAX_LIST).optional(),
        gt: ordered.optional(),
        gte: ordered.optional(),
        lt: ordered.optional(),
        lte: ordered.optional(),
        exists: z.boolean().optional(),
      })
      .refine((tests) => Object.keys(tests).length > 0, 'needs a test'),
  ],
  `is no condition: a text, number, true, false or null, or an object with some of eq, ne, in (1 to ${MAX_LIST} values), gt, gte, lt, lte, exists`,
);

export const filterSchema = z
  .record(z.string(), condition)
  .refine((filter) => Object.keys(filter).every((path) => PATH.test(path)), 'each key is a path: 1 to 8 names, separated by dots')
  .refine((filter) => Object.keys(filter).length > 0, 'needs a condition')
  .refine((filter) => Object.keys(filter).length <= MAX_CONDITIONS, `has at most ${MAX_CONDITIONS} conditions`)
  .refine((filter) => JSON.stringify(filter).length <= MAX_FILTER, `has at most ${MAX_FILTER} characters as JSON`);

export type Filter = z.output<typeof filterSchema>;
type Scalar = z.output<typeof scalar>;
type Tests = Extract<z.output<typeof condition>, object>;
type Test = (value: unknown) => boolean;

/** @returns a test of payloads; made once, called for every event of the topic. */
export function compileFilter(filter: Filter): (payload: unknown) => boolean {
  const conditions = Object.entries(filter).map(([path, wanted]) => {
    const names = path.split('.');
    const tests = testsOf(wanted);
    return (payload: unknown): boolean => {
      const value = valueAt(payload, names);
      return tests.every((test) => test(value));
    };
  });
  return (payload) => conditions.every((holds) => holds(payload));
}

/** One text for all filters that say the same in the same way, whatever the order of their keys. */
export function filterKey(filter: Filter): string {
  const sorted = Object.entries(filter).map(([path, wanted]) => [path, isTests(wanted) ? Object.entries(wanted).sort(byName) : wanted] as const);
  return JSON.stringify(sorted.sort(byName));
}

function testsOf(wanted: Scalar | Tests): Test[] {
  if (!isTests(wanted)) return [(value) => value === wanted];
  const { eq, ne, in: list, gt, gte, lt, lte, exists } = wanted;
  const tests: (Test | undefined)[] = [
    eq === undefined ? undefined : (value) => value === eq,
    ne === undefined ? undefined : (value) => value !== ne,
    list && oneOf(list),
    gt === undefined ? undefined : (value) => comparable(value, gt) && value > gt,
    gte === undefined ? undefined : (value) => comparable(value, gte) && value >= gte,
    lt === undefined ? undefined : (value) => comparable(value, lt) && value < lt,
    lte === undefined ? undefined : (value) => comparable(value, lte) && value <= lte,
    exists === undefined ? undefined : (value) => (value !== undefined) === exists,
  ];
  return tests.filter((test) => test !== undefined);
}

function oneOf(list: readonly Scalar[]): Test {
  const values = new Set<unknown>(list);
  return (value) => values.has(value);
}

/** Texts compare with texts and numbers with numbers; nothing else has an order. */
function comparable(value: unknown, bound: string | number): value is string | number {
  return typeof value === typeof bound;
}

/** What lies at a path, undefined where nothing does. Lists are entered by index. */
function valueAt(payload: unknown, names: readonly string[]): unknown {
  let value = payload;
  for (const name of names) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

function isTests(wanted: Scalar | Tests): wanted is Tests {
  return typeof wanted === 'object' && wanted !== null;
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
