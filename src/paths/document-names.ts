import { Refusal } from '../errors.js';
import type { Transaction } from '../scope/transaction.js';
import type { ScopeDatabase } from '../storage/scope-database.js';
import { parsePath } from './grammar.js';
import { addName, DEFAULT_DIRECTORY, kindAt, namesOf, requireFree, rowAt } from './names.js';
import { slugOf } from './slug.js';

// A document always has a name: the one that its author asked for, or /documents/<slug of its title>.

const UNNAMED = `SELECT id, title FROM documents d
  WHERE NOT EXISTS (SELECT 1 FROM loom_paths p WHERE p.resource = d.id AND p.kind = 'document') ORDER BY created_at, id`;

/** The path of a new document. @throws Refusal `path_taken`, `not_a_directory`, `invalid_input` */
export function chooseDocumentPath(db: ScopeDatabase, title: string, wanted: string | undefined): string {
  if (wanted === undefined) return defaultPath(db, title);
  const path = parsePath(wanted);
  requireFree(db, path, 'document');
  return path;
}

/**
 * Names a document that has no name, or gives it one more.
 * @returns the path.
 * @throws Refusal before any write, where `wanted` cannot be had.
 */
export function nameDocument(tx: Transaction, documentId: string, title: string, wanted?: string): string {
  const path = chooseDocumentPath(tx.db, title, wanted);
  addDocumentName(tx, documentId, path);
  return path;
}

/** The same at a path that `chooseDocumentPath` gave. */
export function addDocumentName(tx: Transaction, documentId: string, path: string): void {
  addName(tx, 'create', { path, kind: 'document', resource: documentId, ref: { document_id: documentId } });
}

/** Where a document is: its oldest name. */
export function pathOfDocument(db: ScopeDatabase, documentId: string): string {
  return namesOf(db, 'document', documentId)[0]!.path;
}

/** The document that a path names. @throws Refusal `not_found` */
export function documentAt(db: ScopeDatabase, text: string): string {
  const path = parsePath(text);
  const row = rowAt(db, path);
  if (row?.kind === 'document') return row.resource!;
  const kind = kindAt(db, path);
  throw new Refusal('not_found', kind === undefined ? `nothing is at ${path}` : `${path} is a ${kind}, not a document`, { path });
}

/** Names the documents of a file of version 1, which knew no names. */
export function nameUnnamedDocuments(tx: Transaction): void {
  for (const { id, title } of tx.db.all<{ id: string; title: string }>(UNNAMED)) nameDocument(tx, id, title);
}

/** `/documents/<slug>`, or the same with -2, -3, … where that is taken. */
function defaultPath(db: ScopeDatabase, title: string): string {
  const base = `${DEFAULT_DIRECTORY}/${slugOf(title)}`;
  const numbered = (n: number): string => (n === 1 ? base : `${base}-${n}`);
  return numbered(firstFree((n) => kindAt(db, numbered(n)) === undefined));
}

/** The least free number where the taken ones have no gap, else some free one; few probes, however many are taken. */
function firstFree(isFree: (n: number) => boolean): number {
  if (isFree(1)) return 1;
  let taken = 1;
  let free = 2;
  while (!isFree(free)) {
    taken = free;
    free *= 2;
  }
  while (free - taken > 1) {
    const middle = Math.floor((taken + free) / 2);
    if (isFree(middle)) free = middle;
    else taken = middle;
  }
  return free;
}
