import { afterAll, beforeAll, expect, test } from 'vitest';
import { callPath, documentAt, ls, path } from '../support/paths.js';
import { TestServer, type RefusalBody } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

async function refused(input: Record<string, unknown>): Promise<string> {
  return (await callPath<RefusalBody>(server, 'mv', input)).body.reason;
}

test('mv renames a tree with all that is below it, and the documents stay who they are', async () => {
  const id = await documentAt(server, '/mv/a/b/plan');
  await path(server, 'mkdir', { path: '/mv/a/empty' });
  await path(server, 'mv', { path: '/mv/a', to: '/mv/new/place' });
  expect(await ls(server, { path: '/mv', recursive: true })).toEqual([
    '/mv/new directory',
    '/mv/new/place directory',
    '/mv/new/place/b directory',
    '/mv/new/place/b/plan document',
    '/mv/new/place/empty directory',
  ]);
  expect(await server.document('get_document', { path: '/mv/new/place/b/plan' })).toMatchObject({
    document_id: id,
    path: '/mv/new/place/b/plan',
  });
});

test('P3: of many moves to one destination at the same time exactly one happens', async () => {
  const sources = Array.from({ length: 12 }, (_, index) => `/p3/from/${index}`);
  await Promise.all(sources.map((at) => documentAt(server, at)));
  const answers = await Promise.all(sources.map((at) => callPath<RefusalBody>(server, 'mv', { path: at, to: '/p3/to' })));
  expect(answers.map(({ status, body }) => (status === 200 ? 'moved' : body.reason)).toSorted()).toEqual([
    'moved',
    ...Array.from({ length: 11 }, () => 'path_taken'),
  ]);
  expect(await ls(server, { path: '/p3/from' })).toHaveLength(11);
});

test('P3: mv onto an implied directory is refused, so that no trees merge', async () => {
  await documentAt(server, '/p3b/from/x');
  await documentAt(server, '/p3b/to/y');
  await path(server, 'mkdir', { path: '/p3b/made' });
  for (const to of ['/p3b/to', '/p3b/made', '/p3b/to/y']) expect(await refused({ path: '/p3b/from', to })).toBe('path_taken');
  expect(await ls(server, { path: '/p3b/to', recursive: true })).toEqual(['/p3b/to/y document']);
});

test('mv of nothing, onto itself, below itself or past the limits is refused and changes nothing', async () => {
  await documentAt(server, '/no/a/b');
  expect(await refused({ path: '/no/missing', to: '/no/x' })).toBe('not_found');
  expect(await refused({ path: '/no/a', to: '/no//a/' })).toBe('invalid_input');
  expect(await refused({ path: '/no/a', to: '/no/a/b2' })).toBe('cycle');
  expect(await refused({ path: '/no/a', to: `/no${'/d'.repeat(63)}` })).toBe('invalid_input');
  expect(await refused({ path: '/no/a', to: `/no${`/${'w'.repeat(64)}`.repeat(15)}/${'v'.repeat(45)}` })).toBe('invalid_input');
  expect(await refused({ path: '/no/a' })).toBe('missing_field');
  expect(await ls(server, { path: '/no', recursive: true })).toEqual(['/no/a directory', '/no/a/b document']);
  // As far as it goes.
  await path(server, 'mv', { path: '/no/a', to: `/no${'/d'.repeat(62)}` });
});

test('/documents can move, but stays a directory for documents to come', async () => {
  await server.document('create_document', { title: 'Moved along' });
  const { document_id } = await server.document('create_document', { title: 'Usurper', path: '/usurper' });
  await path(server, 'mv', { path: '/documents', to: '/archive' });
  expect(await ls(server, { path: '/archive' })).toEqual(['/archive/moved-along document']);
  expect(await refused({ path: '/usurper', to: '/documents' })).toBe('path_taken');
  const link = await callPath<RefusalBody>(server, 'link', { path: '/documents', kind: 'document', ref: { document_id } });
  expect(link.body.reason).toBe('path_taken');
  expect(await server.document('create_document', { title: 'Moved along' })).toMatchObject({ path: '/documents/moved-along' });
});
