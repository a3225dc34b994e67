import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { scopeExecutor } from '../../src/operations/executor.js';
import { ScopeHost } from '../../src/scope/host.js';
import { DEFAULT_SETTINGS } from '../../src/scope/settings.js';
import type { ScopeCall } from '../../src/scope/messages.js';
import { scopeFile } from '../../src/scope/scope.js';
import { MIGRATIONS } from '../../src/storage/schema/index.js';

// A file of version 1 knows no links: they are read from its bodies, a portion when it is opened and one for
// each ring of an alarm.

const KEY = 'default/user/denn';
const CHUNKS = 250;
const hex = (n: number): string => n.toString(16).padStart(32, '0');

let dataDir: string;
let host: ScopeHost;
const rung: ScopeCall[] = [];
let onRing: (() => void) | undefined;

beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'loomcycle-v1-'));
  writeVersion1(scopeFile(dataDir, KEY));
  host = new ScopeHost({
    dataDir,
    synchronous: 'OFF',
    idleMs: 1e9,
    settings: DEFAULT_SETTINGS,
    executor: scopeExecutor,
    onAlarm: (call) => {
      rung.push(call);
      onRing?.();
    },
  });
});
afterEach(() => {
  host.close();
  rmSync(dataDir, { recursive: true });
});

/** A document whose chunks link each to the next, by title or by id, and to one that is nowhere. */
function writeVersion1(file: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const db = new Database(file);
  db.exec(MIGRATIONS[0]!);
  db.pragma('user_version = 1');
  db.exec('BEGIN');
  db.prepare('INSERT INTO documents VALUES (?, ?, ?, 1, 1)').run(hex(1), 'Old', hex(1000));
  const insert = db.prepare(`INSERT INTO chunks (id, document_id, parent_id, position, title, created_at, updated_at, body) VALUES (?, ?, ?, ?, ?, 1, 1, ?)`);
  for (let n = 0; n < CHUNKS; n += 1) {
    const next = n % 2 === 0 ? `Chunk ${n + 1}` : hex(1000 + n + 1);
    insert.run(hex(1000 + n), hex(1), n === 0 ? null : hex(1000), n, n === 0 ? 'Old' : `Chunk ${n}`, `[[${next}]] [[Nowhere]] #old`);
  }
  db.prepare('INSERT INTO chunk_edges VALUES (?, ?, ?, 1)').run(hex(1000), hex(1001), 'link');
  db.exec('COMMIT');
  db.close();
}

async function call<Result>(op: string, input: Record<string, unknown>): Promise<Result> {
  const author = { actor: 'denn', agent: null, transport: 'http' as const };
  const { replies } = await host.drain([{ id: 1, key: KEY, tool: 'document', op, input: JSON.stringify({ op, ...input }), author, cursor: null }], Date.now());
  const reply = replies.find(({ id }) => id === 1)!;
  expect(reply).toMatchObject({ ok: true });
  return JSON.parse(reply.json) as Result;
}

async function ring(): Promise<ScopeCall> {
  if (rung.length === 0) await new Promise<void>((resolve) => (onRing = resolve));
  return rung.shift()!;
}

interface Edges {
  edges: { id: string; source: string }[];
  unresolved: unknown[];
}
const edgesOf = (n: number): Promise<Edges> => call('get_edges', { id: hex(1000 + n), direction: 'out' });

test('links and tags of a file of version 1 are there after its alarm, and writes meanwhile do no harm', async () => {
  expect((await edgesOf(0)).edges).toMatchObject([{ id: hex(1001), source: 'op' }]);
  // Its title and body are read before the alarm comes to it.
  await call('update_chunk', { id: hex(1000 + 200), revision: 1, title: 'Changed', body: '[[Chunk 7]] #new' });
  await call('delete_chunk', { id: hex(1000 + 230) });
  let last: ScopeCall | undefined;
  for (let portion = 1; portion < 3; portion += 1) await host.drain([(last = await ring())], Date.now());

  expect((await edgesOf(0)).edges).toMatchObject([{ id: hex(1001), source: 'op' }]);
  for (let n = 1; n < CHUNKS - 1; n += 1) {
    if (n === 230) continue;
    const { edges, unresolved } = await edgesOf(n);
    if (n === 200) expect([edges.map(({ id }) => id), unresolved]).toEqual([[hex(1007)], []]);
    // It links by id to what was deleted.
    else if (n === 229) expect([n, edges, unresolved.length]).toEqual([n, [], 2]);
    else expect([n, edges.map(({ id, source }) => [id, source]), unresolved.length]).toEqual([n, [[hex(1000 + n + 1), 'body']], 1]);
  }
  expect(await call('list_tags', {})).toEqual({ tags: [{ tag: 'new', count: 1 }, { tag: 'old', count: CHUNKS - 2 }] });
  const { replies } = await host.drain([{ ...last!, id: 2 }], Date.now());
  expect(replies[0]!.json).toBe('{"fired":[]}');
});
