import { Refusal } from '../../errors.js';

/** A cursor that holds the key of the last row of a page. */
export function encodeCursor(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/**
 * The key in a cursor; without one `first`, which is before all keys and tells their types.
 *
 * @throws Refusal `invalid_input`
 */
export function decodeCursor<Key extends readonly (string | number)[]>(op: string, cursor: string | undefined, first: Key): Key {
  if (cursor === undefined) return first;
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(key) && key.length === first.length && key.every((part, index) => typeof part === typeof first[index])) {
      return key as unknown as Key;
    }
  } catch {
    // Falls through to the refusal: whatever is wrong with it, the caller has to start anew.
  }
  throw new Refusal('invalid_input', `cursor is not one that ${op} gave out: start without it`, { cursor });
}

/** Cuts one row too many off a page and tells where the next one begins. */
export function pageOf<Row>(rows: readonly Row[], limit: number, keyOf: (row: Row) => (string | number)[]): { page: Row[]; next_cursor?: string } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { page, ...(rows.length > limit && last !== undefined ? { next_cursor: encodeCursor(keyOf(last)) } : {}) };
}
