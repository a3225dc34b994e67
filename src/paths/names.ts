import { Refusal } from '../errors.js';
import type { Transaction } from '../scope/transaction.js';
import type { ScopeDatabase } from '../storage/scope-database.js';
import { ancestorsOf, rangeBelow, ROOT } from './grammar.js';
import type { Kind, ResourceKind } from './kinds.js';

// A name is a row of loom_paths. A directory exists where it has a row (mkdir made it) or where anything is
// below it (it is implied). Only directories have anything below them.

export interface NameRow {
  path: string;
  kind: Kind;
  /** What is named, in one text; null for a directory. */
  resource: string | null;
  /** The same for callers, as JSON text. */
  ref: string | null;
  created_at: number;
  updated_at: number;
}

/** Topic of everything that happens to names. */
export const PATHS_TOPIC = 'paths';

/** Where documents without a path of their own are named: always a directory. */
export const DEFAULT_DIRECTORY = '/documents';

const AT = 'SELECT * FROM loom_paths WHERE path = ?';
const ANY_BELOW = 'SELECT 1 FROM loom_paths WHERE path >= ? AND path < ? LIMIT 1';
const INSERT = 'INSERT INTO loom_paths (path, kind, resource, ref, given, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)';
const OF_RESOURCE = 'SELECT * FROM loom_paths WHERE resource = ? AND kind = ? ORDER BY given';
const DELETE = 'DELETE FROM loom_paths WHERE path = ?';

export function rowAt(db: ScopeDatabase, path: string): NameRow | undefined {
  return db.get<NameRow>(AT, path);
}

export function hasBelow(db: ScopeDatabase, path: string): boolean {
  return db.get(ANY_BELOW, ...rangeBelow(path)) !== undefined;
}

/** What stands at a path, an implied directory included; undefined where nothing does. */
export function kindAt(db: ScopeDatabase, path: string): Kind | undefined {
  if (path === ROOT) return 'directory';
  return rowAt(db, path)?.kind ?? (hasBelow(db, path) ? 'directory' : undefined);
}

/** The same as a name. @throws Refusal `not_found` */
export function requireAt(db: ScopeDatabase, path: string): Pick<NameRow, 'path' | 'kind' | 'resource' | 'ref'> {
  const row = rowAt(db, path);
  if (row) return row;
  if (kindAt(db, path) === undefined) throw new Refusal('not_found', `nothing is at ${path}`, { path });
  return { path, kind: 'directory', resource: null, ref: null };
}

/** All names of a resource, the first given first. */
export function namesOf(db: ScopeDatabase, kind: ResourceKind, resource: string): NameRow[] {
  return db.all<NameRow>(OF_RESOURCE, resource, kind);
}

/** @throws Refusal `path_taken`, or `not_a_directory` where something above the path is none. */
export function requireFree(db: ScopeDatabase, path: string, kind: Kind): void {
  const taken = kindAt(db, path);
  if (taken !== undefined) {
    throw new Refusal('path_taken', `${path} is taken by a ${taken}: choose another path, or move or remove that name first`, {
      path,
      kind: taken,
    });
  }
  if (path === DEFAULT_DIRECTORY && kind !== 'directory') {
    throw new Refusal('path_taken', `${path} is the directory of documents that were given no path: choose another path`, {
      path,
      kind: 'directory',
    });
  }
  requireDirectoriesAbove(db, path);
}

function requireDirectoriesAbove(db: ScopeDatabase, path: string): void {
  for (const above of ancestorsOf(path)) {
    const kind = kindAt(db, above);
    // What is above a directory is one.
    if (kind === 'directory') return;
    if (kind === undefined) continue;
    throw new Refusal('not_a_directory', `${above} is a ${kind}, so that nothing can be below it: choose another path`, {
      path: above,
      kind,
    });
  }
}

export type NameOp = 'mkdir' | 'create' | 'link' | 'mv' | 'rm';

/** Tells subscribers of a change; of a directory, one event stands for all that is below. */
export function publishName(
  tx: Transaction,
  op: NameOp,
  { kind, resource }: { kind: Kind; resource: string | null },
  from: string | null,
  to: string | null,
): void {
  tx.publish(PATHS_TOPIC, { op, from, to, kind, resource });
}

/** Adds a name at a path that `requireFree` let through. */
export function addName(
  tx: Transaction,
  op: 'mkdir' | 'create' | 'link',
  name: { path: string; kind: Kind; resource?: string; ref?: object },
): void {
  const { path, kind, resource = null, ref } = name;
  publishName(tx, op, { kind, resource }, null, path);
  tx.db.run(INSERT, path, kind, resource, ref === undefined ? null : JSON.stringify(ref), tx.head, tx.at, tx.at);
}

/** Takes all names of a resource away, in the transaction that deletes it, so that none is left dangling. */
export function unlinkResource(tx: Transaction, kind: ResourceKind, resource: string): void {
  for (const row of namesOf(tx.db, kind, resource)) {
    tx.db.run(DELETE, row.path);
    publishName(tx, 'rm', row, row.path, null);
  }
}
