import { existsSync, mkdirSync } from 'node:fs';
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

/** Who has a data directory: undefined where no process does. It may have none of the files of one. */
export function lockOwner(dataDir: string): { pid: number; since: string } | undefined {
  const file = path.join(dataDir, 'lock.db');
  if (!existsSync(file)) return undefined;
  const db = new Database(file, { readonly: true, timeout: 0 });
  let owner: { pid: number; since: string } | undefined;
  try {
    owner = db.prepare('SELECT pid, since FROM owner').get() as typeof owner;
  } finally {
    db.close();
  }
  // The row outlives a killed process; only where its pid is somebody's does the lock itself have to be asked.
  return owner && isAlive(owner.pid) && isLocked(file) ? owner : undefined;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function isLocked(file: string): boolean {
  const db = new Database(file, { timeout: 0 });
  try {
    db.exec('BEGIN IMMEDIATE; ROLLBACK');
    return false;
  } catch (error) {
    if ((error as { code?: string }).code === 'SQLITE_BUSY') return true;
    throw error;
  } finally {
    db.close();
  }
}

function readOwner(db: Database.Database): string {
  try {
    const pid = db.prepare('SELECT pid FROM owner').pluck().get() as number | undefined;
    return pid === undefined ? '' : ` (pid ${pid})`;
  } catch {
    return '';
  }
}
