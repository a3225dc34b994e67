import { afterAll, beforeAll, expect, test } from 'vitest';
import { createChunk } from '../../../src/documents/chunks.js';
import { createDocument } from '../../../src/documents/documents.js';
import { queryChunks, type ChunkQuery } from '../../../src/documents/query/query.js';
import { search } from '../../../src/documents/search/search.js';
import { makeDirectory } from '../../../src/paths/change.js';
import { TestScope } from '../../support/scope.js';

// The filters by tag and path, alike for query_chunks and search.

const TAG = 'INSERT INTO chunk_tags (chunk_id, tag, folded) VALUES (?, ?, ?)';

let scope: TestScope;
beforeAll(() => {
  scope = new TestScope();
  for (const path of ['/a/one', '/a/b/two', '/ab/three', '/a0', '/c.d/e']) {
    scope.batch((tx) => {
      const document = createDocument(tx, path, path);
      const chunk = createChunk(tx, { document_id: document.id, title: `word of ${path}` });
      if (path.startsWith('/a/')) tx.db.run(TAG, chunk.id, 'URgent', 'urgent');
    });
  }
  scope.batch((tx) => makeDirectory(tx, '/a/empty'));
});
afterAll(() => scope.close());

function both(filters: Pick<ChunkQuery, 'tag' | 'under_path'>): string[][] {
  const found = queryChunks(scope.db, { ...filters, where: { position: 0 } }, { limit: 1000 }).chunks.filter((chunk) => chunk.parent_id);
  const { hits } = scope.batch((tx) => search(tx, { query: 'word', ...filters }, 100, undefined));
  return [found, hits].map((list) => list.map(({ title }) => title.slice('word of '.length)).toSorted());
}

test.each([
  ['/', ['/a/b/two', '/a/one', '/a0', '/ab/three', '/c.d/e']],
  ['/a', ['/a/b/two', '/a/one']],
  ['/a//', ['/a/b/two', '/a/one']],
  ['/a/b', ['/a/b/two']],
  ['/c.d', ['/c.d/e']],
  ['/a0', ['/a0']],
  ['/A', []],
  ['/absent', []],
])('D12: under_path %s', (under_path, expected) => {
  expect(both({ under_path })).toEqual([expected, expected]);
});

test('D12: tag, in any case, also below a path', () => {
  expect(both({ tag: 'Urgent' })).toEqual([['/a/b/two', '/a/one'], ['/a/b/two', '/a/one']]);
  expect(both({ tag: 'urgent', under_path: '/a/b' })).toEqual([['/a/b/two'], ['/a/b/two']]);
  expect(both({ tag: 'absent' })).toEqual([[], []]);
});

test('D12: a hit says the path of its document', () => {
  const { hits } = scope.batch((tx) => search(tx, { query: '"a b two"' }, 1, undefined));
  expect(hits[0]).toMatchObject({ path: '/a/b/two', document_title: '/a/b/two' });
});
