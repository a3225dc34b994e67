import { Refusal } from '../../errors.js';
import { bindable, columnOf, type Column } from './columns.js';
import { condition, type Condition } from './condition.js';

export type Scalar = string | number | boolean | null;

/** What a value has to be; all that is said must hold. */
export interface Test {
  eq?: Scalar | undefined;
  ne?: Scalar | undefined;
  in?: readonly Scalar[] | undefined;
  gt?: string | number | undefined;
  gte?: string | number | undefined;
  lt?: string | number | undefined;
  lte?: string | number | undefined;
  exists?: boolean | undefined;
}

/** By name of a column or `fields.<name>`; a bare value stands for `{eq: value}`. */
export type Where = Readonly<Record<string, Scalar | Test>>;

const RANGES = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

/** A test of one column, with its SQL. */
export interface Filter {
  readonly column: Column;
  readonly condition: Condition;
  /** Whether at most one value passes. */
  readonly single: boolean;
  /** Whether a chunk without a value fails: the index of a field has only those with one. */
  readonly needsValue: boolean;
}

/** @throws Refusal `invalid_input` for an unknown name, or a value of another kind than the column's. */
export function filtersOf(where: Where): Filter[] {
  return Object.entries(where).flatMap(([name, test]) => {
    const column = columnOf(name);
    return typeof test === 'object' && test !== null ? testsOf(column, test) : [equals(column, test)];
  });
}

function testsOf(column: Column, test: Test): Filter[] {
  const { sql } = column;
  const filters: Filter[] = [];
  const add = (made: Condition, single: boolean, needsValue: boolean): void => {
    filters.push({ column, condition: made, single, needsValue });
  };
  if (test.eq !== undefined) filters.push(equals(column, test.eq));
  if (test.ne !== undefined) {
    const value = valueOf(column, test.ne);
    add(value === null ? condition(`${sql} IS NOT NULL`) : condition(`${sql} IS NOT ?`, value), false, value === null);
  }
  if (test.in !== undefined) {
    const values = test.in.filter((value) => value !== null).map((value) => valueOf(column, value));
    const listed = values.length === 0 ? condition('false') : condition(`${sql} IN (${values.map(() => '?').join(', ')})`, ...values);
    const orNone = values.length < test.in.length;
    if (orNone) add(condition(`(${sql} IS NULL OR ${listed.sql})`, ...listed.params), false, false);
    else add(listed, false, values.length > 0);
  }
  for (const [key, operator] of Object.entries(RANGES) as [keyof typeof RANGES, string][]) {
    const bound = test[key];
    if (bound === undefined) continue;
    const value = valueOf(column, bound);
    add(condition(`${sql} ${operator} ?`, value), false, true);
    // To SQLite every text is greater than every number: a range stays among its own kind.
    if (column.kind === 'field') add(condition(typeof value === 'string' ? `${sql} >= ''` : `${sql} < ''`), false, true);
  }
  if (test.exists !== undefined) add(condition(`${sql} IS ${test.exists ? 'NOT ' : ''}NULL`), false, test.exists);
  return filters;
}

function equals(column: Column, wanted: Scalar): Filter {
  const value = valueOf(column, wanted);
  return {
    column,
    condition: value === null ? condition(`${column.sql} IS NULL`) : condition(`${column.sql} = ?`, value),
    single: true,
    needsValue: value !== null,
  };
}

function valueOf({ name, kind }: Column, value: Scalar): string | number | bigint | null {
  if (value === null) return null;
  if (kind === 'time') return instant(name, value);
  const expected = kind === 'field' ? undefined : kind === 'text' ? 'string' : 'number';
  if (expected !== undefined && typeof value !== expected) {
    throw new Refusal('invalid_input', `query_chunks: ${name} is a ${kind}, got ${JSON.stringify(value)}`, { by: name, value });
  }
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'number' ? bindable(value) : value;
}

/**
 * A time in unix nanoseconds, of such a number or of a text like 2026-06-30T09:00:00Z.
 *
 * @throws Refusal `invalid_input`
 */
export function instant(name: string, value: Scalar): bigint {
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 2 ** 63) return BigInt(String(value));
  const time = typeof value === 'string' && /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(value) ? Date.parse(value) : Number.NaN;
  if (!Number.isNaN(time)) return BigInt(time) * 1_000_000n;
  throw new Refusal(
    'invalid_input',
    `query_chunks: ${name} is a time, unix nanoseconds or a text like 2026-06-30T09:00:00Z, got ${JSON.stringify(value)}`,
    { by: name, value },
  );
}
