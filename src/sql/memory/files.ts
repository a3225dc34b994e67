import { rm } from 'node:fs/promises';
import path from 'node:path';
import { scopeKey, type Scope } from '../../scope/scope.js';

/** File of a scope's SQL memory: `sqlmem/<tenant>/<kind>/<id>.sql.db`, beside the scope's own. */
export function sqlMemoryFile(dataDir: string, scope: Scope): string {
  return path.join(dataDir, 'sqlmem', `${scopeKey(scope)}.sql.db`);
}

/** Removes the SQL memory of a run, at its end; one that never had any is fine. */
export async function dropRunSql(dataDir: string, tenant: string, runId: string): Promise<void> {
  const file = sqlMemoryFile(dataDir, { tenant, kind: 'run', id: runId });
  await Promise.all(['', '-wal', '-shm'].map((suffix) => rm(`${file}${suffix}`, { force: true })));
}
