import { Refusal } from '../errors.js';
import type { ScopeDatabase } from '../storage/scope-database.js';
import { nameOf, parsePath, prefixOf, rangeBelow, ROOT } from './grammar.js';
import type { Kind, Ref, ResourceKind } from './kinds.js';
import { namesOf, requireAt, rowAt, type NameRow } from './names.js';

/** A name as callers see it. */
export interface Entry {
  name: string;
  kind: Kind;
  full_path: string;
  resource_ref?: Ref;
}

export type Resolved = Entry | { kind: 'directory'; full_path: '/' };

const TIMES = 'SELECT min(created_at) AS created_at, max(updated_at) AS updated_at FROM loom_paths WHERE path >= ? AND path < ?';

/** @throws Refusal `not_found` */
export function resolvePath(db: ScopeDatabase, text: string): Resolved {
  const path = parsePath(text);
  if (path === ROOT) return { kind: 'directory', full_path: ROOT };
  return toEntry(requireAt(db, path));
}

/**
 * The same with its times, those of an implied directory from what is below it, and with the other names of
 * the same resource.
 */
export function statPath(
  db: ScopeDatabase,
  text: string,
): Resolved & { created_at?: number; updated_at?: number; aliases?: string[] } {
  const resolved = resolvePath(db, text);
  if (!('name' in resolved)) return resolved;
  const path = resolved.full_path;
  const row = rowAt(db, path);
  const times = row ?? db.get<Pick<NameRow, 'created_at' | 'updated_at'>>(TIMES, ...rangeBelow(path))!;
  const { created_at, updated_at } = times;
  if (!row || row.resource === null) return { ...resolved, created_at, updated_at };
  const names = namesOf(db, row.kind as ResourceKind, row.resource);
  return { ...resolved, created_at, updated_at, aliases: names.map((name) => name.path).filter((name) => name !== path) };
}

export interface Listing {
  path: string;
  recursive: boolean;
  kind?: Kind | undefined;
  limit: number;
  cursor?: string | undefined;
}

/** Rows that are read at once. */
const BATCH = 250;
const SCAN = `SELECT path, kind, resource, ref FROM loom_paths
  WHERE path >= ? AND path < ? AND (kind = ? OR ? IS NULL) ORDER BY path LIMIT ${BATCH}`;

type Found = Pick<NameRow, 'path' | 'kind' | 'resource' | 'ref'>;

/** Sorts before every character of a path: behind a key, it makes the bound that follows that key. */
const NEXT = '\0';

/**
 * What is in a directory, or with `recursive` all below it, in the order of the keys: the path of a row, the
 * path with a slash behind it for an implied directory. What is below a directory stands together in that
 * order, so that an implied one shows where its first row does, and a page goes on after the key at which the
 * last one ended. Without `recursive` a directory is stepped over, however much is in it.
 */
export function listPath(db: ScopeDatabase, listing: Listing): { path: string; entries: Entry[]; next_cursor?: string } {
  const path = parsePath(listing.path);
  const { limit } = listing;
  const found: { key: string; entry: Entry }[] = [];
  for (const each of walk(db, path, listing)) {
    if (found.push(each) > limit) break;
  }
  const page = found.slice(0, limit);
  const entries = page.map(({ entry }) => entry);
  return { path, entries, ...(found.length > limit ? { next_cursor: encodeCursor(page.at(-1)!.key) } : {}) };
}

function* walk(db: ScopeDatabase, path: string, { recursive, kind, cursor }: Listing): Generator<{ key: string; entry: Entry }> {
  const prefix = prefixOf(path);
  const [first, end] = rangeBelow(path);
  let from = cursor === undefined ? first : decodeCursor(cursor, prefix) + NEXT;
  // Directories are implied by rows of any kind.
  const rowKind = kind === 'directory' ? null : (kind ?? null);
  for (;;) {
    const rows = db.all<Found>(SCAN, from, end, rowKind, rowKind);
    for (const row of rows) {
      if (row.path < from) continue;
      if (kind === undefined || kind === 'directory') {
        for (const implied of impliedAbove(db, row.path, prefix.length, from, recursive)) {
          yield { key: `${implied}/`, entry: { name: nameOf(implied), kind: 'directory', full_path: implied } };
        }
      }
      const slash = recursive ? -1 : row.path.indexOf('/', prefix.length);
      if (slash === -1 && (kind === undefined || row.kind === kind)) yield { key: row.path, entry: toEntry(row) };
      from = slash === -1 ? row.path + NEXT : rangeBelow(row.path.slice(0, slash))[1];
    }
    if (rows.length < BATCH) return;
  }
}

/** The implied directories, outermost first, of which this row is the first: none before `from` was in them. */
function* impliedAbove(db: ScopeDatabase, path: string, start: number, from: string, all: boolean): Generator<string> {
  for (let at = path.indexOf('/', start); at !== -1; at = path.indexOf('/', at + 1)) {
    const above = path.slice(0, at);
    if (`${above}/` >= from && !rowAt(db, above)) yield above;
    if (!all) return;
  }
}

function toEntry({ path, kind, ref }: Pick<NameRow, 'path' | 'kind' | 'ref'>): Entry {
  return {
    name: nameOf(path),
    kind,
    full_path: path,
    ...(ref === null ? {} : { resource_ref: JSON.parse(ref) as Ref }),
  };
}

function encodeCursor(key: string): string {
  return Buffer.from(key).toString('base64url');
}

function decodeCursor(cursor: string, prefix: string): string {
  const key = Buffer.from(cursor, 'base64url').toString('utf8');
  if (key.startsWith(prefix) && encodeCursor(key) === cursor) return key;
  throw new Refusal('invalid_input', 'cursor is not one that ls of this path gave out: start without it', { cursor });
}
