import type { ChunkWire } from '../../../src/documents/rows.js';
import type { Test, Scalar, Where } from '../../../src/documents/query/where.js';
import type { OrderBy } from '../../../src/documents/query/order.js';

// What query_chunks means, said once more in plain JavaScript.

type Value = string | number | null;

function stored(value: unknown): Value {
  if (value === undefined || value === null) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'object' ? JSON.stringify(value) : (value as Value);
}

export function valueOf(chunk: ChunkWire, name: string): Value {
  if (name.startsWith('fields.')) return stored(chunk.fields?.[name.slice(7)]);
  return stored(chunk[name as keyof ChunkWire]);
}

/** Numbers before texts, texts by their bytes. */
function compare(a: string | number, b: string | number): number {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

export function passes(chunk: ChunkWire, where: Where): boolean {
  return Object.entries(where).every(([name, test]) => {
    const value = valueOf(chunk, name);
    return typeof test === 'object' && test !== null ? passesTest(value, test) : value === stored(test);
  });
}

function passesTest(value: Value, test: Test): boolean {
  const ranged = (bound: string | number, fits: (order: number) => boolean): boolean =>
    value !== null && typeof value === typeof bound && fits(compare(value, bound));
  return (
    (test.eq === undefined || value === stored(test.eq)) &&
    (test.ne === undefined || value !== stored(test.ne)) &&
    (test.in === undefined || test.in.map((each: Scalar) => stored(each)).includes(value)) &&
    (test.gt === undefined || ranged(test.gt, (order) => order > 0)) &&
    (test.gte === undefined || ranged(test.gte, (order) => order >= 0)) &&
    (test.lt === undefined || ranged(test.lt, (order) => order < 0)) &&
    (test.lte === undefined || ranged(test.lte, (order) => order <= 0)) &&
    (test.exists === undefined || (value !== null) === test.exists)
  );
}

export function sorted(chunks: readonly ChunkWire[], order: readonly OrderBy[]): ChunkWire[] {
  const sign = (dir: string | undefined): number => (dir === 'desc' ? -1 : 1);
  const last = sign(order.at(-1)?.dir);
  return chunks.toSorted((a, b) => {
    for (const { by, dir } of order) {
      const [x, y] = [valueOf(a, by), valueOf(b, by)];
      // None comes last in either direction.
      const step = x === null || y === null ? Number(x === null) - Number(y === null) : sign(dir) * compare(x, y);
      if (step !== 0) return step;
    }
    return (
      last *
      (compare(a.document_id, b.document_id) || compare(a.parent_id ?? '', b.parent_id ?? '') || a.position - b.position)
    );
  });
}
