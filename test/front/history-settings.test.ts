import { afterEach, expect, test } from 'vitest';
import { TestServer } from '../support/server.js';

let server: TestServer;
afterEach(() => server.stop());

interface Chunk {
  id: string;
}

async function deleteChunk(): Promise<Chunk> {
  const { document_id } = await server.document<{ document_id: string }>('create_document', { title: 'Plan' });
  const chunk = await server.document<Chunk>('create_chunk', { document_id, title: 'c', body: 'text' });
  await server.document('delete_chunk', { id: chunk.id });
  return chunk;
}

test('history.keep_deleted of the configuration reaches the scope: its alarm removes what was deleted', async () => {
  server = await TestServer.start({ config: { history: { keep: 'forever', keep_deleted: '1ms' } } });
  const { id } = await deleteChunk();
  let answer;
  do answer = await server.call('history', { id });
  while (answer.status === 200);
  expect(answer.body).toMatchObject({ reason: 'not_found' });
  expect(await server.call('undelete', { id })).toMatchObject({ status: 422, body: { reason: 'not_found' } });
});

test('by default what was deleted can come back for 30 days, also after a crash', async () => {
  server = await TestServer.start();
  const { dataDir } = server;
  const { id } = await deleteChunk();
  await server.kill();
  const again = await TestServer.start({ dataDir });
  try {
    const { deleted } = await again.document<{ deleted: { deleted_at: number; until: number }[] }>('list_deleted');
    expect(deleted.map(({ deleted_at, until }) => Math.round((until - deleted_at) / 86_400e9))).toEqual([30]);
    await again.document('undelete', { id });
    expect(await again.document('get_chunk', { id })).toMatchObject({ title: 'c', body: 'text', revision: 2 });
  } finally {
    await again.stop();
  }
});
