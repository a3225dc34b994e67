import { afterAll, beforeAll, expect, test } from 'vitest';
import { callPath, documentAt, ls, path } from '../support/paths.js';
import { TestServer, type RefusalBody } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

const url = { kind: 'url', ref: { url: 'https://example.org/' } };

test('rm takes a name, never what it names', async () => {
  const id = await documentAt(server, '/rm/plan');
  await path(server, 'link', { path: '/rm/again', kind: 'document', ref: { document_id: id } });
  expect(await path(server, 'rm', { path: '/rm/plan' })).toEqual({ ok: true, removed: '/rm/plan', n_removed: 1 });
  expect(await server.document('get_document', { id })).toMatchObject({ path: '/rm/again' });
});

test('rm of a directory needs recursive where anything is in it', async () => {
  for (const name of ['a', 'b/c', 'b/d']) await path(server, 'link', { path: `/tree/${name}`, ...url });
  await path(server, 'mkdir', { path: '/tree/b' });
  expect((await callPath(server, 'rm', { path: '/tree/b' })).body).toMatchObject({ reason: 'not_empty', data: { path: '/tree/b' } });
  expect(await path(server, 'rm', { path: '/tree/b', recursive: true })).toMatchObject({ n_removed: 3 });
  expect(await ls(server, { path: '/tree' })).toEqual(['/tree/a url']);
  expect((await callPath(server, 'rm', { path: '/tree/b' })).body).toMatchObject({ reason: 'not_found' });
});

test('the last name of a document stays: rm is refused whole, and says which', async () => {
  const [one, two] = [await documentAt(server, '/last/one'), await documentAt(server, '/last/deep/two')];
  await path(server, 'link', { path: '/last/link', ...url });
  await path(server, 'link', { path: '/last/deep/two-again', kind: 'document', ref: { document_id: two } });
  const { status, body } = await callPath<RefusalBody>(server, 'rm', { path: '/last', recursive: true });
  expect([status, body.reason]).toEqual([422, 'last_name']);
  expect(body.data).toEqual({
    documents: [
      { path: '/last/deep/two', document_id: two },
      { path: '/last/deep/two-again', document_id: two },
      { path: '/last/one', document_id: one },
    ],
  });
  expect(await ls(server, { path: '/last' })).toHaveLength(3);
  await path(server, 'mv', { path: '/last/deep/two-again', to: '/kept' });
  await path(server, 'rm', { path: '/last/deep', recursive: true });
  expect(await server.document('get_document', { id: two })).toMatchObject({ path: '/kept' });
});

test('rm with resource_too is refused', async () => {
  await path(server, 'link', { path: '/too', ...url });
  const { status, body } = await callPath<RefusalBody>(server, 'rm', { path: '/too', resource_too: true });
  expect([status, body.reason]).toEqual([422, 'invalid_input']);
  expect(await path(server, 'rm', { path: '/too', resource_too: false })).toMatchObject({ n_removed: 1 });
});

test('P5: with a document go all names of it and of its chunks, with a chunk its own', async () => {
  const id = await documentAt(server, '/p5/plan');
  const chunks: string[] = [];
  for (const title of ['a', 'b']) {
    chunks.push((await server.document<{ id: string }>('create_chunk', { document_id: id, title })).id);
  }
  await path(server, 'link', { path: '/p5/alias', kind: 'document', ref: { document_id: id } });
  await path(server, 'link', { path: '/p5/a', kind: 'chunk', ref: { chunk_id: chunks[0] } });
  await path(server, 'link', { path: '/p5/b', kind: 'chunk', ref: { chunk_id: chunks[1] } });
  await server.document('delete_chunk', { id: chunks[0] });
  expect(await ls(server, { path: '/p5' })).toEqual(['/p5/alias document', '/p5/b chunk', '/p5/plan document']);
  await server.document('delete_document', { path: '/p5/alias' });
  expect(await ls(server, { path: '/p5' })).toEqual([]);
  expect((await callPath(server, 'resolve', { path: '/p5' })).body).toMatchObject({ reason: 'not_found' });
});
