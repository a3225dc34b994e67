import { existsSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { makeDirectoryDurable } from '../../storage/scope-database.js';
import type { SqlMemoryLimits } from './work.js';

const PAGE_BYTES = 4096;
/** How much of the quota may come on top of it while something is deleted, and no less than so many pages. */
const SLACK = 0.25;
const MIN_SLACK_PAGES = 64;
/** Free pages that are left in the file for what comes next, and those given back at once. */
const KEPT_FREE = 16;
const GIVEN_BACK = 4096;
/** A log longer than that is cut after it was taken over into the file. */
const LOG_BYTES = 4 * 1024 * 1024;

/** Opens the file of a scope's SQL memory to write, and makes it where there is none. */
export function openForWriting(file: string, { synchronous }: SqlMemoryLimits): Database.Database {
  makeDirectoryDurable(path.dirname(file));
  const db = new Database(file, { timeout: 5000 });
  // Only at the birth of the file; later they change nothing.
  db.pragma(`page_size = ${PAGE_BYTES}`);
  db.pragma('auto_vacuum = INCREMENTAL');
  db.pragma('journal_mode = WAL');
  db.pragma(`journal_size_limit = ${LOG_BYTES}`);
  db.pragma(`synchronous = ${synchronous}`);
  db.pragma('foreign_keys = 1');
  return guarded(db);
}

/** Opens the file to read; one that is not there yet is empty. */
export function openForReading(file: string): Database.Database {
  const db = existsSync(file) ? new Database(file, { readonly: true, timeout: 5000 }) : new Database(':memory:');
  db.pragma('query_only = 1');
  return guarded(db);
}

function guarded(db: Database.Database): Database.Database {
  db.pragma('trusted_schema = 0');
  db.pragma('cell_size_check = 1');
  db.pragma('temp_store = MEMORY');
  return db;
}

/** Makes SQLite refuse growth past the quota. What deletes gets some more: also a deletion may need pages. */
export function limitGrowth(db: Database.Database, { quotaBytes }: SqlMemoryLimits, deletes: boolean): void {
  const pages = Math.floor(quotaBytes / PAGE_BYTES);
  const slack = deletes ? Math.max(MIN_SLACK_PAGES, Math.ceil(pages * SLACK)) : 0;
  db.pragma(`max_page_count = ${pages + slack}`);
}

/** Gives free pages back to the disk. */
export function giveBack(db: Database.Database): void {
  const free = db.pragma('freelist_count', { simple: true }) as number;
  if (free > KEPT_FREE) db.pragma(`incremental_vacuum(${Math.min(free - KEPT_FREE, GIVEN_BACK)})`);
}

export function sizeOf(db: Database.Database): number {
  return (db.pragma('page_count', { simple: true }) as number) * PAGE_BYTES;
}
