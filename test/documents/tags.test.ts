import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestServer } from '../support/server.js';

interface Tags {
  tags: { tag: string; count: number }[];
  next_cursor?: string;
}

let server: TestServer;
let document: string;
const ids: string[] = [];
beforeAll(async () => {
  server = await TestServer.start();
  document = (await server.document<{ document_id: string }>('create_document', { title: 'Plan' })).document_id;
  for (const chunk of [
    { body: '#Launch #area/north' },
    { body: 'text', fields: { tags: ['launch', 'two words'] } },
    { body: '#area/south `#code` #Ärger' },
  ]) {
    ids.push((await server.document<{ id: string }>('create_chunk', { document_id: document, title: 'c', ...chunk })).id);
  }
});
afterAll(() => server.stop());

async function tags(input: Record<string, unknown> = {}): Promise<string[]> {
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page: Tags = await server.document('list_tags', { limit: 2, ...input, ...(cursor ? { cursor } : {}) });
    seen.push(...page.tags.map(({ tag, count }) => `${tag} ${count}`));
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  return seen;
}

test('list_tags counts chunks, folded, of the scope or of a document', async () => {
  const all = ['area/north 1', 'area/south 1', 'Launch 2', 'two words 1', 'Ärger 1'];
  expect(await tags()).toEqual(all);
  expect(await tags({ document_id: document })).toEqual(all);
  expect(await tags({ prefix: '#AREA/' })).toEqual(['area/north 1', 'area/south 1']);
  expect(await tags({ prefix: 'är', document_id: document })).toEqual(['Ärger 1']);
  const { document_id } = await server.document<{ document_id: string }>('create_document', { title: 'Empty' });
  expect(await tags({ document_id })).toEqual([]);
});

test('SQL sees them in chunk_tags', async () => {
  const sql = "SELECT c.id, t.tag FROM chunk_tags t JOIN chunks c ON c.id = t.chunk_id WHERE t.folded = 'launch' ORDER BY t.tag";
  expect(await server.document('query_chunks', { sql })).toMatchObject({ rows: [[ids[0], 'Launch'], [ids[1], 'launch']] });
  for (const table of ['loom_links', 'loom_titles', 'loom_unindexed']) {
    expect((await server.call('query_chunks', { sql: `SELECT * FROM ${table}` })).body.reason).toBe('sql_refused');
  }
});

test('tags follow the body and the list, and go with the chunk', async () => {
  const { id } = await server.document<{ id: string }>('create_chunk', { document_id: document, title: 'd', body: '#passing #staying' });
  await server.document('update_chunk', { id, revision: 1, body: '#Staying' });
  expect(await tags({ prefix: 'pass' })).toEqual([]);
  expect(await tags({ prefix: 'stay' })).toEqual(['Staying 1']);
  await server.document('update_chunk', { id, revision: 2, fields: { tags: ['passing'] } });
  await server.document('update_chunk', { id, revision: 3, body: 'none' });
  expect([await tags({ prefix: 'pass' }), await tags({ prefix: 'stay' })]).toEqual([['passing 1'], []]);
  await server.document('update_chunk', { id, revision: 4, fields: { tags: null } });
  expect(await tags({ prefix: 'pass' })).toEqual([]);
  await server.document('update_chunk', { id, revision: 5, body: '#again' });
  await server.document('delete_chunk', { id });
  expect(await tags({ prefix: 'again' })).toEqual([]);
});
