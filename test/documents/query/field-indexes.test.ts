import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createChunk, updateChunk } from '../../../src/documents/chunks.js';
import { createDocument, deleteDocument } from '../../../src/documents/documents.js';
import { indexedFields, indexName, MAX_INDEXED } from '../../../src/documents/field-indexes.js';
import type { FieldDefinition } from '../../../src/documents/field-types.js';
import { queryChunks, type ChunkQuery } from '../../../src/documents/query/query.js';
import { defineType } from '../../../src/documents/types.js';
import { Refusal } from '../../../src/errors.js';
import { TestScope } from '../../support/scope.js';

let scope: TestScope;
let document: string;
beforeEach(() => {
  scope = new TestScope();
  document = scope.batch((tx) => createDocument(tx, 'd')).id;
});
afterEach(() => scope.close());

function define(name: string, fields: FieldDefinition[], documentId = ''): void {
  scope.batch((tx) => defineType(tx, name, documentId, fields, undefined));
}

function indexed(): string[] {
  return [...indexedFields(scope.db)].toSorted();
}

const text = (name: string, rest: Partial<FieldDefinition> = {}): FieldDefinition => ({ name, type: 'string', ...rest });

test('D12: a field has an index as long as a type names it', () => {
  define('a', [text('one'), text('One'), text('with-hyphen'), text('not', { indexed: false })]);
  define('b', [text('one')], document);
  expect(indexed()).toEqual(['One', 'one', 'with-hyphen']);
  define('a', [text('with-hyphen')]);
  expect(indexed()).toEqual(['one', 'with-hyphen']);
  scope.batch((tx) => deleteDocument(tx, document, undefined));
  expect(indexed()).toEqual(['with-hyphen']);
});

test('a scope has at most 16 indexed fields: those that ask for it, then those most asked for', () => {
  define('many', Array.from({ length: 30 }, (_, n) => text(`f${n}`)));
  expect(indexed().length).toBe(MAX_INDEXED);
  const before = indexed();
  define('more', [{ name: 'date', type: 'date' }]);
  expect(indexed()).toEqual(before);
  define('asks', [text('wanted', { indexed: true })]);
  expect(indexed()).toContain('wanted');
  expect(indexed().length).toBe(MAX_INDEXED);
  expect(() => define('greedy', Array.from({ length: 16 }, (_, n) => text(`g${n}`, { indexed: true })))).toThrow(Refusal);
});

function add(fields: Record<string, unknown>, type = 't'): { id: string; revision: number } {
  return scope.batch((tx) => createChunk(tx, { document_id: document, title: 'c', type, fields }));
}

/** How SQLite reads the rows of a query. */
function plan(query: ChunkQuery, few?: number): string[] {
  const once = vi.spyOn(scope.db, 'once');
  queryChunks(scope.db, query, { limit: 5, few });
  const [sql, params] = once.mock.calls.findLast(([sql]) => sql.includes('ORDER BY'))!;
  once.mockRestore();
  return [...scope.db.once<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, params)].map(({ detail }) => detail);
}

test('D12: a filter on a defined field, and an order by it, read an index and sort nothing', () => {
  for (let n = 0; n < 30; n += 1) add({ platform: ['x', 'y'][n % 2], date: `2026-01-${10 + (n % 20)}` });
  define('publication', [text('platform'), { name: 'date', type: 'date' }]);
  const order: ChunkQuery['order'] = [{ by: 'fields.date', dir: 'desc' }];
  const cases: [ChunkQuery, number, string][] = [
    [{ where: { 'fields.platform': 'x' } }, 2000, 'platform'],
    [{ where: { 'fields.platform': 'x' }, document_id: document }, 0, 'platform'],
    [{ where: { 'fields.date': { gte: '2026-01-12', lt: '2026-01-20' } }, order }, 2000, 'date'],
    [{ order }, 2000, 'date'],
    // Many chunks have the value: the newest are read in their order and filtered.
    [{ where: { 'fields.platform': 'x' }, type: 't', order }, 10, 'date'],
  ];
  for (const [query, few, field] of cases) {
    const steps = plan(query, few);
    expect(steps).toHaveLength(1);
    expect(steps[0]).toContain(`USING INDEX ${indexName(field)}`);
  }
  // Few have it: they are read and sorted.
  expect(plan({ where: { 'fields.platform': 'x' }, order }, 20)).toEqual([
    expect.stringContaining(`USING INDEX ${indexName('platform')}`),
    'USE TEMP B-TREE FOR ORDER BY',
  ]);
});

test('D12: type and status have an index, and the pages of a document need no sort', () => {
  for (let n = 0; n < 9; n += 1) scope.batch((tx) => createChunk(tx, { document_id: document, title: 'c', type: 't', status: 's' }));
  expect(plan({ type: 't' })[0]).toContain('chunks_by_type');
  expect(plan({ status: 's' })[0]).toContain('chunks_by_status');
  expect(plan({ document_id: document })).toEqual([expect.stringContaining('chunks_by_parent')]);
});

test('an index that comes and goes disturbs no write or query that ran before', () => {
  const chunk = add({ owner: 'ann' });
  const owners = (owner: string): number => queryChunks(scope.db, { where: { 'fields.owner': owner } }, { limit: 5 }).chunks.length;
  const rename = (revision: number, owner: string): void => {
    scope.batch((tx) => updateChunk(tx, chunk.id, revision, { fields: { owner } }));
    expect([owners('ann'), owners('bob')]).toEqual(owner === 'ann' ? [1, 0] : [0, 1]);
  };
  rename(1, 'bob');
  define('t2', [text('owner')]);
  rename(2, 'ann');
  scope.batch((tx) => updateChunk(tx, chunk.id, 3, { body: 'only the body' }));
  rename(4, 'bob');
  define('t2', []);
  rename(5, 'ann');
  expect(scope.db.connection.pragma('integrity_check', { simple: true })).toBe('ok');
});
