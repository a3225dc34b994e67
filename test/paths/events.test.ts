import { afterAll, beforeAll, expect, test } from 'vitest';
import { documentAt, path } from '../support/paths.js';
import { TestServer } from '../support/server.js';
import { Subscriber } from '../support/socket.js';

let server: TestServer;
let subscriber: Subscriber;
beforeAll(async () => {
  server = await TestServer.start();
  subscriber = await Subscriber.open(server);
});
afterAll(async () => {
  await subscriber.close();
  await server.stop();
});

/** What subscribers to names have been told, without who did it and when. */
async function told(count: number): Promise<Record<string, unknown>[]> {
  const payloads = await subscriber.until(() => {
    const events = subscriber.events.filter(({ topic }) => topic === 'paths');
    return events.length >= count && events.map(({ payload }) => payload);
  });
  return payloads.map(({ actor, timestamp, ...rest }) => {
    expect([actor, typeof timestamp]).toEqual(['denn', 'number']);
    return rest;
  });
}

test('P6: a tree can be watched: every change of names is one event of the topic paths', async () => {
  await subscriber.subscribe('names', 'paths');
  const id = await documentAt(server, '/ev/plan');
  await path(server, 'mkdir', { path: '/ev/new' });
  await path(server, 'mkdir', { path: '/ev/new' });
  await path(server, 'link', { path: '/ev/alias', kind: 'document', ref: { document_id: id } });
  await path(server, 'mv', { path: '/ev', to: '/moved' });
  await path(server, 'rm', { path: '/moved/new' });
  await server.document('delete_document', { id });
  const document = { kind: 'document', resource: id };
  const directory = { kind: 'directory', resource: null };
  expect(await told(7)).toEqual([
    { op: 'create', from: null, to: '/ev/plan', ...document },
    { op: 'mkdir', from: null, to: '/ev/new', ...directory },
    { op: 'link', from: null, to: '/ev/alias', ...document },
    { op: 'mv', from: '/ev', to: '/moved', ...directory },
    { op: 'rm', from: '/moved/new', to: null, ...directory },
    { op: 'rm', from: '/moved/plan', to: null, ...document },
    { op: 'rm', from: '/moved/alias', to: null, ...document },
  ]);
});

test('a subscription to the chunks of a document goes on when its name moves', async () => {
  const id = await documentAt(server, '/sub/plan');
  await subscriber.subscribe('chunks', `documents/${id}/chunks`);
  const titles = ['before', 'after'];
  await server.document('create_chunk', { document_id: id, title: titles[0] });
  await path(server, 'mv', { path: '/sub/plan', to: '/elsewhere/launch' });
  await server.document('create_chunk', { document_id: id, title: titles[1] });
  const events = await subscriber.until(() => {
    const found = subscriber.events.filter(({ topic }) => topic === `documents/${id}/chunks`);
    return found.length >= 2 && found;
  });
  expect(events.map(({ payload }) => payload.op)).toEqual(['create_chunk', 'create_chunk']);
  expect(await server.document('get_document', { path: '/elsewhere/launch' })).toMatchObject({ document_id: id, chunk_count: 3 });
});
