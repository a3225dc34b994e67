import { afterAll, beforeAll, expect, test } from 'vitest';
import { Subscriber } from '../support/socket.js';
import { TestServer, type RefusalBody } from '../support/server.js';

const READER = 'test-token-of-reader-0123456789';

interface Chunk {
  id: string;
  title: string;
  body: string;
  revision: number;
}

let server: TestServer;
let document: string;
beforeAll(async () => {
  server = await TestServer.start({
    config: {
      principals: {
        denn: { subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' },
        reader: { subject: 'denn', scopes: ['documents:read'], token_env: 'LOOMCYCLE_TOKEN_READER' },
      },
    },
    env: { LOOMCYCLE_TOKEN_READER: READER },
  });
  document = (await server.document<{ document_id: string }>('create_document', { title: 'Plan' })).document_id;
});
afterAll(() => server.stop());

function batch<Result = Chunk>(ops: Record<string, unknown>[]): Promise<{ results: Result[] }> {
  return server.document('batch', { ops });
}

async function refused(ops: Record<string, unknown>[], token?: string): Promise<RefusalBody> {
  const { status, body } = await server.call<RefusalBody>('batch', { ops }, token);
  expect(status).toBeGreaterThanOrEqual(400);
  return body;
}

async function titles(): Promise<string[]> {
  const { chunks } = await server.document<{ chunks: Chunk[] }>('query_chunks', { document_id: document });
  return chunks.map((chunk) => chunk.title);
}

test('later ops name what earlier ones made', async () => {
  const { results } = await batch([
    { op: 'create_chunk', document_id: document, title: 'parent' },
    { op: 'create_chunk', document_id: document, parent_id: '$0.id', title: 'child' },
    { op: 'update_chunk', id: '$1.id', revision: '$1.revision', body: 'under $0.id' },
    { op: 'get_chunk', id: '$1.parent_id' },
  ]);
  expect(results.map(({ title, revision }) => [title, revision])).toEqual([['parent', 1], ['child', 1], ['child', 2], ['parent', 1]]);
  // Only a whole text is a reference.
  expect(results[2]!.body).toBe('under $0.id');
});

test('a price is no reference, and what looks like one can be written', async () => {
  const { results } = await batch([{ op: 'create_chunk', document_id: document, title: '$5.99', body: '$$0.id' }]);
  expect([results[0]!.title, results[0]!.body]).toEqual(['$5.99', '$0.id']);
});

test('one op that is refused undoes all, and says which it was', async () => {
  const before = await titles();
  const subscriber = await Subscriber.open(server);
  const { seq } = await subscriber.subscribe('a', `documents/${document}/chunks`);
  const refusal = await refused([
    { op: 'create_chunk', document_id: document, title: 'never' },
    { op: 'update_chunk', id: '$0.id', revision: 7, body: 'x' },
  ]);
  expect([refusal.reason, refusal.data.index, refusal.data.op]).toEqual(['revision_conflict', 1, 'update_chunk']);
  expect(refusal.error).toContain('op 1 (update_chunk)');
  expect(await titles()).toEqual(before);
  await subscriber.settle();
  expect(subscriber.events).toEqual([]);
  const again = await subscriber.subscribe('b', 'documents/*/chunks');
  expect(again.seq).toBe(seq);
  await subscriber.close();
});

test('a reference to what is not there yet is refused', async () => {
  expect((await refused([{ op: 'get_chunk', id: '$0.id' }])).error).toContain('has not run before');
  const missing = await refused([{ op: 'create_chunk', document_id: document, title: 'a' }, { op: 'get_chunk', id: '$0.nothing' }]);
  expect(missing.error).toContain('has no nothing');
});

test('500 ops go through at once, 501 do not', async () => {
  const ops = Array.from({ length: 500 }, (_, n) => ({ op: 'create_chunk', document_id: document, title: `n${n}` }));
  const { results } = await batch(ops);
  expect(results.map((chunk) => chunk.title)).toEqual(ops.map((op) => op.title));
  expect((await refused([...ops, ops[0]!])).reason).toBe('invalid_input');
});

test('what does not belong into a batch is refused', async () => {
  expect((await refused([{ op: 'batch', ops: [] }])).error).toContain('cannot be part of a batch');
  expect((await refused([{ tool: '_log', op: 'open' }])).error).toContain('cannot be part of a batch');
  expect((await refused([{ op: 'list_documents', scope: 'agent' }])).error).toContain('scope belongs to the batch');
  expect((await refused([{ op: 'query_chunks', sql: 'SELECT 1' }])).error).toContain('outside the transaction');
  expect((await refused([{ op: 'nothing' }])).reason).toBe('unknown_op');
});

test('every op of it needs the scope that it needs alone', async () => {
  const refusal = await refused([{ op: 'create_chunk', document_id: document, title: 'x' }], READER);
  expect([refusal.code, refusal.data.scope]).toEqual(['forbidden', 'documents:write']);
});
