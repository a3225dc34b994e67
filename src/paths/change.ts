import { Refusal } from '../errors.js';
import type { Transaction } from '../scope/transaction.js';
import { parsePath, prefixOf, rangeBelow, requireShort, ROOT, segmentsOf } from './grammar.js';
import { addName, hasBelow, publishName, requireAt, requireFree, rowAt, type NameRow } from './names.js';
import type { Resource } from './resources.js';

const TREE = 'path = ? OR (path >= ? AND path < ?)';
const EXTENT = `SELECT max(length(path)) AS length, max(length(path) - length(replace(path, '/', ''))) AS segments
  FROM loom_paths WHERE ${TREE}`;
const MOVE = `UPDATE loom_paths SET path = ? || substr(path, ?), updated_at = ? WHERE ${TREE}`;
const REMOVE = `DELETE FROM loom_paths WHERE ${TREE}`;
/** Documents that would have no name when the tree is gone. */
const LAST_NAMES = `SELECT path, resource FROM loom_paths t WHERE kind = 'document' AND (${TREE}) AND NOT EXISTS (
    SELECT 1 FROM loom_paths o WHERE o.resource = t.resource AND o.kind = 'document'
      AND o.path <> ? AND (o.path < ? OR o.path >= ?)
  ) ORDER BY path LIMIT ?`;
/** So many of them a refusal lists. */
const LISTED = 20;

/** @returns whether the directory is new; one that was only implied gets a row, and stays when it is empty. */
export function makeDirectory(tx: Transaction, text: string): { path: string; created: boolean; note?: string } {
  const path = requireBelowRoot(text, 'made');
  const row = rowAt(tx.db, path);
  if (row?.kind === 'directory') return { path, created: false, note: 'the directory was there already' };
  const implied = row === undefined && hasBelow(tx.db, path);
  if (!implied) requireFree(tx.db, path, 'directory');
  addName(tx, 'mkdir', { path, kind: 'directory' });
  audit(tx, 'mkdir', { kind: 'directory', resource: null });
  return implied ? { path, created: true, note: 'it was implied by what is below it; now it stays when it is empty' } : { path, created: true };
}

/** Gives a resource a name, or one more. @returns whether it is new: the same resource at the same path is no error. */
export function linkResource(tx: Transaction, text: string, { kind, resource, ref }: Resource): { path: string; created: boolean } {
  const path = requireBelowRoot(text, 'linked');
  const row = rowAt(tx.db, path);
  if (row?.kind === kind && row.resource === resource) return { path, created: false };
  requireFree(tx.db, path, kind);
  addName(tx, 'link', { path, kind, resource, ref });
  audit(tx, 'link', { kind, resource });
  return { path, created: true };
}

/** Renames what is at a path, and all below it, in one statement. */
export function moveName(tx: Transaction, fromText: string, toText: string): { from: string; to: string } {
  const from = requireBelowRoot(fromText, 'moved');
  const to = requireBelowRoot(toText, 'moved onto');
  const moved = requireAt(tx.db, from);
  if (from === to) throw new Refusal('invalid_input', `${from} cannot be moved onto itself`, { path: from });
  if (to.startsWith(prefixOf(from))) {
    throw new Refusal('cycle', `${from} cannot be moved below itself, to ${to}`, { from, to });
  }
  requireFree(tx.db, to, moved.kind);
  const tree = treeOf(from);
  const extent = tx.db.get<{ length: number; segments: number }>(EXTENT, ...tree)!;
  requireShort(extent.length - from.length + to.length, extent.segments - segmentsOf(from) + segmentsOf(to), to);
  tx.db.run(MOVE, to, from.length + 1, tx.at, ...tree);
  publishName(tx, 'mv', moved, from, to);
  audit(tx, 'mv', moved);
  return { from, to };
}

/**
 * Removes names, never what they name.
 * @returns how many; a directory that was only implied counts for none.
 */
export function removeNames(tx: Transaction, text: string, recursive: boolean): { removed: string; n_removed: number } {
  const path = requireBelowRoot(text, 'removed');
  const removed = requireAt(tx.db, path);
  if (!recursive && hasBelow(tx.db, path)) {
    throw new Refusal('not_empty', `${path} is not empty: remove what is below it first, or send "recursive": true`, { path });
  }
  const tree = treeOf(path);
  const last = tx.db.all<{ path: string; resource: string }>(LAST_NAMES, ...tree, ...tree, LISTED);
  if (last[0]) {
    throw new Refusal(
      'last_name',
      `${last[0].path} is the last name of a document, which always has one: move it, give the document another name ` +
        'with link, or delete the document',
      { documents: last.map((row) => ({ path: row.path, document_id: row.resource })) },
    );
  }
  const n = tx.db.run(REMOVE, ...tree);
  publishName(tx, 'rm', removed, path, null);
  audit(tx, 'rm', removed);
  return { removed: path, n_removed: n };
}

function audit(tx: Transaction, op: string, { kind, resource }: Pick<NameRow, 'kind' | 'resource'>): void {
  tx.audit(`path_${op}`, kind === 'document' ? { documentId: resource } : kind === 'chunk' ? { chunkId: resource } : {});
}

/** A path and all below it. */
function treeOf(path: string): [string, string, string] {
  return [path, ...rangeBelow(path)];
}

function requireBelowRoot(text: string, done: string): string {
  const path = parsePath(text);
  if (path === ROOT) throw new Refusal('invalid_input', `the root / cannot be ${done}`, { path });
  return path;
}
