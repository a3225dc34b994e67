import { parsePath, rangeBelow } from '../paths/grammar.js';
import { namesOf } from '../paths/names.js';
import type { ScopeDatabase } from '../storage/scope-database.js';

const UNDER = `SELECT DISTINCT resource FROM loom_paths
  WHERE kind = 'document' AND (path = ? OR (path >= ? AND path < ?))`;

/**
 * Ids of the documents with this path or one below it; `/` is all.
 *
 * @throws Refusal `invalid_input` for what is no path.
 */
export function documentsUnder(db: ScopeDatabase, text: string): string[] {
  const path = parsePath(text);
  return db.all<{ resource: string }>(UNDER, path, ...rangeBelow(path)).map(({ resource }) => resource);
}

/** Where a document is: its oldest name. A document of a file of version 1 has none until the scope is next used. */
export function documentPath(db: ScopeDatabase, documentId: string): string | undefined {
  return namesOf(db, 'document', documentId)[0]?.path;
}
