import { forgetNames } from '../paths/kept-names.js';
import type { Transaction } from '../scope/transaction.js';

// What the configuration (`history`) lets go of is removed in slices, each a batch of its own, so that none
// gets long. What was deleted has an alarm. Replaced revisions have none, which would make every scope one
// that has something to do at a time: a scope that is written to looks now and then whether some are due.
//
//   delete ─▶ alarm at the end of its time ─┐
//   write, once an hour: some revision due? ─┴▶ `prune` ─▶ more due? alarm again at once

/** Name of the alarm, see `ALARM_HANDLERS`. */
export const HISTORY_ALARM = 'history';

/** So many of the newest revisions of a chunk, the present one among them, are never pruned. */
export const NEVER_PRUNED = 20;

/** Revisions looked at in one batch. */
const SLICE = 500;
/** Between two slices: others have their turn. */
const PAUSE_NS = 10_000_000n;
const LOOK_EVERY_NS = 3_600_000_000_000n;

// The limit stands inside: past the first that is not due, none is.
const NEXT = `SELECT id, chunk_id FROM (
    SELECT id, chunk_id, kept_at FROM loom_revisions WHERE id > (SELECT upto FROM loom_pruned) ORDER BY id LIMIT ?
  ) WHERE kept_at <= ?`;
const PRUNED = 'UPDATE loom_pruned SET upto = ?';
const PRESENT = `SELECT ifnull((SELECT revision FROM chunks WHERE id = ?),
  (SELECT revision FROM loom_revisions WHERE id = (SELECT kept FROM loom_deleted WHERE chunk_id = ?))) AS revision`;
const LINK = 'SELECT before, revision FROM loom_revisions WHERE id = ? AND chunk_id = ?';
const FORGET_REVISION = 'DELETE FROM loom_revisions WHERE id = ?';

const OLDEST_DELETION = 'SELECT id, deleted_at, expired FROM loom_deletions ORDER BY id LIMIT 1';
const EXPIRE = 'UPDATE loom_deletions SET expired = 1 WHERE id = ?';
const BURIED = 'SELECT chunk_id, kept FROM loom_deleted WHERE deletion = ? LIMIT 1';
const SHORTEN = 'UPDATE loom_deleted SET kept = ? WHERE chunk_id = ?';
const FORGET_CHUNK = 'DELETE FROM loom_deleted WHERE chunk_id = ?';
const FORGET_EDGES = 'DELETE FROM loom_deleted_edges WHERE from_id = ? OR to_id = ?';
const FORGET_DELETION = 'DELETE FROM loom_deletions WHERE id = ?';

const lookedAt = new WeakMap<Transaction, bigint>();

/** Called with every write: looks now and then whether revisions are due, and has them pruned if so. */
export function sweepNowAndThen(tx: Transaction): void {
  const last = lookedAt.get(tx);
  if (last !== undefined && tx.at - last < LOOK_EVERY_NS) return;
  lookedAt.set(tx, tx.at);
  if (tx.db.get(NEXT, 1, cutoff(tx, tx.settings.history.keepMs))) tx.alarmBy(HISTORY_ALARM, tx.at + PAUSE_NS);
}

/** Has what is deleted now removed for good when its time is over. */
export function alarmForDeletion(tx: Transaction): void {
  const until = deletionEnds(tx, tx.at);
  if (until !== undefined) tx.alarmBy(HISTORY_ALARM, until);
}

/** @returns when what was deleted at `at` can no longer come back, undefined for never. */
export function deletionEnds(tx: Transaction, at: bigint): bigint | undefined {
  const { keepDeletedMs } = tx.settings.history;
  return keepDeletedMs === null ? undefined : at + BigInt(keepDeletedMs) * 1_000_000n;
}

/** The newest time of deletion whose things cannot come back any more. */
export function deletionCutoff(tx: Transaction): bigint {
  return cutoff(tx, tx.settings.history.keepDeletedMs);
}

function cutoff(tx: Transaction, keepMs: number | null): bigint {
  return keepMs === null ? -1n : tx.at - BigInt(keepMs) * 1_000_000n;
}

/** Removes a slice of what is due, and sets the alarm for the rest. */
export function pruneHistory(tx: Transaction): void {
  const budget = { left: SLICE };
  const nextDeletion = forgetDeletions(tx, budget);
  pruneRevisions(tx, budget);
  if (budget.left <= 0) tx.alarmBy(HISTORY_ALARM, tx.at + PAUSE_NS);
  else if (nextDeletion !== undefined) tx.alarmBy(HISTORY_ALARM, nextDeletion);
}

interface Budget {
  left: number;
}

interface Link {
  before: number | null;
  revision: number;
}

/** @returns when the next deletion is due. */
function forgetDeletions(tx: Transaction, budget: Budget): bigint | undefined {
  const { db } = tx;
  while (budget.left > 0) {
    const oldest = db.get<{ id: number; deleted_at: number; expired: number }>(OLDEST_DELETION);
    if (!oldest) return undefined;
    if (oldest.expired === 0) {
      if (BigInt(oldest.deleted_at) > deletionCutoff(tx)) return deletionEnds(tx, BigInt(oldest.deleted_at));
      db.run(EXPIRE, oldest.id);
    }
    forgetDeletion(tx, oldest.id, budget);
  }
  return undefined;
}

function forgetDeletion(tx: Transaction, deletion: number, budget: Budget): void {
  const { db } = tx;
  for (;;) {
    const chunk = db.get<{ chunk_id: string; kept: number }>(BURIED, deletion);
    if (!chunk) break;
    let at: number | null = chunk.kept;
    for (; at !== null && budget.left > 0; budget.left -= 1) {
      const link: Link | undefined = db.get(LINK, at, chunk.chunk_id);
      if (link) db.run(FORGET_REVISION, at);
      at = link?.before ?? null;
    }
    if (at !== null) return void db.run(SHORTEN, at, chunk.chunk_id);
    db.run(FORGET_EDGES, chunk.chunk_id, chunk.chunk_id);
    db.run(FORGET_CHUNK, chunk.chunk_id);
  }
  forgetNames(tx, deletion);
  db.run(FORGET_DELETION, deletion);
}

/**
 * Looks at the revisions that are due in the order in which they were replaced. From each it goes down the
 * chain of its chunk, so that those which were still among the newest when their own turn came go, too.
 */
function pruneRevisions(tx: Transaction, budget: Budget): void {
  if (budget.left <= 0) return;
  const due = tx.db.all<{ id: number; chunk_id: string }>(NEXT, budget.left, cutoff(tx, tx.settings.history.keepMs));
  let upto: number | undefined;
  for (const { id, chunk_id: chunkId } of due) {
    if (budget.left <= 0) break;
    budget.left -= pruneChain(tx, chunkId, id);
    upto = id;
  }
  if (upto !== undefined) tx.db.run(PRUNED, upto);
}

/** @returns how many revisions it looked at. */
function pruneChain(tx: Transaction, chunkId: string, from: number): number {
  const { db } = tx;
  const present = db.get<{ revision: number | null }>(PRESENT, chunkId, chunkId)!.revision ?? Infinity;
  let looked = 0;
  for (let at: number | null = from; at !== null; looked += 1) {
    const link: Link | undefined = db.get(LINK, at, chunkId);
    if (link && link.revision <= present - NEVER_PRUNED) db.run(FORGET_REVISION, at);
    at = link?.before ?? null;
  }
  return Math.max(looked, 1);
}
