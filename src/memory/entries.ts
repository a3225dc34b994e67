import { Refusal } from '../errors.js';
import { unlinkResource } from '../paths/names.js';
import type { Transaction } from '../scope/transaction.js';
import type { ScopeDatabase } from '../storage/scope-database.js';
import { textOf } from './json.js';
import { memoryTopic } from './keys.js';
import { indexedText } from './words.js';

/** Name of the alarm that rings when an entry expires. */
export const MEMORY_ALARM = 'memory';

export interface EntryRow {
  id: number;
  key: string;
  /** JSON text. */
  value: string;
  bytes: number;
  revision: number;
  expires_at: number | null;
  created_at: number;
  updated_at: number;
}

/** An entry as it goes over the wire. Times are unix nanoseconds. */
export interface Entry {
  key: string;
  value: unknown;
  revision: number;
  expires_at: number | null;
  created_at: number;
  updated_at: number;
}

export interface Usage {
  bytes: number;
  entries: number;
  updated_at: number;
}

/** What a write leaves in an entry. */
export interface Change {
  value: unknown;
  /** Unix nanoseconds, null for never, left out to keep what is there. */
  expiresAt?: bigint | null | undefined;
}

/** How long a key that is gone keeps its revision: who read it so long ago takes it for another no more. */
const KEPT_NS = 24n * 3_600_000_000_000n;
/** Those past that age that one write clears away. */
const CLEARED = 8;

const ONE = 'SELECT *, expires_at <= ? AS expired FROM loom_memory WHERE key = ?';
const INSERT = `INSERT INTO loom_memory (key, value, bytes, revision, expires_at, created_at, updated_at)
  VALUES (?, ?, ?, ?, ?, ?, ?)`;
const LAST_ID = 'SELECT last_insert_rowid() AS id';
const UPDATE = 'UPDATE loom_memory SET value = ?, bytes = ?, revision = ?, updated_at = ? WHERE id = ?';
const EXPIRES = 'UPDATE loom_memory SET expires_at = ? WHERE id = ?';
const DELETE = 'DELETE FROM loom_memory WHERE id = ?';
const INDEX = 'INSERT OR REPLACE INTO loom_memory_words (rowid, key, value) VALUES (?, ?, ?)';
const UNINDEX = 'DELETE FROM loom_memory_words WHERE rowid = ?';
const USAGE = 'SELECT bytes, entries, updated_at FROM loom_memory_usage';
const COUNT = 'UPDATE loom_memory_usage SET bytes = bytes + ?, entries = entries + ?, updated_at = ?';
const DELETED = 'SELECT revision FROM loom_memory_deleted WHERE key = ?';
const KEEP_DELETED = 'INSERT OR REPLACE INTO loom_memory_deleted (key, revision, at) VALUES (?, ?, ?)';
const CLEAR_DELETED = `DELETE FROM loom_memory_deleted
  WHERE key IN (SELECT key FROM loom_memory_deleted WHERE at <= ? ORDER BY at LIMIT ${CLEARED})`;
const AUDIT = 'INSERT INTO loom_memory_audit (ts, actor, agent, transport, op, key, revision) VALUES (?, ?, ?, ?, ?, ?, ?)';

/** The entry of a key, unless it has expired. */
export function entryOf(tx: Transaction, key: string): EntryRow | undefined {
  const row = rowOf(tx, key);
  return row?.expired ? undefined : row;
}

function rowOf(tx: Transaction, key: string): (EntryRow & { expired: number | null }) | undefined {
  return tx.db.get<EntryRow & { expired: number | null }>(ONE, tx.at, key);
}

export function entryWire({ key, value, revision, expires_at, created_at, updated_at }: EntryRow): Entry {
  return { key, value: JSON.parse(value) as unknown, revision, expires_at, created_at, updated_at };
}

export function usageOf(db: ScopeDatabase): Usage {
  return db.get<Usage>(USAGE)!;
}

/**
 * Writes what `change` makes of the current entry, with its index, its audit and its event; nothing where
 * `change` gives nothing. All that can be refused is refused before the first write.
 *
 * @param ifRevision the revision that the caller read, 0 where there must be no entry.
 * @returns the revision that the entry has now.
 * @throws Refusal `revision_conflict`, `memory_value_too_large`, `memory_quota_exceeded`
 */
export function writeEntry(
  tx: Transaction,
  op: string,
  key: string,
  ifRevision: number | undefined,
  change: (current: EntryRow | undefined) => Change | undefined,
): number {
  const row = rowOf(tx, key);
  const current = row?.expired ? undefined : row;
  requireRevision(key, current, ifRevision);
  const changed = change(current);
  if (changed === undefined) return current?.revision ?? 0;
  const value = JSON.stringify(changed.value);
  const bytes = Buffer.byteLength(key) + requireValueSize(tx, key, value);
  requireRoom(tx, bytes, row?.bytes ?? 0);

  if (row?.expired) expire(tx, row);
  const before = current ?? tx.db.get<{ revision: number }>(DELETED, key);
  const revision = (before?.revision ?? 0) + 1;
  const { expiresAt } = changed;
  let id = current?.id;
  if (id === undefined) {
    tx.db.run(INSERT, key, value, bytes, revision, expiresAt ?? null, tx.at, tx.at);
    id = tx.db.get<{ id: number }>(LAST_ID)!.id;
  } else {
    tx.db.run(UPDATE, value, bytes, revision, tx.at, id);
    if (expiresAt !== undefined) tx.db.run(EXPIRES, expiresAt, id);
  }
  tx.db.run(INDEX, id, indexedText(key), indexedText(textOf(changed.value)));
  tx.db.run(COUNT, bytes - (current?.bytes ?? 0), current ? 0 : 1, tx.at);
  if (expiresAt !== undefined && expiresAt !== null) tx.alarmBy(MEMORY_ALARM, expiresAt);
  record(tx, op, key, revision);
  return revision;
}

/** @returns whether there was such an entry. @throws Refusal `revision_conflict` */
export function deleteEntry(tx: Transaction, key: string, ifRevision: number | undefined): boolean {
  const current = entryOf(tx, key);
  requireRevision(key, current, ifRevision);
  if (!current) return false;
  remove(tx, current);
  record(tx, 'delete', key, current.revision);
  return true;
}

/** Removes an entry whose time is over. */
export function expire(tx: Transaction, row: Pick<EntryRow, 'id' | 'key' | 'bytes' | 'revision'>): void {
  remove(tx, row);
  record(tx, 'expire', row.key, row.revision);
}

function remove(tx: Transaction, row: Pick<EntryRow, 'id' | 'key' | 'bytes' | 'revision'>): void {
  tx.db.run(DELETE, row.id);
  tx.db.run(UNINDEX, row.id);
  tx.db.run(COUNT, -row.bytes, -1, tx.at);
  tx.db.run(KEEP_DELETED, row.key, row.revision, tx.at);
  tx.db.run(CLEAR_DELETED, tx.at - KEPT_NS);
  unlinkResource(tx, 'memory_entry', row.key);
}

function record(tx: Transaction, op: string, key: string, revision: number): void {
  const { actor, agent, transport } = tx.author;
  tx.db.run(AUDIT, tx.at, actor, agent, transport, op, key, revision);
  tx.publish(memoryTopic(key), { op, key, revision });
}

function requireRevision(key: string, current: EntryRow | undefined, expected: number | undefined): void {
  const revision = current?.revision ?? 0;
  if (expected === undefined || expected === revision) return;
  const now = revision === 0 ? 'there is no entry' : `its revision is ${revision}`;
  throw new Refusal(
    'revision_conflict',
    `revision conflict on key ${JSON.stringify(key)}: you sent ${expected}, ${now}; ` +
      'take the current entry from data.current, apply your change to it and send it with its revision',
    { key, current_revision: revision, current: current ? entryWire(current) : null },
  );
}

/** @returns the size in bytes. */
function requireValueSize(tx: Transaction, key: string, value: string): number {
  const size = Buffer.byteLength(value);
  const { maxValueBytes } = tx.settings.memory;
  if (size <= maxValueBytes) return size;
  throw new Refusal(
    'memory_value_too_large',
    `the value of ${JSON.stringify(key)} would have ${size} bytes of JSON, at most ${maxValueBytes} are allowed: split it over several keys`,
    { key, bytes: size, limit: maxValueBytes },
  );
}

/** What makes an entry no larger is never refused. */
function requireRoom(tx: Transaction, bytes: number, before: number): void {
  if (bytes <= before) return;
  const used = usageOf(tx.db).bytes;
  const { maxScopeBytes } = tx.settings.memory;
  if (used + bytes - before <= maxScopeBytes) return;
  throw new Refusal(
    'memory_quota_exceeded',
    `this scope's memory holds ${used} of ${maxScopeBytes} bytes and this write needs ${bytes - before} more: delete entries, or let them expire with ttl`,
    { used, limit: maxScopeBytes, needed: bytes - before },
  );
}
