import Database from 'better-sqlite3';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MIGRATIONS } from '../../src/storage/schema/index.js';
import { ls } from '../support/paths.js';
import { TestServer, type RefusalBody } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

interface Made {
  document_id: string;
  root_chunk_id: string;
  path: string;
}

const create = (title: string, at?: string) => server.document<Made>('create_document', { title, path: at });

test('a document without a path is named after its title, made unique by a number', async () => {
  const paths: string[] = [];
  for (let count = 0; count < 6; count += 1) paths.push((await create('Launch Plan')).path);
  expect(paths).toEqual(['', '-2', '-3', '-4', '-5', '-6'].map((end) => `/documents/launch-plan${end}`));
  // A directory takes a name, too.
  await create('x', '/documents/notes/one');
  expect((await create('Notes')).path).toBe('/documents/notes-2');
});

test('any title gives a usable name', async () => {
  const cases: [string, string][] = [
    ['Été à la plage — 2026!', 'ete-a-la-plage-2026'],
    ['Straße, Łódź & Ærø', 'strasse-lodz-aero'],
    ['Ｆｕｌｌ ｗｉｄｔｈ', 'full-width'],
    ['../../etc/passwd', 'etc-passwd'],
    ['計画', 'document'],
    ['План', 'document-2'],
    ['🚀', 'document-3'],
    ['計画 2026', '2026'],
    [`${'word '.repeat(30)}`, 'word-word-word-word-word-word-word-word-word-word-word-w'],
  ];
  for (const [title, slug] of cases) {
    const { path: at } = await create(title);
    expect([title, at]).toEqual([title, `/documents/${slug}`]);
    expect(at.slice('/documents/'.length)).toMatch(/^[A-Za-z0-9._-]{1,64}$/);
  }
});

test('D18: a name that is taken is never taken over: the document is not created', async () => {
  const first = await create('First', '/d18/plan');
  const before = await server.document<{ documents: unknown[] }>('list_documents');
  const cases: [string, Record<string, unknown>][] = [
    ['create_document', { title: 'Second', path: '/d18/plan' }],
    ['create_document', { title: 'Second', path: '/d18' }],
    ['import_md', { markdown: '# Second\n\n## Part\n', path: '/d18/plan' }],
  ];
  for (const [op, input] of cases) {
    const { status, body } = await server.call<RefusalBody>(op, input);
    expect([op, status, body.reason]).toEqual([op, 422, 'path_taken']);
  }
  expect(await server.document('list_documents')).toEqual(before);
  expect(await server.document('get_document', { path: '/d18/plan' })).toMatchObject({ document_id: first.document_id });
});

test('D18: document, root and name come together: of many at one path at the same time one is created', async () => {
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) => server.call<RefusalBody & Made>('create_document', { title: `D18 ${index}`, path: '/d18b/plan' })),
  );
  const made = answers.filter(({ status }) => status === 200);
  expect(made).toHaveLength(1);
  const { documents } = await server.document<{ documents: { title: string; path: string }[] }>('list_documents');
  expect(documents.filter(({ title }) => title.startsWith('D18 ')).map((each) => each.path)).toEqual(['/d18b/plan']);
});

test('a path finds a document wherever its id does, and is in what is shown of it', async () => {
  const { document_id: id, path: at } = await create('By path', '/by/path');
  expect(at).toBe('/by/path');
  expect(await server.document('get_document', { path: '//by/path/' })).toEqual(await server.document('get_document', { id }));
  expect(await server.document('export_md', { path: at })).toEqual(await server.document('export_md', { id }));
  const { documents } = await server.document<{ documents: Made[] }>('list_documents');
  expect(documents.find((each) => each.document_id === id)).toMatchObject({ path: at });
  expect(await server.document('delete_document', { path: at })).toMatchObject({ document_id: id });
  expect((await server.call<RefusalBody>('get_document', { path: at })).body.reason).toBe('not_found');
});

test('a document is named by exactly one of id and path', async () => {
  const { document_id: id, path: at } = await create('One way');
  for (const op of ['get_document', 'export_md', 'delete_document']) {
    expect((await server.call<RefusalBody>(op)).body.reason).toBe('missing_field');
    expect((await server.call<RefusalBody>(op, { id, path: at })).body.reason).toBe('invalid_input');
    expect((await server.call<RefusalBody>(op, { path: '/documents' })).body.reason).toBe('not_found');
  }
  const { body } = await server.call<RefusalBody>('import_md', { markdown: '# A', document_id: id, path: '/a' });
  expect(body.reason).toBe('invalid_input');
});

test('import_md names its document by path, or after its title', async () => {
  const made = await server.document<Made>('import_md', { markdown: '# Imported plan\n\n## Part\n', path: '/imports/one' });
  expect(await server.document('get_document', { path: '/imports/one' })).toMatchObject({ document_id: made.document_id, chunk_count: 2 });
  const other = await server.document<Made>('import_md', { markdown: '# Imported plan\n' });
  expect(await server.document('get_document', { id: other.document_id })).toMatchObject({ path: '/documents/imported-plan' });
});

test('a new title changes no path', async () => {
  const { document_id: id, root_chunk_id } = await create('Old title');
  await server.document('update_chunk', { id: root_chunk_id, revision: 1, title: 'New title' });
  expect(await server.document('get_document', { id })).toMatchObject({ title: 'New title', path: '/documents/old-title' });
});

test('documents of a file of version 1 get their default paths before anyone sees them', async () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'loomcycle-'));
  const folder = path.join(dataDir, 'sqlmem', 'default', 'user');
  mkdirSync(folder, { recursive: true });
  const db = new Database(path.join(folder, 'denn.db'));
  db.exec(MIGRATIONS[0]!);
  db.pragma('user_version = 1');
  for (const [index, title] of ['Plan', 'Plan 2', 'Plan', '計画'].entries()) {
    const id = String(index).padStart(32, '0');
    const root = String(index).padStart(32, 'a');
    db.prepare('INSERT INTO documents VALUES (?, ?, ?, ?, ?)').run(id, title, root, index, index);
    db.prepare('INSERT INTO chunks (id, document_id, position, title, created_at, updated_at) VALUES (?, ?, 0, ?, 1, 1)').run(root, id, title);
  }
  db.close();
  const old = await TestServer.start({ dataDir });
  try {
    const { documents } = await old.document<{ documents: Made[] }>('list_documents');
    const paths = ['/documents/plan', '/documents/plan-2', '/documents/plan-3', '/documents/document'];
    expect(documents.map((document) => document.path)).toEqual(paths);
    expect(await ls(old, { path: '/documents' })).toEqual(paths.toSorted().map((at) => `${at} document`));
  } finally {
    await old.stop();
    rmSync(dataDir, { recursive: true });
  }
});
