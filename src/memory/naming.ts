import { Refusal } from '../errors.js';
import { linkResource } from '../paths/change.js';
import { parsePath } from '../paths/grammar.js';
import { requireFree, rowAt } from '../paths/names.js';
import type { Transaction } from '../scope/transaction.js';

const KIND = 'memory_entry';

/** The key of the entry that a path names. @throws Refusal `not_found` */
export function keyAt(tx: Transaction, text: string): string {
  const path = parsePath(text);
  const row = rowAt(tx.db, path);
  if (row?.kind === KIND && row.resource !== null) return row.resource;
  throw new Refusal('not_found', `no memory entry is at ${path}`, { path });
}

/** Refuses where `nameEntry` would, before anything is written. @throws Refusal `path_taken`, `not_a_directory`, `invalid_input` */
export function requireNameable(tx: Transaction, text: string, key: string): void {
  const path = parsePath(text);
  const row = rowAt(tx.db, path);
  if (row?.kind !== KIND || row.resource !== key) requireFree(tx.db, path, KIND);
}

/** Gives an entry a name in the tree of paths. @returns the path. */
export function nameEntry(tx: Transaction, text: string, key: string): string {
  return linkResource(tx, text, { kind: KIND, resource: key, ref: { key, facet: 'kv' } }).path;
}
