import type { Transaction } from '../scope/transaction.js';
import { entryWire, type Entry, type EntryRow } from './entries.js';
import { afterPrefix } from './keys.js';
import { matchExpression } from './words.js';

const LIVE = '(m.expires_at IS NULL OR m.expires_at > ?)';
const PAGE = `SELECT m.* FROM loom_memory m WHERE m.key >= ? AND m.key > ? AND (? IS NULL OR m.key < ?) AND ${LIVE}
  ORDER BY m.key LIMIT ?`;
/** A hit in the key counts as much as four in the value. */
const SEARCH = `SELECT m.*, bm25(loom_memory_words, 4.0, 1.0) AS rank
  FROM loom_memory_words JOIN loom_memory m ON m.id = loom_memory_words.rowid
  WHERE loom_memory_words MATCH ? AND m.key >= ? AND (? IS NULL OR m.key < ?) AND ${LIVE}
  ORDER BY rank, m.id LIMIT ? OFFSET ?`;

/** Entries whose keys have the prefix, by case too, in order of their keys, after the key `after`. */
export function listEntries(tx: Transaction, prefix: string, after: string, limit: number): Entry[] {
  const end = afterPrefix(prefix) ?? null;
  return tx.db.all<EntryRow>(PAGE, prefix, after, end, end, tx.at, limit).map(entryWire);
}

export interface Hit extends Entry {
  /** The higher, the better; comparable within one answer. */
  score: number;
}

/** Entries with the words of the query, the best first. @throws Refusal `invalid_input` */
export function searchEntries(tx: Transaction, query: string, prefix: string, offset: number, limit: number): Hit[] {
  const end = afterPrefix(prefix) ?? null;
  const rows = tx.db.all<EntryRow & { rank: number }>(SEARCH, matchExpression(query), prefix, end, end, tx.at, limit, offset);
  return rows.map((row) => ({ ...entryWire(row), score: -row.rank }));
}
