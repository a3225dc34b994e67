import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../src/scope/settings.js';
import { ClockScope } from '../support/clock-scope.js';

interface Change {
  op: string;
  at: number;
  document_id: string;
  chunk_id?: string;
  title?: string;
  status?: string;
  previous_status?: string;
  actor: string;
}
interface Answer {
  changes: Change[];
  next_cursor: string;
  more: boolean;
  missed?: true;
}

let scope: ClockScope;
beforeEach(() => {
  scope = new ClockScope();
});
afterEach(() => scope.close());

const changes = (input: Record<string, unknown> = {}): Promise<Answer> => scope.document<Answer>('changes_since', input);
const ops = ({ changes: found }: Answer): string[] => found.map(({ op, title }) => `${op} ${title ?? '-'}`);

async function plan(title: string): Promise<{ document_id: string }> {
  return scope.document('create_document', { title });
}

async function chunk(document_id: string, title: string): Promise<{ id: string }> {
  return scope.document('create_chunk', { document_id, title, status: 'scheduled' });
}

test('without since it is the newest, and its cursor brings what came after', async () => {
  const { document_id } = await plan('Plan');
  const { id } = await chunk(document_id, 'Day 1');
  await chunk(document_id, 'Day 2');
  const newest = await changes({ limit: 2 });
  expect(ops(newest)).toEqual(['create_chunk Day 1', 'create_chunk Day 2']);
  expect(newest.more).toBe(false);
  expect(await changes({ since: newest.next_cursor })).toEqual({ changes: [], next_cursor: newest.next_cursor, more: false });
  await scope.document('update_chunk', { id, revision: 1, title: 'Day one', status: 'drafted' });
  const { changes: after } = await changes({ since: newest.next_cursor });
  expect(after).toEqual([
    { op: 'update_chunk', at: expect.any(Number) as number, document_id, chunk_id: id, title: 'Day one', revision: 2, status: 'drafted', previous_status: 'scheduled', actor: 'denn' },
  ]);
});

test('pages go on until there is no more, of one document or of all', async () => {
  const [one, two] = [await plan('One'), await plan('Two')];
  for (const title of ['a', 'b', 'c']) for (const { document_id } of [one, two]) await chunk(document_id, title);
  const seen: string[] = [];
  for (let since = 'cur_0', more = true; more; ) {
    const page = await changes({ document_id: one.document_id, since, limit: 2 });
    expect(page.changes.length).toBeLessThanOrEqual(2);
    seen.push(...ops(page));
    ({ next_cursor: since, more } = page);
  }
  expect(seen).toEqual(['create_document One', 'create_chunk a', 'create_chunk b', 'create_chunk c']);
  expect((await changes()).changes).toHaveLength(8);
});

test('what is no write to a document is none of its changes', async () => {
  await scope.call('memory', 'set', { key: 'k', value: 1 });
  await scope.document('define_type', { name: 'task', fields: [] });
  const answer = await changes({ since: 'cur_0' });
  expect(answer.changes).toEqual([]);
  expect(await changes({ since: answer.next_cursor })).toMatchObject({ changes: [], more: false });
});

test('a time is a place as well: what was written then and later', async () => {
  const { document_id } = await plan('Plan');
  for (const day of ['2026-06-10', '2026-06-11', '2026-06-12']) {
    scope.now = Date.parse(`${day}T12:00:00Z`);
    await chunk(document_id, day);
  }
  expect(ops(await changes({ since: '2026-06-11' }))).toEqual(['create_chunk 2026-06-11', 'create_chunk 2026-06-12']);
  expect(ops(await changes({ since: '2026-06-12T12:00:00Z' }))).toEqual(['create_chunk 2026-06-12']);
  expect(ops(await changes({ since: '2026-06-12T13:30:00+01:00' }))).toEqual([]);
  expect((await changes({ since: '2020-01-01' })).changes).toHaveLength(4);
});

test('a deleted chunk has no title any more, and no status', async () => {
  const { document_id } = await plan('Plan');
  const { id } = await chunk(document_id, 'Day 1');
  await scope.document('delete_chunk', { id });
  const { changes: [last] } = await changes({ limit: 1 });
  expect(last).toMatchObject({ op: 'delete_chunk', chunk_id: id, previous_status: 'scheduled' });
  expect(last).not.toHaveProperty('title');
  expect(last).not.toHaveProperty('status');
});

test('changes that the log has lost are told', async () => {
  scope.close();
  scope = new ClockScope({ ...DEFAULT_SETTINGS, log: { maxAgeMs: null, maxEvents: 2 } });
  const { document_id } = await plan('Plan');
  const { next_cursor: begun } = await changes();
  for (const title of ['a', 'b', 'c']) await chunk(document_id, title);
  scope.now += 10_000;
  await scope.ring();
  expect(await changes({ since: begun })).toMatchObject({ changes: [{ title: 'b' }, { title: 'c' }], missed: true });
  expect(await changes()).not.toHaveProperty('missed');
});

test.each([
  ['neither cursor nor time', { since: 'yesterday' }, 'invalid_input'],
  ['a broken cursor', { since: 'cur_zz' }, 'invalid_input'],
  ['a cursor of another scope', { since: 'cur_00000000000fffff' }, 'cursor_ahead'],
  ['a document that is not there', { document_id: '0'.repeat(32) }, 'not_found'],
])('%s is refused', async (_name, input, reason) => {
  await expect(changes(input)).rejects.toMatchObject({ reason });
});
