import { Refusal } from '../errors.js';
import type { Transaction } from '../scope/transaction.js';
import { changedText } from './changes.js';
import { publishChunk } from './events.js';
import { newId } from './ids.js';
import { requireBody, requireRoom } from './limits.js';
import { reindexLinks } from './links/reindex.js';
import { chunkById, documentById, requireRevision, type ChunkRow, type Fields } from './rows.js';
import { keepRevision } from './revisions.js';
import { findSpot, openSpot, type Place } from './siblings.js';
import { applyType } from './types.js';

const INSERT = `INSERT INTO chunks
  (id, document_id, parent_id, position, type, status, title, created_at, updated_at, revision, fields, body, audit)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?)`;
// Naming an indexed column rewrites its indexes, also where the value stays. Those on `fields` are one
// for each field of the chunk, so that what does not change is left out.
const UPDATE = `UPDATE chunks SET title = ?, body = ?, updated_at = ?, revision = revision + 1,
  kept = last_insert_rowid(), audit = ? WHERE id = ?`;
const UPDATE_FIELDS = `UPDATE chunks SET title = ?, body = ?, updated_at = ?, revision = revision + 1,
  kept = last_insert_rowid(), audit = ?, fields = ? WHERE id = ?`;
const RETYPE = 'UPDATE chunks SET type = ? WHERE id = ?';
const RESTATUS = 'UPDATE chunks SET status = ? WHERE id = ?';

// A document is called what its root is called.
const RETITLE = 'UPDATE documents SET title = ? WHERE id = ?';

export interface NewChunk extends Place {
  document_id: string;
  parent_id?: string | undefined;
  title: string;
  type?: string | null | undefined;
  status?: string | null | undefined;
  body?: string | undefined;
  fields?: Fields | undefined;
}

/** What an author may change of a chunk. A key that is absent stays as it is. */
export interface ChunkPatch {
  title?: string | undefined;
  type?: string | null | undefined;
  status?: string | null | undefined;
  body?: string | undefined;
  /** Merged key by key (RFC 7396 on one level): null removes a key. */
  fields?: Fields | undefined;
  /** Whether `fields` takes the place of all that are there. */
  replaceFields?: boolean | undefined;
}

/** Creates a chunk: below the parent that is named, else beside the sibling, else below the root; last where no place is named. */
export function createChunk(tx: Transaction, input: NewChunk): ChunkRow {
  const document = documentById(tx.db, input.document_id);
  const spot = findSpot(tx.db, document.id, { named: input.parent_id, otherwise: document.root_chunk_id }, input);
  const parent = chunkById(tx.db, spot.parentId);
  if (parent.document_id !== document.id) {
    throw new Refusal('not_found', `chunk ${parent.id} is not in document ${document.id}`, { parent_id: parent.id });
  }
  requireRoom(tx.db, document.id, parent.id, { chunks: 1, height: 1 });
  const row = newRow(tx, { ...input, parent_id: parent.id, position: spot.position, id: newId() });
  openSpot(tx.db, document.id, spot);
  insertRow(tx, row);
  tx.audit('create_chunk', { documentId: document.id, chunkId: row.id, revision: 1 });
  publishChunk(tx, 'create_chunk', row, null);
  return row;
}

type PlacedChunk = Omit<NewChunk, keyof Place | 'parent_id'> & { id: string; parent_id: string | null; position: number };

/** The bare insert, with types applied: for new documents and imports. */
export function insertChunk(tx: Transaction, input: PlacedChunk): ChunkRow {
  const row = newRow(tx, input);
  insertRow(tx, row);
  return row;
}

/** @throws Refusal `invalid_field`, `too_large` */
function newRow(tx: Transaction, input: PlacedChunk): ChunkRow {
  const { title, body = '' } = input;
  requireBody(body, title);
  const type = input.type || null;
  const { status, fields } = applyType(
    tx.db,
    input.document_id,
    {
      type,
      status: input.status === undefined ? undefined : input.status || null,
      fields: withoutNulls(input.fields ?? {}),
      namesStatusField: input.fields?.status !== undefined,
    },
    undefined,
  );
  const at = Number(tx.at);
  return {
    id: input.id,
    document_id: input.document_id,
    parent_id: input.parent_id,
    position: input.position,
    type,
    status,
    title,
    created_at: at,
    updated_at: at,
    revision: 1,
    fields: JSON.stringify(fields),
    body,
  };
}

function insertRow(tx: Transaction, row: ChunkRow): void {
  tx.db.run(
    INSERT,
    row.id, row.document_id, row.parent_id, row.position, row.type, row.status, row.title, tx.at, tx.at, row.fields, row.body,
    tx.nextAudit,
  );
  reindexLinks(tx, row, undefined);
}

/**
 * @param op name under which the audit and the event show the change.
 * @throws Refusal `revision_conflict` when the chunk is no longer at `revision`.
 */
export function updateChunk(tx: Transaction, id: string, revision: number, patch: ChunkPatch, op = 'update_chunk'): ChunkRow {
  const row = chunkById(tx.db, id);
  requireRevision(row, revision);
  if (patch.body !== undefined) requireBody(patch.body, row.title);
  const next: ChunkRow = { ...row, title: patch.title ?? row.title, body: patch.body ?? row.body };
  if (patch.type !== undefined || patch.status !== undefined || patch.fields !== undefined) {
    next.type = patch.type === undefined ? row.type : patch.type || null;
    const stored = patch.replaceFields ? {} : (JSON.parse(row.fields) as Fields);
    const applied = applyType(
      tx.db,
      row.document_id,
      {
        type: next.type,
        status: patch.status === undefined ? undefined : patch.status || null,
        fields: withoutNulls({ ...stored, ...patch.fields }),
        namesStatusField: patch.fields?.status !== undefined,
      },
      row,
    );
    next.status = applied.status;
    next.fields = JSON.stringify(applied.fields);
  }
  keepRevision(tx, id);
  if (row.parent_id === null && next.title !== row.title) tx.db.run(RETITLE, next.title, row.document_id);
  if (next.fields === row.fields) tx.db.run(UPDATE, next.title, next.body, tx.at, tx.nextAudit, id);
  else tx.db.run(UPDATE_FIELDS, next.title, next.body, tx.at, tx.nextAudit, next.fields, id);
  if (next.type !== row.type) tx.db.run(RETYPE, next.type, id);
  if (next.status !== row.status) tx.db.run(RESTATUS, next.status, id);
  reindexLinks(tx, next, row);
  next.revision = revision + 1;
  next.updated_at = Number(tx.at);
  tx.audit(op, { documentId: row.document_id, chunkId: id, revision: next.revision, changed: changedText(row, next) });
  publishChunk(tx, op, next, row.status);
  return next;
}

export function withoutNulls(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}
