import { Refusal } from '../errors.js';
import type { Transaction } from '../scope/transaction.js';
import { writeEntry, type EntryRow } from './entries.js';
import { isObject, mergePatch, requireDepth, sameJson, type JsonObject } from './json.js';

const NS_PER_S = 1_000_000_000n;

/** Options of every write of an entry. */
export interface WriteOptions {
  /** See `writeEntry`. */
  ifRevision?: number | undefined;
  /** Seconds. */
  ttl?: number | undefined;
}

/** Puts a value in the place of whatever there is; without `ttl` it does not expire. @returns its revision. */
export function setValue(tx: Transaction, key: string, value: unknown, { ifRevision, ttl }: WriteOptions): number {
  requireDepth(value);
  return writeEntry(tx, 'set', key, ifRevision, () => ({ value, expiresAt: expiryOf(tx, ttl) ?? null }));
}

/** Adds to a number, 0 where there is none. */
export function increment(tx: Transaction, key: string, delta: number, { ifRevision, ttl }: WriteOptions): { value: number; revision: number } {
  let value = 0;
  const revision = writeEntry(tx, 'incr', key, ifRevision, (current) => {
    const before = current ? valueOf(current) : 0;
    if (typeof before !== 'number') throw wrongKind('incr', key, 'a number');
    value = before + delta;
    if (!Number.isFinite(value)) throw new Refusal('invalid_input', `incr: ${before} + ${delta} is too large for a number`, { key });
    return { value, expiresAt: expiryOf(tx, ttl) };
  });
  return { value, revision };
}

/** Merges an object into an object, see `mergePatch`. */
export function mergeValue(tx: Transaction, key: string, patch: JsonObject, { ifRevision }: WriteOptions): { value: unknown; revision: number } {
  let value: unknown;
  requireDepth(patch);
  const revision = writeEntry(tx, 'merge', key, ifRevision, (current) => {
    const before = current ? valueOf(current) : {};
    if (!isObject(before)) throw wrongKind('merge', key, 'an object');
    value = mergePatch(before, patch);
    return { value };
  });
  return { value, revision };
}

/** Appends to a list what is not in it. */
export function appendDedupe(
  tx: Transaction,
  key: string,
  item: unknown,
  { ifRevision }: WriteOptions,
): { appended: boolean; value: unknown[]; revision: number } {
  let value: unknown[] = [];
  let appended = false;
  requireDepth([item]);
  const revision = writeEntry(tx, 'append_dedupe', key, ifRevision, (current) => {
    const before = listOf('append_dedupe', key, current);
    appended = !before.some((each) => sameJson(each, item));
    value = appended ? [...before, item] : before;
    return appended ? { value } : undefined;
  });
  return { appended, value, revision };
}

/** Appends to a list of at most `limit` items: the oldest go. */
export function boundedList(
  tx: Transaction,
  key: string,
  item: unknown,
  limit: number,
  { ifRevision }: WriteOptions,
): { dropped: number; value: unknown[]; revision: number } {
  let value: unknown[] = [];
  let dropped = 0;
  requireDepth([item]);
  const revision = writeEntry(tx, 'bounded_list', key, ifRevision, (current) => {
    const longer = [...listOf('bounded_list', key, current), item];
    value = longer.slice(-limit);
    dropped = longer.length - value.length;
    return { value };
  });
  return { dropped, value, revision };
}

function listOf(op: string, key: string, current: EntryRow | undefined): unknown[] {
  const before = current ? valueOf(current) : [];
  if (!Array.isArray(before)) throw wrongKind(op, key, 'a list');
  return before as unknown[];
}

function valueOf(row: EntryRow): unknown {
  return JSON.parse(row.value) as unknown;
}

function expiryOf(tx: Transaction, ttl: number | undefined): bigint | undefined {
  return ttl === undefined ? undefined : tx.at + BigInt(ttl) * NS_PER_S;
}

function wrongKind(op: string, key: string, kind: string): Refusal {
  return new Refusal('invalid_input', `${op}: the value of ${JSON.stringify(key)} is not ${kind}: set another key, or this one anew`, { key });
}
