import { Refusal } from '../errors.js';
import type { Transaction } from '../scope/transaction.js';
import type { ScopeDatabase } from '../storage/scope-database.js';
import { changesOf, type Change } from './changes.js';
import { updateChunk } from './chunks.js';
import { authorOf, type Author, type AuthorRow } from './history.js';
import { revisionAt } from './kept.js';
import { chunkById, chunkWire, requireRevision, type ChunkRow, type ChunkWire, type Fields } from './rows.js';
import { unifiedDiff } from './unified-diff.js';

const PRESENT = 'SELECT * FROM chunks WHERE id = ?';
const CREATED_AT = `SELECT ifnull((SELECT created_at FROM chunks WHERE id = ?),
  (SELECT created_at FROM loom_deleted WHERE chunk_id = ?)) AS at`;
const AUTHOR = 'SELECT actor, agent, transport, op FROM loom_audit WHERE seq = ?';

type AuditedRow = ChunkRow & { audit: number };

/** A chunk as it was at a revision, and the write that made it so. */
export interface Version extends Author {
  revision: number;
  /** Unix nanoseconds. */
  at: number;
  chunk: ChunkWire;
}

/** The unified diff of the bodies, `""` where they are equal, and the other parts that differ. */
export interface ChunkDiff {
  id: string;
  from: number;
  to: number;
  body: string;
  changes: Change[];
}

/** @throws Refusal `not_found` */
export function getVersion(db: ScopeDatabase, id: string, revision: number): Version {
  const row = versionRow(db, id, revision);
  return { revision, at: row.updated_at, ...authorOf(db.get<AuthorRow>(AUTHOR, row.audit)!), chunk: chunkWire(row) };
}

/**
 * @param to the present revision where it is left out.
 * @throws Refusal `not_found`
 */
export function diffVersions(db: ScopeDatabase, id: string, from: number, to = chunkById(db, id).revision): ChunkDiff {
  const before = versionRow(db, id, from);
  const after = versionRow(db, id, to);
  return { id, from, to, body: unifiedDiff(before.body, after.body, from, to), changes: changesOf(before, after) };
}

/**
 * Writes the content of a past revision as a new one: title, type, status, fields and body, not the place.
 * The type as it is defined today holds.
 *
 * @param expected the revision that the caller takes for the present one.
 * @throws Refusal `not_found`, `revision_conflict`, `invalid_field`
 */
export function restoreVersion(tx: Transaction, id: string, revision: number, expected: number | undefined): ChunkRow {
  const row = chunkById(tx.db, id);
  if (expected !== undefined) requireRevision(row, expected);
  const { title, type, status, body, fields } = versionRow(tx.db, id, revision);
  const patch = { title, type, status, body, fields: JSON.parse(fields) as Fields, replaceFields: true };
  return updateChunk(tx, id, row.revision, patch, 'restore_version');
}

function versionRow(db: ScopeDatabase, id: string, revision: number): AuditedRow {
  const present = db.get<AuditedRow>(PRESENT, id);
  if (present?.revision === revision) return present;
  const kept = revisionAt(db, { id }, revision);
  if (!kept) {
    throw new Refusal('not_found', `revision ${revision} of chunk ${id} is not there: history lists those that are`, { id, revision });
  }
  return { ...kept, id, created_at: db.get<{ at: number }>(CREATED_AT, id, id)!.at };
}
