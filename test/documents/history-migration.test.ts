import { mkdirSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MIGRATIONS } from '../../src/storage/schema/index.js';
import { ClockScope } from '../support/clock-scope.js';

// A file of version 1 has revisions and an audit that do not know each other.

const [DOCUMENT, ROOT, CHUNK, GONE] = ['d', 'a', 'c', 'b'].map((digit) => digit.repeat(32));

let scope: ClockScope;
beforeEach(() => {
  scope = new ClockScope();
  mkdirSync(path.dirname(scope.file), { recursive: true });
  const db = new Database(scope.file);
  db.exec(MIGRATIONS[0]!);
  db.pragma('user_version = 1');
  const audit = db.prepare("INSERT INTO loom_audit (ts, actor, transport, op, document_id, chunk_id, revision) VALUES (?, ?, 'http', ?, ?, ?, ?)");
  const keep = db.prepare(`INSERT INTO loom_revisions (before, chunk_id, revision, document_id, parent_id, position, title, updated_at, fields, body)
    VALUES (?, ?, ?, '${DOCUMENT}', '${ROOT}', 0, 't', ?, '{}', ?)`);
  const chunk = db.prepare(`INSERT INTO chunks (id, document_id, parent_id, position, title, created_at, updated_at, revision, body, kept)
    VALUES (?, '${DOCUMENT}', ?, 0, 't', 1, ?, ?, ?, ?)`);
  db.exec(`INSERT INTO documents VALUES ('${DOCUMENT}', 't', '${ROOT}', 1, 3)`);
  audit.run(1, 'ann', 'import_md', DOCUMENT, ROOT, 1);
  audit.run(2, 'bob', 'update_chunk', DOCUMENT, CHUNK, 2);
  audit.run(2, 'bob', 'create_document', 'e'.repeat(32), 'e'.repeat(32), 1);
  audit.run(3, 'cid', 'update_chunk', DOCUMENT, CHUNK, 3);
  audit.run(4, 'dan', 'delete_chunk', DOCUMENT, GONE, 1);
  keep.run(null, CHUNK, 1, 1, 'one');
  keep.run(1, CHUNK, 2, 2, 'two');
  keep.run(null, GONE, 1, 1, 'gone');
  chunk.run(ROOT, null, 1, 1, '', null);
  chunk.run(CHUNK, ROOT, 3, 3, 'three', 2);
  db.exec(`INSERT INTO loom_deleted VALUES ('${GONE}', '${DOCUMENT}', 3, 4)`);
  db.close();
});
afterEach(() => scope.close());

const shown = async (which: Record<string, unknown>): Promise<unknown> => {
  const { entries } = await scope.document<{ entries: { revision: number; actor: string; op: string }[] }>('history', which);
  return entries.map(({ revision, actor, op }) => [revision, actor, op]);
};

test('its chunks and documents have a history all the same', async () => {
  await scope.document('update_chunk', { id: CHUNK, revision: 3, body: 'four' });
  const chunk = [[4, 'denn', 'update_chunk'], [3, 'cid', 'update_chunk'], [2, 'bob', 'update_chunk'], [1, 'ann', 'import_md']];
  expect(await shown({ id: CHUNK })).toEqual(chunk);
  expect(await shown({ document_id: DOCUMENT })).toEqual([chunk[0], [1, 'dan', 'delete_chunk'], ...chunk.slice(1)]);
  expect(await scope.document('get_version', { id: CHUNK, revision: 1 })).toMatchObject({ actor: 'ann', chunk: { body: 'one' } });
});

test('what was deleted there can be read, and cannot be undeleted', async () => {
  expect(await shown({ id: GONE })).toEqual([[1, 'ann', 'import_md']]);
  expect(await scope.document('get_version', { id: GONE, revision: 1 })).toMatchObject({ chunk: { body: 'gone', created_at: 1 } });
  await expect(scope.document('undelete', { id: GONE })).rejects.toMatchObject({ reason: 'not_found' });
  expect(await scope.document('list_deleted')).toEqual({ deleted: [] });
});
