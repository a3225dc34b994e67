import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createChunk, updateChunk } from '../../../src/documents/chunks.js';
import { createDocument, deleteDocument } from '../../../src/documents/documents.js';
import { publishChunk } from '../../../src/documents/events.js';
import { importMarkdown } from '../../../src/documents/import-md.js';
import { chunkById } from '../../../src/documents/rows.js';
import { catchUp } from '../../../src/documents/search/keeper.js';
import { search } from '../../../src/documents/search/search.js';
import { deleteChunk, moveChunk } from '../../../src/documents/tree.js';
import { TestScope } from '../../support/scope.js';

// The index follows the log: whatever was done before a search is in it, and what is gone is not.

let scope: TestScope;
beforeEach(() => {
  scope = new TestScope();
});
afterEach(() => scope.close());

function found(query: string): string[] {
  return scope
    .batch((tx) => search(tx, { query }, 100, undefined))
    .hits.map((hit) => hit.id)
    .toSorted();
}

function chunks(document: string, count: number, title: string): string[] {
  return scope.batch((tx) => Array.from({ length: count }, () => createChunk(tx, { document_id: document, title }).id)).toSorted();
}

test('for any writes, a search finds what a look at every chunk finds', () => {
  const word = fc.constantFrom('apple', 'pear', 'plum');
  const write = fc.record({ kind: fc.constantFrom('create', 'update', 'move', 'delete', 'drop', 'search'), at: fc.nat(99), word });
  fc.assert(
    fc.property(fc.array(write, { maxLength: 40 }), (writes) => {
      const own = randomUUID();
      let document = scope.batch((tx) => createDocument(tx, own));
      const live = (): string[] =>
        scope.db.all<{ id: string }>('SELECT id FROM chunks WHERE document_id = ? AND parent_id IS NOT NULL ORDER BY id', document.id).map(({ id }) => id);
      const holders = (word: string): string[] =>
        scope.db.all<{ id: string }>("SELECT id FROM chunks WHERE instr(title || ' ' || body, ?) ORDER BY id", word).map(({ id }) => id);
      for (const { kind, at, word } of writes) {
        const ids = live();
        const id = ids[at % Math.max(ids.length, 1)];
        if (kind === 'search') expect(found(word)).toEqual(holders(word));
        else if (kind === 'create') scope.batch((tx) => createChunk(tx, { document_id: document.id, title: word, parent_id: id }));
        else if (kind === 'drop') {
          scope.batch((tx) => deleteDocument(tx, document.id, undefined));
          document = scope.batch((tx) => createDocument(tx, own));
        } else if (id !== undefined) {
          scope.batch((tx) => {
            if (kind === 'update') updateChunk(tx, id, chunkById(tx.db, id).revision, { body: word });
            if (kind === 'move') moveChunk(tx, id, { position: 0 });
            if (kind === 'delete') deleteChunk(tx, id, undefined);
          });
        }
      }
      for (const word of ['apple', 'pear', 'plum']) expect(found(word).length).toBe(Math.min(holders(word).length, 100));
      scope.batch((tx) => deleteDocument(tx, document.id, undefined));
    }),
    { numRuns: 40 },
  );
});

test('where the log was trimmed past what it had read, the index is made from the chunks', () => {
  const document = scope.batch((tx) => createDocument(tx, 'd'));
  const [first, second] = chunks(document.id, 2, 'before');
  expect(found('before')).toEqual([first, second]);
  scope.batch((tx) => updateChunk(tx, first!, 1, { title: 'after' }));
  scope.batch((tx) => deleteChunk(tx, second!, undefined));
  const [third] = chunks(document.id, 1, 'after');
  // As the retention of the log does it.
  scope.db.run('DELETE FROM loom_channel_log WHERE seq < ?', scope.tx.head);
  scope.db.run('INSERT INTO loom_log_state (id, head, trimmed_to) VALUES (1, ?, ?)', scope.tx.head, scope.tx.head - 1);
  expect(found('after')).toEqual([first, third].toSorted());
  expect(found('before')).toEqual([]);
  scope.batch((tx) => updateChunk(tx, third!, 1, { title: 'later' }));
  expect(found('later')).toEqual([third]);
});

test('a document of many chunks that goes leaves nothing behind', () => {
  const document = scope.batch((tx) => createDocument(tx, 'd'));
  chunks(document.id, 450, 'many');
  expect(found('many').length).toBe(100);
  scope.batch((tx) => deleteDocument(tx, document.id, undefined));
  expect(found('many')).toEqual([]);
  expect(scope.db.get('SELECT count(*) AS n FROM loom_search_chunks')).toEqual({ n: 0 });
});

test('after a large import the index catches up in slices by an alarm, and a search before that says so', () => {
  const markdown = `# Import\n\n${Array.from({ length: 6000 }, (_, n) => `## Heading ${n}\n\nimported\n`).join('\n')}`;
  scope.batch((tx) => importMarkdown(tx, { markdown }));
  const alarm = (): unknown => scope.db.get("SELECT name FROM loom_alarms WHERE name = 'search'");
  expect(alarm()).toBeDefined();
  const early = scope.batch((tx) => search(tx, { query: 'imported' }, 1, undefined));
  expect(early).toMatchObject({ indexing: true });
  let slices = 0;
  while (!scope.batch((tx) => catchUp(tx, 400))) slices += 1;
  expect(slices).toBeGreaterThan(2);
  const late = scope.batch((tx) => search(tx, { query: '"heading 5999"' }, 1, undefined));
  expect([late.hits.length, late.indexing]).toEqual([1, undefined]);
});

test('a search that has nothing to catch up with writes nothing', () => {
  const document = scope.batch((tx) => createDocument(tx, 'd'));
  chunks(document.id, 3, 'quiet');
  found('quiet');
  const { writes } = scope.db;
  found('quiet');
  expect(scope.db.writes).toBe(writes);
});

test('a document that comes back as a whole, with one event of its root, is found again', () => {
  const document = scope.batch((tx) => createDocument(tx, 'd'));
  const ids = chunks(document.id, 3, 'back');
  expect(found('back')).toEqual(ids);
  scope.db.connection.exec('CREATE TEMP TABLE kept AS SELECT * FROM chunks; CREATE TEMP TABLE keptd AS SELECT * FROM documents');
  scope.batch((tx) => deleteDocument(tx, document.id, undefined));
  expect(found('back')).toEqual([]);
  scope.batch((tx) => {
    tx.db.connection.exec('INSERT INTO chunks SELECT * FROM kept; INSERT INTO documents SELECT * FROM keptd');
    publishChunk(tx, 'undelete', chunkById(tx.db, document.root_chunk_id), null);
  });
  expect(found('back')).toEqual(ids);
});
