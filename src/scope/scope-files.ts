import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileNameOf, scopeFile, scopeKey, type Scope, type ScopeKind } from './scope.js';

const SUFFIX = '.db';

/** Whether a scope has a file. */
export function scopeExists(dataDir: string, scope: Scope): boolean {
  return existsSync(scopeFile(dataDir, scopeKey(scope)));
}

/**
 * Ids of the scopes of a kind that a tenant has files of, sorted. An id so long that its file is named by a
 * hash cannot be read back from it, and is left out.
 */
export async function scopeIds(dataDir: string, tenant: string, kind: ScopeKind): Promise<string[]> {
  const folder = path.join(dataDir, 'sqlmem', fileNameOf(tenant), kind);
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => name.slice(0, -SUFFIX.length))
    // The dot is escaped in names of scopes: what has one is another file beside that of the scope.
    .filter((name) => !/[.~]/.test(name))
    .map((name) => (name === '%' ? '' : decodeURIComponent(name)))
    .sort();
}
