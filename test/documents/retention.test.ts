import Database from 'better-sqlite3';
import { afterEach, expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../src/scope/settings.js';
import { ClockScope } from '../support/clock-scope.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let scope: ClockScope;
afterEach(() => scope.close());

interface Chunk {
  id: string;
  revision: number;
}
interface Page {
  entries: { revision: number }[];
}

async function newChunk(): Promise<Chunk & { document_id: string }> {
  const { document_id } = await scope.document<{ document_id: string }>('create_document', { title: 'Plan' });
  return scope.document('create_chunk', { document_id, title: 'c', body: 'secret 1' });
}

/** Updates the chunk until it is at a revision. */
async function updateTo(chunk: Chunk, revision: number): Promise<void> {
  for (; chunk.revision < revision; chunk.revision += 1) {
    await scope.document('update_chunk', { id: chunk.id, revision: chunk.revision, body: `secret ${chunk.revision + 1}` });
  }
}

async function kept(id: string): Promise<number[]> {
  const { entries } = await scope.document<Page>('history', { id, limit: 200 });
  return entries.map((entry) => entry.revision).toSorted((a, b) => a - b);
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n);

/** Tables that hold a text anywhere. */
function tablesWith(text: string): string[] {
  const db = new Database(scope.file, { readonly: true });
  try {
    const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'").pluck().all() as string[];
    return tables.filter((table) => JSON.stringify(db.prepare(`SELECT * FROM ${table}`).all()).includes(text));
  } finally {
    db.close();
  }
}

test('revisions replaced longer ago than history.keep are pruned, but for the newest 20 of a chunk', async () => {
  scope = new ClockScope({ ...DEFAULT_SETTINGS, history: { keepMs: 10 * DAY, keepDeletedMs: DAY } });
  const chunk = await newChunk();
  const few = await newChunk();
  await updateTo(chunk, 30);
  await updateTo(few, 11);
  scope.now += 11 * DAY;
  await updateTo(chunk, 32);
  await scope.ring();
  expect(await kept(chunk.id)).toEqual(range(13, 32));
  expect(await kept(few.id)).toEqual(range(1, 11));
  await expect(scope.document('get_version', { id: chunk.id, revision: 12 })).rejects.toMatchObject({ reason: 'not_found' });
  expect(await scope.document('get_version', { id: chunk.id, revision: 13 })).toMatchObject({ chunk: { body: 'secret 13' } });
  expect(tablesWith('secret 12')).toEqual([]);
});

test('what was still among the newest 20 when it came of age goes when newer ones do', async () => {
  scope = new ClockScope({ ...DEFAULT_SETTINGS, history: { keepMs: 10 * DAY, keepDeletedMs: DAY } });
  const chunk = await newChunk();
  await updateTo(chunk, 25);
  scope.now += 11 * DAY;
  await updateTo(chunk, 45);
  await scope.ring();
  // 25 came of age with the rest only just now: it was replaced today.
  expect(await kept(chunk.id)).toEqual(range(25, 45));
  await updateTo(chunk, 60);
  scope.now += 9 * DAY;
  await updateTo(chunk, 61);
  await scope.ring();
  expect(await kept(chunk.id)).toEqual(range(25, 61));
  scope.now += 2 * DAY;
  await updateTo(chunk, 62);
  await scope.ring();
  expect(await kept(chunk.id)).toEqual(range(43, 62));
});

test('D23: what was deleted can come back until its time is over, and is then gone from every table', async () => {
  scope = new ClockScope({ ...DEFAULT_SETTINGS, history: { keepMs: 10 * DAY, keepDeletedMs: 2 * DAY } });
  const chunk = await newChunk();
  const { document_id } = chunk;
  await updateTo(chunk, 25);
  await scope.document('delete_chunk', { id: chunk.id });
  scope.now += 2 * DAY - 1000;
  expect(await scope.ring()).toBe(0);
  await scope.document('undelete', { id: chunk.id });
  await scope.document('delete_document', { id: document_id });
  scope.now += 2 * DAY;
  await expect(scope.document('undelete', { document_id })).rejects.toMatchObject({ reason: 'not_found' });
  expect(await scope.document('list_deleted')).toEqual({ deleted: [] });
  expect(await scope.ring()).toBeGreaterThan(0);
  expect(tablesWith('secret')).toEqual([]);
  for (const which of [{ id: chunk.id }, { document_id }]) {
    await expect(scope.document('history', which)).rejects.toMatchObject({ reason: 'not_found' });
  }
});

test('much that is due is removed in slices, each a batch of its own', async () => {
  scope = new ClockScope({ ...DEFAULT_SETTINGS, history: { keepMs: 10 * DAY, keepDeletedMs: DAY } });
  const chunk = await newChunk();
  await updateTo(chunk, 1500);
  await scope.document('delete_document', { id: chunk.document_id });
  scope.now += DAY;
  expect(await scope.ring()).toBeGreaterThan(2);
  expect(tablesWith('secret')).toEqual([]);
  const next = await newChunk();
  await updateTo(next, 1200);
  scope.now += 11 * DAY;
  await updateTo(next, 1201);
  expect(await scope.ring()).toBeGreaterThan(2);
  expect(await kept(next.id)).toEqual(range(1182, 1201));
});

test('what is kept for ever is not removed', async () => {
  scope = new ClockScope({ ...DEFAULT_SETTINGS, history: { keepMs: null, keepDeletedMs: null } });
  const chunk = await newChunk();
  await updateTo(chunk, 30);
  await scope.document('delete_chunk', { id: chunk.id });
  scope.now += 10_000 * DAY;
  await newChunk();
  expect(await scope.ring()).toBe(0);
  await scope.document('undelete', { id: chunk.id });
  expect(await kept(chunk.id)).toEqual(range(1, 31));
  const { deleted } = await scope.document<{ deleted: object[] }>('list_deleted');
  expect(deleted).toEqual([]);
});
