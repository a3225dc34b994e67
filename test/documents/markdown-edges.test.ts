import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { DirectScope } from '../support/direct-scope.js';

// Edges in the trailer of an export: those that begin in the document, wherever they end.

let scope: DirectScope;
beforeAll(() => {
  scope = new DirectScope();
});
afterAll(() => scope.close());

interface Imported {
  document_id: string;
  root_chunk_id: string;
  edges_added: number;
  edges_removed: number;
}

const exported = (document_id: string): string => scope.document<{ markdown: string }>('export_md', { document_id }).markdown;
const edges = (): string[] =>
  scope.db
    .all<{ f: string; t: string; kind: string }>(
      'SELECT f.title AS f, t.title AS t, kind FROM chunk_edges JOIN chunks f ON f.id = from_id JOIN chunks t ON t.id = to_id ORDER BY f.title, t.title',
    )
    .map(({ f, t, kind }) => `${f} -> ${t} [${kind}]`);

let plan: string;
let other: string;
let ids: Record<string, string>;

beforeEach(() => {
  scope.db.run('DELETE FROM chunk_edges');
  plan = scope.document<Imported>('import_md', { markdown: '# Plan\n\n## A\n\n## B\n' }).document_id;
  other = scope.document<Imported>('import_md', { markdown: '# Other\n\n## X\n' }).document_id;
  const both = [...scope.db.all<{ id: string; title: string }>('SELECT id, title FROM chunks WHERE document_id IN (?, ?)', plan, other)];
  ids = Object.fromEntries(both.map(({ id, title }) => [title, id]));
  const link = (from: string, to: string, kind: string): void => {
    scope.db.run('INSERT INTO chunk_edges (from_id, to_id, kind, created_at) VALUES (?, ?, ?, 0)', ids[from], ids[to], kind);
  };
  link('A', 'B', 'needs');
  link('A', 'X', 'see');
  link('X', 'B', 'from outside');
});

test('an export lists the edges of its own chunks, ends in other documents by their ids', () => {
  const trailer = exported(plan).split('<!-- loom-edges:\n')[1];
  expect(trailer!.split('\n').sort()).toEqual(
    ['', '-->', `${ids.A} -> ${ids.B} [needs]`, `${ids.A} -> ${ids.X} [see]`].sort(),
  );
});

test('D11: edges from outside and to outside survive a replace that writes their chunks', () => {
  const edited = exported(plan).replace('## B', '## B2');
  expect(scope.document('import_md', { document_id: plan, markdown: edited, mode: 'replace' })).toMatchObject({ edges_added: 0, edges_removed: 0 });
  expect(edges()).toEqual(['A -> B2 [needs]', 'A -> X [see]', 'X -> B2 [from outside]']);
});

test('edges follow the trailer: with replace they go and come, with merge they come', () => {
  const edited = exported(plan).replace(`${ids.A} -> ${ids.B} [needs]`, `${ids.B} -> ${ids.X} [new]`);
  expect(scope.document('import_md', { document_id: plan, markdown: edited, mode: 'merge' })).toMatchObject({ edges_added: 1, edges_removed: 0 });
  expect(scope.document('import_md', { document_id: plan, markdown: edited, mode: 'replace' })).toMatchObject({ edges_added: 0, edges_removed: 1 });
  expect(edges()).toEqual(['A -> X [see]', 'B -> X [new]', 'X -> B [from outside]']);
});

test('a new chunk can be an end by an id of its own', () => {
  const id = 'f'.repeat(32);
  const edited = exported(plan).replace('<!-- loom-edges:', `## N\n<!-- loom: {"id":"${id}"} -->\n\n<!-- loom-edges:\n${id} -> ${ids.A} [to]`);
  expect(scope.document('import_md', { document_id: plan, markdown: edited, mode: 'replace' })).toMatchObject({ chunks_created: 1, edges_added: 1 });
  expect(edges()).toContain('N -> A [to]');
});

test('an edge that came after the export stays, and one in another document cannot be made', () => {
  const text = exported(plan).replace('<!-- loom-edges:', `<!-- loom-edges:\n${ids.X} -> ${ids.A} [not mine]`);
  scope.db.run('INSERT INTO chunk_edges (from_id, to_id, kind, created_at) VALUES (?, ?, ?, ?)', ids.B, ids.A, 'later', 2n * 10n ** 18n);
  scope.document('import_md', { document_id: plan, markdown: text, mode: 'replace' });
  expect(edges()).toEqual(['A -> B [needs]', 'A -> X [see]', 'B -> A [later]', 'X -> B [from outside]']);
});

test('links of bodies come and go with their bodies, whatever the trailer says', () => {
  const text = exported(other).replace('## X', '## X\n\n[[Plan]]');
  expect(scope.document('import_md', { document_id: other, markdown: text, mode: 'replace', force: true })).toMatchObject({ edges_removed: 0 });
  expect(edges()).toContain('X -> Plan [link]');
  expect(exported(other)).not.toContain('[link]');
  scope.document('import_md', { document_id: other, markdown: exported(other).replace('[[Plan]]', ''), mode: 'replace' });
  expect(edges()).not.toContain('X -> Plan [link]');
});

test('a text without metadata says nothing of edges', () => {
  const { markdown } = scope.document<{ markdown: string }>('export_md', { document_id: plan, include_metadata: false });
  scope.document('import_md', { document_id: plan, markdown, mode: 'replace' });
  expect(edges()).toHaveLength(3);
});

test('a copy as a new document has its own edges, and those to other documents', () => {
  scope.document('import_md', { markdown: exported(plan) });
  expect(edges()).toEqual(['A -> B [needs]', 'A -> B [needs]', 'A -> X [see]', 'A -> X [see]', 'X -> B [from outside]']);
});
