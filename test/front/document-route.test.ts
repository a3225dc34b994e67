import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestServer, type RefusalBody } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

const FIELDS = [
  { name: 'platform', type: 'enum', values: ['mastodon+bluesky', 'x', 'linkedin'] },
  { name: 'date', type: 'date' },
  { name: 'status', type: 'enum', values: ['scheduled', 'drafted', 'approved', 'posted', 'done', 'skipped'] },
  { name: 'blog_slug', type: 'string' },
  { name: 'day_number', type: 'int' },
  { name: 't_offset', type: 'string' },
];

interface Chunk {
  id: string;
  revision: number;
  position: number;
  parent_id: string;
  status?: string;
  body: string;
  fields?: Record<string, unknown>;
}

async function newDocument(): Promise<{ document_id: string; root_chunk_id: string }> {
  return server.document('create_document', { title: 'Plan' });
}

async function newChunk(input: Record<string, unknown> = {}): Promise<Chunk> {
  const { document_id } = await newDocument();
  return server.document<Chunk>('create_chunk', { document_id, title: 'chunk', ...input });
}

describe('POST /v1/_document', () => {
  test('ids are 32 hex characters', async () => {
    const { document_id, root_chunk_id } = await newDocument();
    expect(document_id).toMatch(/^[0-9a-f]{32}$/);
    expect(root_chunk_id).toMatch(/^[0-9a-f]{32}$/);
  });

  test('update_chunk changes what it names, merges fields, and counts the revision', async () => {
    const chunk = await newChunk({ body: 'old', fields: { a: 1, b: 2 } });
    const updated = await server.document<Chunk>('update_chunk', { id: chunk.id, revision: 1, fields: { b: null, c: 3 } });
    expect(updated).toMatchObject({ revision: 2, body: 'old', fields: { a: 1, c: 3 } });
    expect(updated.fields).not.toHaveProperty('b');
    expect(await server.document('get_chunk', { id: chunk.id })).toEqual(updated);
  });

  test('a stale revision changes nothing and brings the current chunk', async () => {
    const chunk = await newChunk({ body: 'one' });
    const current = await server.document<Chunk>('update_chunk', { id: chunk.id, revision: 1, body: 'two' });
    const { status, body } = await server.call<RefusalBody>('update_chunk', { id: chunk.id, revision: 1, body: 'three' });
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'tool_refused', tool: 'Document', reason: 'revision_conflict' });
    expect(body.error).toContain('revision conflict');
    expect(body.data).toEqual({ current_revision: 2, current });
    expect(await server.document('get_chunk', { id: chunk.id })).toEqual(current);
  });

  test('siblings stay at 0, 1, 2, … through create, move and delete', async () => {
    const { document_id, root_chunk_id } = await newDocument();
    const ids: string[] = [];
    for (const title of ['a', 'b', 'c', 'd']) {
      ids.push((await server.document<Chunk>('create_chunk', { document_id, title })).id);
    }
    await server.document('create_chunk', { document_id, title: 'first', position: 0 });
    await server.document('move_chunk', { id: ids[3], position: 1 });
    await server.document('move_chunk', { id: ids[0], new_parent_id: ids[1] });
    await server.document('delete_chunk', { id: ids[2] });
    const { chunks } = await server.document<{ chunks: { title: string; position: number }[] }>('query_chunks', {
      parent_id: root_chunk_id,
    });
    expect(chunks.map(({ title, position }) => [title, position])).toEqual([
      ['first', 0],
      ['d', 1],
      ['b', 2],
    ]);
  });

  test('a move below oneself is refused, and so is a parent of another document', async () => {
    const chunk = await newChunk();
    const child = await server.document<Chunk>('create_chunk', {
      document_id: (chunk as unknown as { document_id: string }).document_id,
      parent_id: chunk.id,
      title: 'child',
    });
    const cycle = await server.call<RefusalBody>('move_chunk', { id: chunk.id, new_parent_id: child.id });
    expect([cycle.status, cycle.body.reason]).toEqual([422, 'cycle']);
    const other = await newDocument();
    const foreign = await server.call<RefusalBody>('move_chunk', { id: chunk.id, new_parent_id: other.root_chunk_id });
    expect([foreign.status, foreign.body.reason]).toEqual([422, 'not_found']);
  });

  test('delete_chunk takes the subtree, delete_document the rest', async () => {
    const chunk = await newChunk();
    const { document_id } = chunk as unknown as { document_id: string };
    await server.document('create_chunk', { document_id, parent_id: chunk.id, title: 'child' });
    expect(await server.document('delete_chunk', { id: chunk.id })).toEqual({
      deleted: true,
      cascade_deleted_descendants: 1,
    });
    expect(await server.document('delete_document', { id: document_id })).toMatchObject({ n_chunks_deleted: 1 });
    const { status, body } = await server.call<RefusalBody>('get_document', { id: document_id });
    expect([status, body.reason]).toEqual([422, 'not_found']);
  });

  test('the root can be neither deleted nor moved', async () => {
    const { root_chunk_id: id } = await newDocument();
    for (const op of ['delete_chunk', 'move_chunk']) {
      const { status, body } = await server.call<RefusalBody>(op, { id });
      expect([op, status, body.reason]).toEqual([op, 422, 'root_chunk']);
    }
  });

  test('a document is called what its root is called', async () => {
    const { document_id, root_chunk_id } = await newDocument();
    await server.document('update_chunk', { id: root_chunk_id, revision: 1, title: 'New name' });
    expect(await server.document('get_document', { id: document_id })).toMatchObject({ title: 'New name' });
  });

  test('pages of list_documents and query_chunks are complete and free of doubles', async () => {
    const { document_id } = await newDocument();
    for (let n = 0; n < 7; n += 1) await server.document('create_chunk', { document_id, title: `c${n}` });
    const titles: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await server.document<{ chunks: { title: string }[]; next_cursor?: string }>('query_chunks', {
        document_id,
        limit: 3,
        ...(cursor === undefined ? {} : { cursor }),
      });
      titles.push(...page.chunks.map((chunk) => chunk.title));
      cursor = page.next_cursor;
    } while (cursor !== undefined);
    expect(titles).toEqual(['Plan', 'c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6']);

    const ids: string[] = [];
    do {
      const page: { documents: { document_id: string }[]; next_cursor?: string } = await server.document('list_documents', {
        limit: 2,
        ...(cursor === undefined ? {} : { cursor }),
      });
      ids.push(...page.documents.map((each) => each.document_id));
      cursor = page.next_cursor;
    } while (cursor !== undefined);
    expect(ids).toContain(document_id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test.each([
    [{}, 'missing_field'],
    [{ op: 'fly' }, 'unknown_op'],
    [{ op: 'get_chunk' }, 'missing_field'],
    [{ op: 'get_chunk', id: 'short' }, 'invalid_input'],
    [{ op: 'create_document', title: 'x', colour: 'red' }, 'invalid_input'],
    [{ op: 'list_documents', scope: 'agent' }, 'scope_unsupported'],
    [{ op: 'query_chunks', limit: 1001 }, 'invalid_input'],
  ])('refuses %j as %s', async (input, reason) => {
    const { op, ...rest } = input as { op?: string };
    const { status, body } = await server.call<RefusalBody>(op as string, rest);
    expect([status, body.code, body.reason]).toEqual([422, 'tool_refused', reason]);
  });

  test('what is not a JSON object is a bad request', async () => {
    for (const body of ['', 'x', '[]', '"op"']) {
      const response = await fetch(`${server.url}/v1/_document`, {
        method: 'POST',
        headers: { authorization: 'Bearer test-token-of-denn-0123456789' },
        body,
      });
      expect([body, response.status]).toEqual([body, 400]);
      expect(await response.json()).toMatchObject({ code: 'bad_request' });
    }
  });
});

describe('define_type', () => {
  beforeAll(async () => {
    await server.document('define_type', { name: 'publication', fields: FIELDS });
  });

  test.each([
    ['platform', 'myspace', 'must be one of mastodon+bluesky, x, linkedin'],
    ['date', '2026-02-30', 'must be a date YYYY-MM-DD'],
    ['day_number', 1.5, 'must be a whole number'],
    ['blog_slug', 7, 'must be a string'],
  ])('a write with %s = %j is refused with field, rule and value', async (field, value, rule) => {
    const { document_id } = await newDocument();
    const { status, body } = await server.call<RefusalBody>('create_chunk', {
      document_id,
      title: 'p',
      type: 'publication',
      fields: { [field]: value },
    });
    expect([status, body.reason]).toEqual([422, 'invalid_field']);
    expect(body.data).toMatchObject({ field, rule, value });
  });

  test('status and the field status are one value, whichever is written', async () => {
    const chunk = await newChunk({ type: 'publication', status: 'scheduled' });
    expect(chunk.fields).toEqual({ status: 'scheduled' });
    const drafted = await server.document<Chunk>('update_chunk', {
      id: chunk.id,
      revision: 1,
      fields: { status: 'drafted' },
    });
    expect(drafted).toMatchObject({ status: 'drafted', fields: { status: 'drafted' } });
    const both = await server.document<Chunk>('update_chunk', {
      id: chunk.id,
      revision: 2,
      status: 'approved',
      fields: { status: 'approved' },
    });
    expect(both.status).toBe('approved');
    const { status, body } = await server.call<RefusalBody>('update_chunk', {
      id: chunk.id,
      revision: 3,
      status: 'posted',
      fields: { status: 'done' },
    });
    expect([status, body.reason]).toEqual([422, 'invalid_field']);
  });

  test('required fields and defaults hold', async () => {
    await server.document('define_type', {
      name: 'task',
      fields: [
        { name: 'owner', type: 'string', required: true },
        { name: 'points', type: 'int', default: 1 },
        { name: 'link', type: 'url' },
        { name: 'at', type: 'datetime' },
        { name: 'done', type: 'bool' },
        { name: 'weight', type: 'number' },
      ],
    });
    const { document_id } = await newDocument();
    const refused = await server.call<RefusalBody>('create_chunk', { document_id, title: 't', type: 'task' });
    expect(refused.body.data).toMatchObject({ field: 'owner', rule: 'is required', value: null });
    const task = await newChunk({
      type: 'task',
      fields: { owner: 'denn', link: 'https://example.org/x', at: '2026-06-30T09:00:00Z', done: false, weight: 0.5 },
    });
    expect(task.fields).toMatchObject({ points: 1 });
    for (const fields of [{ owner: null }, { link: 'example.org' }, { at: '2026-06-30' }, { done: 'no' }, { weight: '1' }]) {
      const { body } = await server.call<RefusalBody>('update_chunk', { id: task.id, revision: 1, fields });
      expect([fields, body.reason]).toEqual([fields, 'invalid_field']);
    }
  });

  test('list_types shows what was defined', async () => {
    const { types } = await server.document<{ types: { name: string }[] }>('list_types');
    expect(types.find((type) => type.name === 'publication')).toEqual({ name: 'publication', document_id: '', fields: FIELDS, revision: 1 });
  });

  test.each([
    [[{ name: 'a', type: 'enum' }]],
    [[{ name: 'a', type: 'colour' }]],
    [[{ name: 'a', type: 'int', default: 'x' }]],
    [[{ name: 'status', type: 'int' }]],
    [[{ name: 'a', type: 'int' }, { name: 'a', type: 'string' }]],
  ])('refuses the fields %j', async (fields) => {
    const { status, body } = await server.call<RefusalBody>('define_type', { name: 'bad', fields });
    expect([status, body.reason]).toEqual([422, 'invalid_input']);
  });
});
