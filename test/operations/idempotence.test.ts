import { readdirSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OPERATIONS } from '../../src/operations/registry.js';
import { TestServer, type Answer } from '../support/server.js';
import { callTool } from '../support/tools.js';
import { INPUTS } from './inputs/index.js';

// Operations that say of themselves that a repeat does nothing more: clients may repeat them without asking.

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

const IDEMPOTENT = OPERATIONS.filter(({ idempotent, internal }) => idempotent && !internal).map(({ tool, op }) => ({ name: `${tool} ${op}`, tool, op }));

/** That somebody tried is written down, and keys of repeats are kept: neither is what the operation does. */
const BESIDE = /audit|idempotency/;

test.each(IDEMPOTENT)('$name done twice leaves what once left', async ({ name, tool, op }) => {
  const call = (tool: string, input: Record<string, unknown>): Promise<Answer> => callTool(server, tool, input);
  const { document_id: document } = await server.document<{ document_id: string }>('create_document', { title: 'Plan' });
  const { document_id: spare } = await server.document<{ document_id: string }>('create_document', { title: 'Spare' });
  const { id: chunk } = await server.document<{ id: string }>('create_chunk', { document_id: document, title: 'c' });
  // What is to go is there.
  await call('memory', { op: 'set', key: 'gone', value: 1 });
  if (op === 'unlink_chunks') await server.document('link_chunks', { from_id: chunk, to_id: chunk, kind: 'see' });
  const input = { op, ...(await INPUTS[name]!({ document, spare, chunk }, server, call)) };
  const before = stored();
  expect((await call(tool, input)).status).toBe(200);
  const once = stored();
  expect(once).not.toEqual(before);
  // The second answer may be a refusal: what was to be done is done.
  await call(tool, input);
  expect(stored()).toEqual(once);
});

/** Every row of every scope, by file and table. */
function stored(): Record<string, unknown[]> {
  const folder = path.join(server.dataDir, 'sqlmem');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.db'));
  return Object.fromEntries(files.flatMap((file) => rowsOf(file, path.join(folder, file))));
}

function rowsOf(name: string, file: string): [string, unknown[]][] {
  const db = new Database(file, { readonly: true });
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'").pluck().all() as string[];
  const rows = tables.filter((table) => !BESIDE.test(table)).map((table): [string, unknown[]] => [`${name} ${table}`, db.prepare(`SELECT * FROM "${table}"`).all()]);
  db.close();
  return rows;
}

test('what answers a repeat with something more does not say so', () => {
  const flagged = IDEMPOTENT.map(({ name }) => name);
  // A move keeps a revision each time, also one to where the chunk is.
  for (const name of ['document move_chunk', 'document reorder_chunk', 'document create_chunk', 'channel publish', 'memory incr']) {
    expect(flagged).not.toContain(name);
  }
});
