import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { Refusal } from '../../src/errors.js';
import { linkResource, makeDirectory, moveName, removeNames } from '../../src/paths/change.js';
import { namesOf, unlinkResource } from '../../src/paths/names.js';
import { listPath, resolvePath, statPath } from '../../src/paths/read.js';
import { DEFAULT_SETTINGS } from '../../src/scope/settings.js';
import { Transaction } from '../../src/scope/transaction.js';
import { ScopeDatabase } from '../../src/storage/scope-database.js';

const folder = mkdtempSync(path.join(tmpdir(), 'loomcycle-'));
const db = ScopeDatabase.open(path.join(folder, 'scope.db'), 'OFF');
const tx = new Transaction(db, DEFAULT_SETTINGS);
afterAll(() => {
  db.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  db.run('DELETE FROM loom_paths');
  tx.start(Date.now());
});

/** What a tree of names has to do, in the plainest words: `/a/b` to what is there. */
class Model {
  readonly names = new Map<string, 'directory' | 'memory_entry'>();

  below = (at: string): string[] => [...this.names.keys()].filter((name) => name.startsWith(`${at}/`));
  exists = (at: string): boolean => this.names.has(at) || this.below(at).length > 0;
  private blocked = (at: string): boolean =>
    [...this.names].some(([name, kind]) => kind !== 'directory' && at.startsWith(`${name}/`));
  private free = (at: string, kind: string): boolean =>
    !this.exists(at) && !this.blocked(at) && (at !== '/documents' || kind === 'directory');

  mkdir(at: string): boolean {
    if (this.names.get(at) === 'directory') return true;
    if (this.names.has(at) || this.blocked(at)) return false;
    this.names.set(at, 'directory');
    return true;
  }

  link(at: string): boolean {
    if (this.names.get(at) === 'memory_entry') return true;
    if (!this.free(at, 'memory_entry')) return false;
    this.names.set(at, 'memory_entry');
    return true;
  }

  mv(from: string, to: string): boolean {
    if (!this.exists(from) || `${to}/`.startsWith(`${from}/`) || !this.free(to, this.names.get(from) ?? 'directory')) return false;
    for (const name of [from, ...this.below(from)]) {
      const kind = this.names.get(name);
      if (kind === undefined) continue;
      this.names.delete(name);
      this.names.set(to + name.slice(from.length), kind);
    }
    return true;
  }

  rm(at: string, recursive: boolean): boolean {
    const below = this.below(at);
    if (!this.exists(at) || (below.length > 0 && !recursive)) return false;
    for (const name of [at, ...below]) this.names.delete(name);
    return true;
  }

  /** All that is below a path, implied directories included, as `path kind`. */
  all(at: string): string[] {
    const found = new Map<string, string>();
    for (const name of this.below(at === '/' ? '' : at)) {
      for (let end = name.indexOf('/', at === '/' ? 1 : at.length + 1); end !== -1; end = name.indexOf('/', end + 1)) {
        found.set(name.slice(0, end), 'directory');
      }
      found.set(name, this.names.get(name)!);
    }
    return [...found].map(([name, kind]) => `${name} ${kind}`).toSorted();
  }
}

function ls(at: string, recursive: boolean, limit: number, kind?: 'directory' | 'memory_entry'): string[] {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = listPath(db, { path: at, recursive, limit, cursor, kind });
    expect(page.entries.length).toBeLessThanOrEqual(limit);
    expect(page.next_cursor !== undefined && page.entries.length < limit).toBe(false);
    found.push(...page.entries.map((entry) => `${entry.full_path} ${entry.kind}`));
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  return found.toSorted();
}

/** Names whose characters sort before, at and after the slash, and differ in case alone. */
const segment = fc.constantFrom('a', 'A', 'a-', 'a.', 'a0', 'b', 'documents');
const somewhere = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => `/${segments.join('/')}`);
const step = fc.oneof(
  fc.record({ op: fc.constant('mkdir' as const), at: somewhere }),
  fc.record({ op: fc.constant('link' as const), at: somewhere }),
  fc.record({ op: fc.constant('mv' as const), at: somewhere, to: somewhere }),
  fc.record({ op: fc.constant('rm' as const), at: somewhere, recursive: fc.boolean() }),
);

type Step = typeof step extends fc.Arbitrary<infer Each> ? Each : never;

test('P1 to P4: any sequence of changes leaves the tree that the plain rules say', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), (steps, limit) => {
      db.run('DELETE FROM loom_paths');
      const model = new Model();
      for (const each of steps) {
        const expected =
          each.op === 'mv' ? model.mv(each.at, each.to) : each.op === 'rm' ? model.rm(each.at, each.recursive) : model[each.op](each.at);
        const wanted = `${JSON.stringify(each)} ${expected}`;
        expect(`${JSON.stringify(each)} ${done(each)}`).toBe(wanted);
      }
      for (const at of ['/', '/a', '/A', '/a/a']) {
        const all = model.all(at);
        const prefix = at === '/' ? '/' : `${at}/`;
        const direct = all.filter((line) => !line.slice(prefix.length).includes('/'));
        expect(ls(at, true, limit)).toEqual(all);
        expect(ls(at, false, limit)).toEqual(direct);
        for (const kind of ['directory', 'memory_entry'] as const) {
          expect(ls(at, true, limit, kind)).toEqual(all.filter((line) => line.endsWith(` ${kind}`)));
          expect(ls(at, false, limit, kind)).toEqual(direct.filter((line) => line.endsWith(` ${kind}`)));
        }
      }
      for (const line of model.all('/')) {
        const [at, kind] = line.split(' ');
        expect(resolvePath(db, at!)).toMatchObject({ full_path: at, kind });
        expect(statPath(db, at!)).toMatchObject({ kind, created_at: Number(tx.at) });
      }
    }),
    { numRuns: 300 },
  );
});

/** Whether the runtime did it; a refusal has written nothing. */
function done(each: Step): boolean {
  const { writes } = db;
  try {
    if (each.op === 'mkdir') makeDirectory(tx, each.at);
    else if (each.op === 'link') linkResource(tx, each.at, entry());
    else if (each.op === 'mv') moveName(tx, each.at, each.to);
    else removeNames(tx, each.at, each.recursive);
    return true;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    expect(db.writes).toBe(writes);
    return false;
  }
}

function entry() {
  return { kind: 'memory_entry' as const, resource: 'k', ref: { key: 'k', facet: 'kv' as const } };
}

test('P5: the names of a memory entry vanish with it, wherever they were moved', () => {
  linkResource(tx, '/m/one', entry());
  linkResource(tx, '/m/two', entry());
  linkResource(tx, '/m/other', { kind: 'memory_entry', resource: 'other', ref: { key: 'other', facet: 'kv' } });
  linkResource(tx, '/m/channel', { kind: 'channel', resource: 'k', ref: { channel: 'k', scope: 'global' } });
  moveName(tx, '/m/two', '/elsewhere/two');
  expect(namesOf(db, 'memory_entry', 'k').map((name) => name.path).toSorted()).toEqual(['/elsewhere/two', '/m/one']);
  unlinkResource(tx, 'memory_entry', 'k');
  expect(ls('/', true, 100)).toEqual(['/m directory', '/m/channel channel', '/m/other memory_entry']);
});
