import { Refusal } from '../errors.js';
import type { Transaction } from '../scope/transaction.js';
import { nameDocument } from './document-names.js';
import type { ResourceKind } from './kinds.js';
import { addName, namesOf, requireFree, unlinkResource, type NameRow } from './names.js';

// Names of what is deleted go with it, and come back with it where their paths are still free.

const KEEP = `INSERT INTO loom_deleted_names (deletion, path, kind, resource, ref, given)
  SELECT ?, path, kind, resource, ref, given FROM loom_paths WHERE resource = ? AND kind = ?`;
const KEPT = 'SELECT path, kind, resource, ref FROM loom_deleted_names WHERE deletion = ? ORDER BY given';
const FORGET = 'DELETE FROM loom_deleted_names WHERE deletion = ?';

/** Takes all names of a resource away, in the transaction that deletes it, and keeps them with its deletion. */
export function keepNames(tx: Transaction, deletion: number, kind: ResourceKind, resource: string): void {
  if (namesOf(tx.db, kind, resource).length === 0) return;
  tx.db.run(KEEP, deletion, resource, kind);
  unlinkResource(tx, kind, resource);
}

/** Gives what came back its names again; a document that gets none of them is named anew. */
export function reviveNames(tx: Transaction, deletion: number, document?: { id: string; title: string }): void {
  const names = tx.db.all<Pick<NameRow, 'path' | 'kind' | 'resource' | 'ref'>>(KEPT, deletion);
  for (const { path, kind, resource, ref } of names) {
    if (isFree(tx, path, kind)) addName(tx, 'link', { path, kind, resource: resource!, ref: JSON.parse(ref!) as object });
  }
  if (document && namesOf(tx.db, 'document', document.id).length === 0) nameDocument(tx, document.id, document.title);
  forgetNames(tx, deletion);
}

export function forgetNames(tx: Transaction, deletion: number): void {
  tx.db.run(FORGET, deletion);
}

function isFree(tx: Transaction, path: string, kind: NameRow['kind']): boolean {
  try {
    requireFree(tx.db, path, kind);
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}
