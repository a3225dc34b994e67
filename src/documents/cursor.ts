import { createHash } from 'node:crypto';
import { Refusal } from '../errors.js';

/** A value that the database compares, as it stands in a cursor. Whole numbers past 2^53 travel as digits. */
export type CursorValue = string | number | bigint | null;

/**
 * Fingerprint of a query: pages of one query can be told from those of another. Neither the order of keys
 * nor keys without a value count.
 */
export function fingerprint(query: unknown): string {
  const text = JSON.stringify(query, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(text).digest('base64url').slice(0, 12);
}

/** An opaque cursor: where the page ended, and of which query. */
export function encodeCursor(query: string, place: readonly CursorValue[]): string {
  const values = place.map((value) => (typeof value === 'bigint' ? { n: String(value) } : value));
  return Buffer.from(JSON.stringify([query, ...values])).toString('base64url');
}

/**
 * @param length how many values a place of this query has.
 * @throws Refusal `invalid_input` for a cursor of another query, and for what is no cursor at all.
 */
export function decodeCursor(op: string, query: string, cursor: string, length: number): CursorValue[] {
  const [of, ...values] = parse(cursor) ?? [];
  if (typeof of === 'string' && of !== query) {
    throw new Refusal('invalid_input', `cursor belongs to another query of ${op}: send it with the query that gave it, or start without it`, {
      cursor,
    });
  }
  const place = values.map(toValue);
  if (of !== query || place.length !== length || place.includes(undefined)) {
    throw new Refusal('invalid_input', `cursor is not one that ${op} gave out: start without it`, { cursor });
  }
  return place as CursorValue[];
}

function parse(cursor: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function toValue(value: unknown): CursorValue | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  const digits = (value as { n?: unknown }).n;
  return typeof digits === 'string' && /^-?\d{1,19}$/.test(digits) ? BigInt(digits) : undefined;
}
