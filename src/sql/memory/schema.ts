import type Database from 'better-sqlite3';
import { sizeOf } from './database.js';
import type { MemoryWork } from './work.js';

const TABLES = String.raw`SELECT name, type AS kind FROM pragma_table_list
  WHERE schema = 'main' AND type IN ('table', 'view', 'virtual') AND name NOT LIKE 'loom\_%' ESCAPE '\' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'
  ORDER BY name`;
const COLUMNS = `SELECT name, type, "notnull" AS not_null, pk, dflt_value AS "default" FROM pragma_table_xinfo(?) WHERE hidden <> 1 ORDER BY cid`;
const INDEXES = `SELECT name, "unique" AS is_unique FROM pragma_index_list(?) ORDER BY name`;
const INDEXED = 'SELECT name FROM pragma_index_info(?) ORDER BY seqno';

/** Tables, views and indexes of a scope's SQL memory, and how much of its quota they take. */
export function describeMemory(db: Database.Database, { limits }: MemoryWork): unknown {
  const tables = db.prepare(TABLES).all() as { name: string; kind: string }[];
  return {
    tables: tables.map(({ name, kind }) => ({ name, kind, columns: columnsOf(db, name), indexes: indexesOf(db, name) })),
    bytes: sizeOf(db),
    quota_bytes: limits.quotaBytes,
  };
}

function columnsOf(db: Database.Database, table: string): unknown[] {
  const rows = db.prepare<string>(COLUMNS).all(table) as { name: string; type: string; not_null: number; pk: number; default: string | null }[];
  return rows.map((row) => ({ name: row.name, type: row.type, not_null: row.not_null === 1, primary_key: row.pk > 0, default: row.default }));
}

/** A column of an index that is an expression is null. */
function indexesOf(db: Database.Database, table: string): unknown[] {
  const rows = db.prepare<string>(INDEXES).all(table) as { name: string; is_unique: number }[];
  return rows.map(({ name, is_unique }) => ({ name, unique: is_unique === 1, columns: db.prepare<string>(INDEXED).pluck().all(name) }));
}
