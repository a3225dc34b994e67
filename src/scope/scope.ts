import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import path from 'node:path';

export const SCOPE_KINDS = ['user', 'agent', 'tenant', 'run'] as const;
export type ScopeKind = (typeof SCOPE_KINDS)[number];

/** The unit of storage and of writing: one scope is one SQLite file with one writer. */
export interface Scope {
  /** Canonical tenant, see `canonicalTenant`. */
  readonly tenant: string;
  readonly kind: ScopeKind;
  readonly id: string;
}

/** Key of a scope in maps and messages. No part can hold the separator: it is escaped like a file name. */
export function scopeKey(scope: Scope): string {
  return `${fileNameOf(scope.tenant)}/${scope.kind}/${fileNameOf(scope.id)}`;
}

/** The runtime's own file of minted tokens. No tenant can be named so: `fileNameOf` never begins with `~`. */
export const TOKENS_KEY = '~runtime/tenant/tokens';

/** File of a scope below the data directory: `sqlmem/<tenant>/<kind>/<id>.db`. */
export function scopeFile(dataDir: string, key: string): string {
  return path.join(dataDir, 'sqlmem', `${key}.db`);
}

/** Keys of the scopes of a kind that have a file. */
export function listScopes(dataDir: string, tenant: string, kind: ScopeKind): string[] {
  const folder = `${fileNameOf(tenant)}/${kind}`;
  try {
    // A dot in an id is escaped: what has another is no scope file, such as `<id>.sql.db`.
    const files = readdirSync(path.join(dataDir, 'sqlmem', folder)).filter((name) => /^[^.]+\.db$/.test(name));
    return files.map((name) => `${folder}/${name.slice(0, -'.db'.length)}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

const LONGEST = 120;

/**
 * A file name for any id, injective also on file systems that fold case: lower-case letters, digits,
 * `_` and `-` stand for themselves, every other byte is `%XX`; what would be too long ends in `~` and
 * its SHA-256. The dot is escaped too, so that no id can reach the file `<id>.sql.db` of another.
 */
export function fileNameOf(id: string): string {
  let name = '';
  for (const byte of Buffer.from(id, 'utf8')) {
    const plain =
      (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x5f || byte === 0x2d;
    name += plain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  if (name === '') return '%';
  if (name.length <= LONGEST) return name;
  return `${name.slice(0, 40)}~${createHash('sha256').update(id).digest('hex')}`;
}
