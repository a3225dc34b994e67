import { afterAll, beforeAll, expect, test } from 'vitest';
import { callPath, documentAt, ls, path, type Entry } from '../support/paths.js';
import { TestServer, type RefusalBody } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

const url = { kind: 'url', ref: { url: 'https://example.org/' } };

/** All pages of a listing. */
async function pages(input: Record<string, unknown>): Promise<string[][]> {
  const found: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await path<{ entries: Entry[]; next_cursor?: string }>(server, 'ls', { ...input, cursor });
    found.push(page.entries.map(({ full_path }) => full_path));
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  return found;
}

test('P6: ls comes in pages, with and without recursive, each entry once', async () => {
  const names = ['a/1', 'a/2', 'a-b', 'b/c/d/e', 'b/c/f', 'c', 'd/1'];
  for (const name of names) await path(server, 'link', { path: `/pages/${name}`, ...url });
  await path(server, 'mkdir', { path: '/pages/d' });
  expect(await pages({ path: '/pages', limit: 2 })).toEqual([
    ['/pages/a-b', '/pages/a'],
    ['/pages/b', '/pages/c'],
    ['/pages/d'],
  ]);
  const all = await pages({ path: '/pages', recursive: true });
  expect(all).toEqual([
    [
      '/pages/a-b', '/pages/a', '/pages/a/1', '/pages/a/2', '/pages/b', '/pages/b/c', '/pages/b/c/d', '/pages/b/c/d/e',
      '/pages/b/c/f', '/pages/c', '/pages/d', '/pages/d/1',
    ],
  ]);
  for (const limit of [1, 2, 5, 11, 12]) {
    const parts = await pages({ path: '/pages', recursive: true, limit });
    expect(parts.flat()).toEqual(all[0]);
    expect(parts).toHaveLength(Math.ceil(12 / limit));
  }
});

test('P6: kind_filter fills the pages: what is filtered out takes no room', async () => {
  for (let index = 0; index < 30; index += 1) {
    await path(server, 'link', { path: `/kinds/${index % 2 === 0 ? 'x' : 'y'}/u${index}`, ...url });
  }
  const id = await documentAt(server, '/kinds/y/u21-plan');
  await path(server, 'link', { path: '/kinds/zz', kind: 'document', ref: { document_id: id } });
  const filtered = { path: '/kinds', kind_filter: 'document', limit: 1 };
  expect(await pages({ ...filtered, recursive: true })).toEqual([['/kinds/y/u21-plan'], ['/kinds/zz']]);
  expect(await pages(filtered)).toEqual([['/kinds/zz']]);
  expect(await pages({ path: '/kinds', kind_filter: 'directory', limit: 1 })).toEqual([['/kinds/x'], ['/kinds/y']]);
  expect(await pages({ path: '/', kind_filter: 'directory', recursive: true })).toEqual([
    expect.arrayContaining(['/kinds', '/kinds/x', '/kinds/y']),
  ]);
  expect(await pages({ path: '/kinds', kind_filter: 'chunk', recursive: true })).toEqual([[]]);
});

test('a directory with more than one read takes is listed whole, its subdirectories stepped over', async () => {
  const ops = Array.from({ length: 600 }, (_, index) => path(server, 'link', { path: `/many/${index % 3}/${index}`, ...url }));
  await Promise.all(ops);
  expect(await ls(server, { path: '/many' })).toEqual(['/many/0 directory', '/many/1 directory', '/many/2 directory']);
  expect(await ls(server, { path: '/many', recursive: true, kind_filter: 'url' })).toHaveLength(600);
  expect((await pages({ path: '/many', recursive: true, limit: 7 })).flat()).toHaveLength(603);
});

test('a cursor belongs to its listing; one that is none is refused', async () => {
  await path(server, 'link', { path: '/cur/a/1', ...url });
  await path(server, 'link', { path: '/cur/a/2', ...url });
  const { next_cursor } = await path(server, 'ls', { path: '/cur/a', limit: 1 });
  for (const input of [{ path: '/many', cursor: next_cursor }, { path: '/cur/a', cursor: 'x!' }, { path: '/cur/a', cursor: 'Lw' }]) {
    expect((await callPath<RefusalBody>(server, 'ls', input)).body.reason).toBe('invalid_input');
  }
  for (const limit of [0, 1001, 1.5]) {
    expect((await callPath<RefusalBody>(server, 'ls', { limit })).body.reason).toBe('invalid_input');
  }
});

test('ls of what is not there, or no directory, is empty', async () => {
  await documentAt(server, '/empty/plan');
  expect(await ls(server, { path: '/empty/plan' })).toEqual([]);
  expect(await ls(server, { path: '/nowhere' })).toEqual([]);
});

test('P6: link names any resource, also by several names', async () => {
  const id = await documentAt(server, '/link/plan');
  const { id: chunk } = await server.document<{ id: string }>('create_chunk', { document_id: id, title: 'c' });
  const cases: [string, object, object][] = [
    ['document', { document_id: id }, { document_id: id }],
    ['chunk', { chunk_id: chunk }, { chunk_id: chunk, document_id: id }],
    ['memory_entry', { key: 'prefs' }, { key: 'prefs', facet: 'kv' }],
    ['channel', { channel: 'news' }, { channel: 'news', scope: 'global' }],
    ['url', { url: 'https://example.org/a' }, { url: 'https://example.org/a' }],
  ];
  for (const [kind, ref, resource_ref] of cases) {
    const at = `/link/to/${kind}`;
    expect(await path(server, 'link', { path: at, kind, ref })).toEqual({ ok: true, path: at, kind, resource_ref, created: true });
    expect(await path(server, 'link', { path: at, kind, ref })).toMatchObject({ created: false });
    expect(await path(server, 'resolve', { path: at })).toEqual({ name: kind, kind, full_path: at, resource_ref });
    await path(server, 'link', { path: `${at}-2`, kind, ref });
    const names = kind === 'document' ? ['/link/plan', `${at}-2`] : [`${at}-2`];
    expect(await path(server, 'stat', { path: at })).toMatchObject({ kind, resource_ref, aliases: names });
  }
  for (const by of ['/link/plan', '/link/to/document-2']) {
    expect(await server.document('get_document', { path: by })).toMatchObject({ document_id: id, path: '/link/plan' });
  }
});

test('the path of a document is its first name, also where all names came in one batch', async () => {
  const { results } = await server.document<{ results: { document_id: string }[] }>('batch', {
    ops: [
      { op: 'create_document', title: 'Z', path: '/order/z' },
      ...['y', 'a'].map((name) => ({ tool: 'path', op: 'link', path: `/order/${name}`, kind: 'document', ref: { document_id: '$0.document_id' } })),
    ],
  });
  const id = results[0]!.document_id;
  expect(await server.document('get_document', { id })).toMatchObject({ path: '/order/z' });
  await path(server, 'rm', { path: '/order/z' });
  expect(await server.document('get_document', { id })).toMatchObject({ path: '/order/y' });
  const { documents } = await server.document<{ documents: { document_id: string }[] }>('list_documents');
  expect(documents.find((document) => document.document_id === id)).toMatchObject({ path: '/order/y' });
});

test('link refuses a taken name, a ref of another kind, and a resource that is not there', async () => {
  const id = await documentAt(server, '/linkno/plan');
  const { id: chunk } = await server.document<{ id: string }>('create_chunk', { document_id: id, title: 'c' });
  const cases: [string, string, object, string][] = [
    ['/linkno/plan', 'chunk', { chunk_id: chunk }, 'path_taken'],
    ['/linkno', 'document', { document_id: id }, 'path_taken'],
    ['/linkno/x', 'document', { chunk_id: chunk }, 'invalid_input'],
    ['/linkno/x', 'directory', {}, 'invalid_input'],
    ['/linkno/x', 'url', { url: 'javascript:alert(1)' }, 'invalid_input'],
    ['/linkno/x', 'document', { document_id: chunk }, 'not_found'],
    ['/linkno/x', 'chunk', { chunk_id: id }, 'not_found'],
    ['/linkno/x', 'chunk', { chunk_id: chunk, document_id: chunk }, 'not_found'],
  ];
  for (const [at, kind, ref, reason] of cases) {
    const { body } = await callPath<RefusalBody>(server, 'link', { path: at, kind, ref });
    expect([at, kind, body.reason]).toEqual([at, kind, reason]);
  }
  expect(await ls(server, { path: '/linkno' })).toEqual(['/linkno/plan document']);
});
