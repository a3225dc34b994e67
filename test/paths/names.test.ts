import { afterAll, beforeAll, expect, test } from 'vitest';
import { callPath, documentAt, ls, path } from '../support/paths.js';
import { TestServer, type RefusalBody } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

test('P1: paths are case-sensitive: what is done to /docs does nothing to /Docs', async () => {
  await documentAt(server, '/p1/docs/a');
  await documentAt(server, '/p1/Docs/b');
  await path(server, 'mkdir', { path: '/p1/DOCS' });
  expect(await ls(server, { path: '/p1/docs', recursive: true })).toEqual(['/p1/docs/a document']);
  expect(await ls(server, { path: '/p1/Docs', recursive: true })).toEqual(['/p1/Docs/b document']);
  await path(server, 'mv', { path: '/p1/docs', to: '/p1/dOCS' });
  await path(server, 'rm', { path: '/p1/DOCS', recursive: true });
  expect(await ls(server, { path: '/p1', recursive: true })).toEqual([
    '/p1/Docs directory',
    '/p1/Docs/b document',
    '/p1/dOCS directory',
    '/p1/dOCS/a document',
  ]);
  expect((await callPath(server, 'resolve', { path: '/p1/docs/a' })).body).toMatchObject({ reason: 'not_found' });
});

test('P1: what is beside a directory and begins like it is not below it', async () => {
  await Promise.all(['/p1b/a/x', '/p1b/a-b', '/p1b/a.b', '/p1b/a0', '/p1b/ab', '/p1b/a_'].map((at) => documentAt(server, at)));
  expect(await ls(server, { path: '/p1b/a', recursive: true })).toEqual(['/p1b/a/x document']);
  await path(server, 'mv', { path: '/p1b/a', to: '/p1b/z' });
  expect(await ls(server, { path: '/p1b', recursive: true })).toEqual([
    '/p1b/a-b document',
    '/p1b/a.b document',
    '/p1b/a0 document',
    '/p1b/a_ document',
    '/p1b/ab document',
    '/p1b/z directory',
    '/p1b/z/x document',
  ]);
});

test('P2: a directory that was never made, only implied, is real in ls, resolve, stat, mv and rm', async () => {
  const id = await documentAt(server, '/p2/docs/launch');
  expect(await ls(server, { path: '/' })).toContain('/p2 directory');
  expect(await ls(server, { path: '/p2' })).toEqual(['/p2/docs directory']);
  const resolved = { name: 'docs', kind: 'directory', full_path: '/p2/docs' };
  expect(await path(server, 'resolve', { path: '/p2/docs' })).toEqual(resolved);
  const document = await path(server, 'stat', { path: '/p2/docs/launch' });
  expect(await path(server, 'stat', { path: '/p2/docs' })).toEqual({
    ...resolved,
    scope: 'user',
    created_at: document.created_at,
    updated_at: document.updated_at,
  });
  expect((await callPath(server, 'rm', { path: '/p2/docs' })).body).toMatchObject({ reason: 'not_empty' });
  expect(await path(server, 'mv', { path: '/p2/docs', to: '/p2/texts' })).toEqual({ ok: true, from: '/p2/docs', to: '/p2/texts' });
  expect((await callPath(server, 'resolve', { path: '/p2/docs' })).body).toMatchObject({ reason: 'not_found' });
  await path(server, 'link', { path: '/p2/other', kind: 'document', ref: { document_id: id } });
  expect(await path(server, 'rm', { path: '/p2/texts', recursive: true })).toEqual({ ok: true, removed: '/p2/texts', n_removed: 1 });
  expect(await ls(server, { path: '/p2', recursive: true })).toEqual(['/p2/other document']);
});

test('a directory that was made stays when it is empty, one that was implied does not', async () => {
  await path(server, 'mkdir', { path: '/stay/made' });
  await documentAt(server, '/stay/made/a');
  await documentAt(server, '/stay/implied/b');
  await path(server, 'mv', { path: '/stay/made/a', to: '/stay/a' });
  await path(server, 'mv', { path: '/stay/implied/b', to: '/stay/b' });
  expect(await ls(server, { path: '/stay' })).toEqual(['/stay/a document', '/stay/b document', '/stay/made directory']);
});

test('mkdir makes a directory once, and gives a row to one that was implied', async () => {
  expect(await path(server, 'mkdir', { path: '//mk//a/' })).toEqual({ ok: true, path: '/mk/a', created: true });
  expect(await path(server, 'mkdir', { path: '/mk/a' })).toMatchObject({ created: false, note: expect.any(String) });
  expect(await path(server, 'mkdir', { path: '/mk' })).toMatchObject({ created: true, note: expect.any(String) });
  expect(await path(server, 'mkdir', { path: '/mk' })).toMatchObject({ created: false });
});

test('P4: nothing can be below what is not a directory', async () => {
  const id = await documentAt(server, '/p4/plan');
  await documentAt(server, '/p4/elsewhere');
  const attempts: [string, Record<string, unknown>][] = [
    ['mkdir', { path: '/p4/plan/a' }],
    ['link', { path: '/p4/plan/a/b/c', kind: 'document', ref: { document_id: id } }],
    ['mv', { path: '/p4/elsewhere', to: '/p4/plan/a' }],
  ];
  for (const [op, input] of attempts) {
    const { status, body } = await callPath<RefusalBody>(server, op, input);
    expect([op, status, body.reason, body.data]).toEqual([op, 422, 'not_a_directory', { path: '/p4/plan', kind: 'document' }]);
  }
  for (const op of ['create_document', 'import_md']) {
    const { body } = await server.call<RefusalBody>(op, { title: 'x', markdown: op === 'import_md' ? '# x' : undefined, path: '/p4/plan/a' });
    expect([op, body.reason]).toEqual([op, 'not_a_directory']);
  }
  expect(await ls(server, { path: '/p4', recursive: true })).toEqual(['/p4/elsewhere document', '/p4/plan document']);
});

test('P4: what has something below it can be named nothing else', async () => {
  const id = await documentAt(server, '/p4b/a/b');
  for (const at of ['/p4b', '/p4b/a']) {
    const { body } = await callPath<RefusalBody>(server, 'link', { path: at, kind: 'document', ref: { document_id: id } });
    expect(body).toMatchObject({ reason: 'path_taken', data: { path: at, kind: 'directory' } });
  }
});

test('the grammar: absolute, plain segments, bounded', async () => {
  const long = 'a'.repeat(64);
  const good: [string, string][] = [
    ['/A.b_c-9', '/A.b_c-9'],
    ['//g///h//', '/g/h'],
    [`/${long}`, `/${long}`],
    ['/...', '/...'],
  ];
  for (const [given, normal] of good) expect((await path(server, 'mkdir', { path: given })).path).toBe(normal);
  const bad = [
    'docs', './docs', '/a/../b', '/a/./b', '/a b', '/ä', '/a\u0000', '/a\\b', '/a%2Fb', `/${long}a`,
    '/a'.repeat(65), `${`/${long}`.repeat(15)}/${'a'.repeat(49)}`,
  ];
  for (const at of bad) {
    const { status, body } = await callPath<RefusalBody>(server, 'mkdir', { path: at });
    expect([at, status, body.reason]).toEqual([at, 422, 'invalid_input']);
  }
});

test('the root is there, and can be neither made, named, moved nor removed', async () => {
  expect(await path(server, 'resolve', { path: '' })).toEqual({ kind: 'directory', full_path: '/' });
  expect(await path(server, 'stat', { path: '/' })).toEqual({ kind: 'directory', full_path: '/', scope: 'user' });
  const attempts: [string, Record<string, unknown>][] = [
    ['mkdir', { path: '/' }],
    ['link', { path: '/', kind: 'url', ref: { url: 'https://example.org/' } }],
    ['mv', { path: '/', to: '/x' }],
    ['mv', { path: '/p4b', to: '/' }],
    ['rm', { path: '/', recursive: true }],
  ];
  for (const [op, input] of attempts) {
    expect((await callPath<RefusalBody>(server, op, input)).body).toMatchObject({ reason: 'invalid_input' });
  }
  for (const op of ['create_document', 'get_document']) {
    const { status } = await server.call(op, op === 'get_document' ? { path: '/' } : { title: 'x', path: '/' });
    expect([op, status]).toEqual([op, 422]);
  }
});
