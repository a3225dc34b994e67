import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createChunk } from '../../../src/documents/chunks.js';
import { createDocument } from '../../../src/documents/documents.js';
import type { FieldDefinition } from '../../../src/documents/field-types.js';
import { queryChunks, type ChunkQuery } from '../../../src/documents/query/query.js';
import { chunkById, chunkWire, type ChunkWire } from '../../../src/documents/rows.js';
import { defineType } from '../../../src/documents/types.js';
import { TestScope } from '../../support/scope.js';
import { passes, sorted } from './model.js';

// Any filter, order and paging answers what a plain filter over all chunks does, with and without indexes.

const VALUES: readonly unknown[] = ['', 'a', 'b', 'ä', '𝒜', '\uffee', '10', '9', 0, 1, 2, -1.5, 1e3, 2 ** 60, 1e300, true, false, ['a'], { b: 1 }];
const LABELS = ['task', 'note', 'done', 'a'];
const FIELDS = ['plain', 'indexed-one', 'Indexed', 'indexed'];

let scope: TestScope;
let all: ChunkWire[];
const documents: string[] = [];

beforeAll(() => {
  scope = new TestScope();
  const fields: FieldDefinition[] = FIELDS.slice(1).map((name) => ({ name, type: 'string' }));
  scope.batch((tx) => defineType(tx, 'never-used', '', fields, undefined));
  const sample = fc.sample(
    fc.record({
      document: fc.nat(2),
      below: fc.nat(1000),
      title: fc.constantFrom('x', 'y', 'Z'),
      type: fc.option(fc.constantFrom(...LABELS)),
      status: fc.option(fc.constantFrom(...LABELS)),
      fields: fc.dictionary(fc.constantFrom(...FIELDS), fc.constantFrom(...VALUES)),
    }),
    { numRuns: 220, seed: 5 },
  );
  const ids: string[][] = [];
  for (let n = 0; n < 3; n += 1) {
    const { id, root_chunk_id: root } = scope.batch((tx) => createDocument(tx, `d${n}`));
    documents.push(id);
    ids.push([root]);
  }
  for (const { document, below, ...chunk } of sample) {
    const siblings = ids[document]!;
    const parent_id = siblings[below % siblings.length]!;
    siblings.push(scope.batch((tx) => createChunk(tx, { ...chunk, document_id: documents[document]!, parent_id })).id);
  }
  all = ids.flat().map((id) => chunkWire(chunkById(scope.db, id)));
});
afterAll(() => scope.close());

const scalar = fc.constantFrom(...(VALUES.filter((value) => typeof value !== 'object') as (string | number | boolean)[]), null);
const bound = fc.constantFrom(...(VALUES.filter((value) => ['string', 'number'].includes(typeof value)) as (string | number)[]));
const label = fc.constantFrom(...LABELS);
const maybe = { requiredKeys: [] };
const fieldTest = fc.oneof(
  scalar,
  fc.record({ eq: scalar }),
  fc.record({ ne: scalar }),
  fc.record({ in: fc.array(scalar, { maxLength: 4 }) }),
  fc.record({ gt: bound, gte: bound, lt: bound, lte: bound, exists: fc.boolean() }, maybe),
);
const labelTest = fc.oneof(label, fc.constant(null), fc.record({ ne: label }), fc.record({ in: fc.array(label, { maxLength: 2 }) }), fc.record({ gt: label }));
const when = fc.nat(230).map((n) => (1_800_000_000_000 + n) * 1e6);
const where = fc.oneof(
  { weight: 3, arbitrary: fc.dictionary(fc.constantFrom(...FIELDS.map((name) => `fields.${name}`)), fieldTest, { maxKeys: 2 }) },
  fc.record({ type: labelTest, status: labelTest, position: fc.record({ lt: fc.nat(9) }), updated_at: fc.record({ gte: when }) }, maybe),
);
const order = fc.array(
  fc.record({
    by: fc.constantFrom(...FIELDS.map((name) => `fields.${name}`), 'type', 'status', 'title', 'updated_at', 'position'),
    dir: fc.constantFrom('asc' as const, 'desc' as const),
  }),
  { maxLength: 3 },
);

function pages(query: ChunkQuery, limit: number, few: number): string[][] {
  const found: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = queryChunks(scope.db, query, { limit, cursor, few });
    found.push(page.chunks.map(({ id }) => id));
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  return found;
}

test('D12: any filter, order and paging answers what a plain filter over all chunks does', () => {
  fc.assert(
    fc.property(
      where,
      order,
      fc.record({ document: fc.nat(2), child: fc.nat(1000), type: label, status: label }, maybe),
      fc.constantFrom(1, 3, 20, 1000),
      fc.constantFrom(0, 20, 2000),
      (where, order, { document, child, ...labels }, limit, few) => {
        const parent = child === undefined ? undefined : all[child % all.length]!.parent_id;
        const query: ChunkQuery = {
          where,
          order,
          ...labels,
          document_id: document === undefined ? undefined : documents[document],
          parent_id: parent,
        };
        const fits = all.filter(
          (chunk) =>
            (document === undefined || chunk.document_id === documents[document]) &&
            (parent === undefined || chunk.parent_id === parent) &&
            passes(chunk, labels) &&
            passes(chunk, where),
        );
        const expected = sorted(fits, order).map(({ id }) => id);
        const found = pages(query, limit, few);
        expect(found.flat()).toEqual(expected);
        // Every page but the last is full, and an empty one comes only where nothing passes.
        expect(found.map((page) => page.length)).toEqual(
          expected.length === 0 ? [0] : Array.from({ length: Math.ceil(expected.length / limit) }, (_, n) => Math.min(limit, expected.length - n * limit)),
        );
      },
    ),
    { numRuns: 1000 },
  );
});

test('D12: a page goes on after what was its end, whatever was written, moved or deleted meanwhile', () => {
  const query: ChunkQuery = { document_id: documents[0], order: [{ by: 'title', dir: 'asc' }] };
  const first = queryChunks(scope.db, query, { limit: 20 });
  const added = scope.batch((tx) => createChunk(tx, { document_id: documents[0]!, title: 'A' }));
  const second = queryChunks(scope.db, query, { limit: 1000, cursor: first.next_cursor });
  const ids = [...first.chunks, ...second.chunks].map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).not.toContain(added.id);
  expect(new Set(ids)).toEqual(new Set(all.filter((chunk) => chunk.document_id === documents[0]).map(({ id }) => id)));
});
