import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestServer, type RefusalBody } from '../support/server.js';

// What define_type declares holds for every write, whichever way it comes.

let server: TestServer;
let document_id: string;

beforeAll(async () => {
  server = await TestServer.start();
  const made = await server.document<{ document_id: string }>('create_document', { title: 'Plan' });
  document_id = made.document_id;
  await server.document('define_type', {
    name: 'task',
    fields: [
      { name: 'due', type: 'date', required: true },
      { name: 'status', type: 'enum', values: ['open', 'done'] },
    ],
  });
});
afterAll(() => server.stop());

const task = { type: 'task', status: 'open', fields: { due: '2026-06-30' } };
const BROKEN = [
  [{ fields: { due: 'soon' } }, 'due', 'must be a date YYYY-MM-DD'],
  [{ fields: { due: null } }, 'due', 'is required'],
  [{ status: 'paused' }, 'status', 'must be one of open, done'],
] as const;

async function expectRefused(op: string, input: Record<string, unknown>, field: string, rule: string): Promise<void> {
  const before = await server.document('query_chunks', { document_id });
  const { status, body } = await server.call<RefusalBody>(op, input);
  expect([status, body.reason, body.data.field, body.data.rule]).toEqual([422, 'invalid_field', field, rule]);
  expect(await server.document('query_chunks', { document_id })).toEqual(before);
}

test.each(BROKEN)('D5: create_chunk with %j is refused', async (change, field, rule) => {
  await expectRefused('create_chunk', { document_id, title: 't', ...task, ...change }, field, rule);
});

test.each(BROKEN)('D5: update_chunk with %j is refused', async (change, field, rule) => {
  const { id } = await server.document<{ id: string }>('create_chunk', { document_id, title: 't', ...task });
  await expectRefused('update_chunk', { id, revision: 1, ...change }, field, rule);
  await expectRefused('update_chunk', { id, base_revision: 1, ...change }, field, rule);
});

test('D5: an untyped chunk cannot take a type that it does not fit', async () => {
  const { id } = await server.document<{ id: string }>('create_chunk', { document_id, title: 't' });
  await expectRefused('update_chunk', { id, revision: 1, type: 'task' }, 'due', 'is required');
});

test.each(BROKEN)('D5: import_md with %j is refused', async (change, field, rule) => {
  const { fields, ...rest } = { ...task, ...change };
  const metadata = JSON.stringify({ ...rest, fields: Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) });
  await expectRefused('import_md', { document_id, markdown: `# T\n<!-- loom: ${metadata} -->\n` }, field, rule);
});

test('D5: define_type refuses what is not in the field language', async () => {
  for (const fields of [{ due: 'date' }, ['due'], [{ name: 'due', type: 'day' }], [{ name: 'due' }]]) {
    const { status } = await server.call('define_type', { name: 'other', fields });
    expect(status).toBe(422);
  }
  expect(await server.document('list_types')).not.toMatchObject({ types: [{ name: 'other' }] });
});
