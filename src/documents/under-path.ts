import { Refusal } from '../errors.js';
import type { ScopeDatabase } from '../storage/scope-database.js';

const UNDER = `SELECT DISTINCT resource FROM loom_paths
  WHERE kind = 'document' AND (path = ? OR (path >= ? AND path < ?))`;
const PATH_OF = "SELECT min(path) AS path FROM loom_paths WHERE resource = ? AND kind = 'document'";

/**
 * Ids of the documents whose name is `path` or lies below it; `/` is all that have a name.
 *
 * @throws Refusal `invalid_input` for a path that does not begin with a slash.
 */
export function documentsUnder(db: ScopeDatabase, path: string): string[] {
  if (!path.startsWith('/')) {
    throw new Refusal('invalid_input', `under_path must begin with a slash, got ${JSON.stringify(path)}`, { under_path: path });
  }
  const folder = path.replace(/\/+$/, '');
  // What is below /a is from '/a/' up to '/a0': the digit 0 is the character after the slash.
  return db.all<{ resource: string }>(UNDER, folder, `${folder}/`, `${folder}0`).map(({ resource }) => resource);
}

/** The path of a document; where it has several, the first in order of the alphabet. */
export function documentPath(db: ScopeDatabase, documentId: string): string | undefined {
  return db.get<{ path: string | null }>(PATH_OF, documentId)?.path ?? undefined;
}
