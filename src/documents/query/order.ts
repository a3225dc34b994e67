import type { CursorValue } from '../cursor.js';
import { bindable, columnOf } from './columns.js';
import { allOf, condition, type Condition } from './condition.js';

export interface OrderBy {
  /** Name of a column or `fields.<name>`. */
  by: string;
  dir: 'asc' | 'desc';
}

/** One key of a total order of chunks. */
export interface OrderKey {
  readonly sql: string;
  readonly dir: 'asc' | 'desc';
  /** Where chunks without a value come: `last` in both directions, `first` as the smallest, `never` where there are none. */
  readonly nulls: 'last' | 'first' | 'never';
}

/**
 * A stretch of the order: the rows that pass `where`, sorted by `keys`. A page is read stretch by stretch,
 * so that each is a plain comparison that an index answers: SQLite makes no use of an index for the
 * comparison of several expressions at once, nor for one with NULL.
 */
export interface Stretch {
  readonly where: Condition;
  readonly keys: readonly OrderKey[];
  /** Whether every chunk of it has a value for the first of the keys that it goes by. */
  readonly headHasValue: boolean;
}

/**
 * The total order of the pages. Chunks that are alike go by document, parent and position, in the
 * direction of the last key, so that one index serves both ways.
 *
 * @param hasValue SQL of what every chunk of the query has.
 */
export function orderKeys(order: readonly OrderBy[], hasValue: ReadonlySet<string>): OrderKey[] {
  const keys = order.map(({ by, dir }): OrderKey => {
    const { sql, nullable } = columnOf(by);
    return { sql, dir, nulls: nullable && !hasValue.has(sql) ? 'last' : 'never' };
  });
  const dir = keys.at(-1)?.dir ?? 'asc';
  return [...keys, { sql: 'document_id', dir, nulls: 'never' }, { sql: 'parent_id', dir, nulls: 'first' }, { sql: 'position', dir, nulls: 'never' }];
}

/** @param place values of the keys of the row after which to go on; undefined begins. */
export function stretches(keys: readonly OrderKey[], place: readonly CursorValue[] | undefined): Stretch[] {
  if (place) return keys.flatMap((_, depth) => stretchesAfter(keys, place, keys.length - 1 - depth));
  const [head] = keys;
  if (head?.nulls !== 'last') return [{ where: allOf([]), keys, headHasValue: true }];
  return [
    { where: condition(`${head.sql} IS NOT NULL`), keys: withoutNulls(keys), headHasValue: true },
    { where: condition(`${head.sql} IS NULL`), keys: keys.slice(1), headHasValue: false },
  ];
}

/** What follows `place` with the same values before the key at `depth` and a later one there. */
function stretchesAfter(keys: readonly OrderKey[], place: readonly CursorValue[], depth: number): Stretch[] {
  const same = keys.slice(0, depth).map(({ sql }, at) => is(sql, place[at]!));
  const rest = keys.slice(depth);
  const { sql, dir, nulls } = rest[0]!;
  const value = place[depth]!;
  const stretch = (where: Condition, keys: readonly OrderKey[]): Stretch => ({
    where: allOf([...same, where]),
    keys,
    headHasValue: depth === 0 ? keys.length === rest.length : place[0] !== null,
  });
  const none = stretch(condition(`${sql} IS NULL`), rest.slice(1));
  if (value === null) return nulls === 'first' && dir === 'asc' ? [stretch(condition(`${sql} IS NOT NULL`), withoutNulls(rest))] : [];
  const later = stretch(condition(`${sql} ${dir === 'asc' ? '>' : '<'} ?`, bound(value)), withoutNulls(rest));
  const noneComesLater = nulls === 'last' || (nulls === 'first' && dir === 'desc');
  return noneComesLater ? [later, none] : [later];
}

function withoutNulls([head, ...rest]: readonly OrderKey[]): OrderKey[] {
  return [{ ...head!, nulls: 'never' }, ...rest];
}

function is(sql: string, value: CursorValue): Condition {
  return value === null ? condition(`${sql} IS NULL`) : condition(`${sql} = ?`, bound(value));
}

function bound(value: CursorValue): CursorValue {
  return typeof value === 'number' ? bindable(value) : value;
}

export function orderSql(keys: readonly OrderKey[]): string {
  return keys.map(({ sql, dir, nulls }) => `${sql} ${dir.toUpperCase()}${nulls === 'last' ? ' NULLS LAST' : ''}`).join(', ');
}
