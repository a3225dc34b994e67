import { mkdirSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';

export interface DataDirLock {
  release(): void;
}

/**
 * Takes the data directory for this process, so that no file ever has two writers. The lock is the
 * system's on `<data>/lock.db`: it ends with the process, however that ends.
 *
 * @throws when another process has it; the message names its pid.
 */
export function lockDataDir(dataDir: string): DataDirLock {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = path.join(dataDir, 'lock.db');
  const db = new Database(file, { timeout: 0 });
  try {
    db.exec('CREATE TABLE IF NOT EXISTS owner (pid INTEGER NOT NULL, since TEXT NOT NULL)');
    // The write leaves a reserved lock in place until the transaction ends: readers may still see who owns it.
    db.exec('BEGIN IMMEDIATE');
  } catch (error) {
    const owner = readOwner(db);
    db.close();
    if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error;
    throw new Error(`the data directory ${dataDir} belongs to a running loomcycle${owner}: join it with \`loomcycle mcp --upstream http://…\`, stop it, or set LOOMCYCLE_DATA_DIR`);
  }
  db.exec('COMMIT; DELETE FROM owner');
  db.prepare('INSERT INTO owner VALUES (?, ?)').run(process.pid, new Date().toISOString());
  db.exec('BEGIN IMMEDIATE');
  return { release: () => db.close() };
}

function readOwner(db: Database.Database): string {
  try {
    const pid = db.prepare('SELECT pid FROM owner').pluck().get() as number | undefined;
    return pid === undefined ? '' : ` (pid ${pid})`;
  } catch {
    return '';
  }
}
