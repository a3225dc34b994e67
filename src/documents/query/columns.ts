import { Refusal } from '../../errors.js';
import { FIELD_NAME } from '../field-types.js';

/** What a query can filter and sort by. */
export type ColumnKind = 'text' | 'number' | 'time' | 'field';

export interface Column {
  readonly name: string;
  /** SQL of the value in a row of `chunks`. */
  readonly sql: string;
  readonly kind: ColumnKind;
  /** Whether a chunk may have none. */
  readonly nullable: boolean;
}

const COLUMNS = new Map<string, Column>(
  (
    [
      ['type', 'text', true],
      ['status', 'text', true],
      ['title', 'text', false],
      ['created_at', 'time', false],
      ['updated_at', 'time', false],
      ['revision', 'number', false],
      ['position', 'number', false],
    ] as const
  ).map(([name, kind, nullable]) => [name, { name, sql: name, kind, nullable }]),
);

/** SQL of a field of a chunk. Queries and the index of a field must say it alike, to the letter. */
export function fieldSql(field: string): string {
  return `fields->>'${field}'`;
}

/** @throws Refusal `invalid_input` for what is neither a column nor `fields.<name>`. */
export function columnOf(name: string): Column {
  const column = COLUMNS.get(name);
  if (column) return column;
  const field = name.startsWith('fields.') ? name.slice('fields.'.length) : '';
  if (FIELD_NAME.test(field)) return { name, sql: fieldSql(field), kind: 'field', nullable: true };
  throw new Refusal(
    'invalid_input',
    `query_chunks: ${JSON.stringify(name)} is neither fields.<name> (letters, digits, _ and -) nor one of ${[...COLUMNS.keys()].join(', ')}`,
    { by: name },
  );
}

/**
 * A number as the database has to get it. A JSON number past 2^53 is written with the digits of the
 * nearest short decimal, and it is these digits that are stored.
 */
export function bindable(value: number): number | bigint {
  return Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 2 ** 63 ? BigInt(String(value)) : value;
}
