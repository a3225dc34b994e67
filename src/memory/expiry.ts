import type { Transaction } from '../scope/transaction.js';
import { expire, MEMORY_ALARM, type EntryRow } from './entries.js';

/** Entries removed in one go; more make the alarm ring again at once. */
const AT_ONCE = 500;

const DUE = 'SELECT id, key, bytes, revision FROM loom_memory WHERE expires_at <= ? ORDER BY expires_at LIMIT ?';
/** As text: nanoseconds do not fit a JavaScript number. */
const NEXT = 'SELECT CAST(min(expires_at) AS TEXT) AS at FROM loom_memory WHERE expires_at IS NOT NULL';

/** Removes the entries whose time is over, and sets the alarm to the next. */
export function expireEntries(tx: Transaction): void {
  const due = tx.db.all<Pick<EntryRow, 'id' | 'key' | 'bytes' | 'revision'>>(DUE, tx.at, AT_ONCE);
  for (const row of due) expire(tx, row);
  const next = tx.db.get<{ at: string | null }>(NEXT)!.at;
  if (next !== null) tx.alarmBy(MEMORY_ALARM, BigInt(next));
}
