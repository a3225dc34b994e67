import type { Transaction } from '../scope/transaction.js';
import { keepNames } from '../paths/kept-names.js';
import { forgetLinks } from './links/reindex.js';
import { keepDeleted } from './revisions.js';
import { alarmForDeletion } from './retention.js';
import type { ChunkRow } from './rows.js';

// What is deleted leaves the tables of the living in the transaction of its deletion, and is kept beside them:
// each chunk as its newest revision, edges that a call made, names, a document with its types. Links and tags
// stand in the bodies and are read from them again. See `undelete`.

const RECORD = `INSERT INTO loom_deletions (audit, document_id, chunk_id, title, chunks, deleted_at, document)
  VALUES (?, ?, ?, ?, ?, ?, NULL)`;
// Made by SQL: nanoseconds do not fit a JavaScript number.
const RECORD_DOCUMENT = `INSERT INTO loom_deletions (audit, document_id, chunk_id, title, chunks, deleted_at, document)
  SELECT ?, id, root_chunk_id, title, ?, ?, json_object('created_at', created_at, 'types',
    (SELECT json_group_array(json_object('name', name, 'fields', fields, 'created_at', created_at, 'revision', revision))
      FROM chunk_types WHERE document_id = documents.id))
  FROM documents WHERE id = ?`;
const KEEP_EDGES = `INSERT OR REPLACE INTO loom_deleted_edges (from_id, to_id, kind, created_at)
  SELECT from_id, to_id, kind, created_at FROM chunk_edges WHERE (from_id = ? OR to_id = ?) AND source = 'op'`;
const DELETE_EDGES = 'DELETE FROM chunk_edges WHERE from_id = ? OR to_id = ?';
const DELETE = 'DELETE FROM chunks WHERE id = ?';

/**
 * Begins the deletion of a chunk with its subtree.
 * @param chunks how many go, the chunk itself among them.
 * @returns the deletion, for `removeChunk`.
 */
export function recordDeletion(tx: Transaction, chunk: Pick<ChunkRow, 'id' | 'document_id' | 'title'>, chunks: number): number {
  alarmForDeletion(tx);
  return tx.db.insert(RECORD, tx.nextAudit, chunk.document_id, chunk.id, chunk.title, chunks, tx.at);
}

/** The same of a whole document, while its types are still there. */
export function recordDocumentDeletion(tx: Transaction, root: Pick<ChunkRow, 'document_id'>, chunks: number): number {
  alarmForDeletion(tx);
  return tx.db.insert(RECORD_DOCUMENT, tx.nextAudit, chunks, tx.at, root.document_id);
}

/** Takes one chunk, its edges and its names out of the tables. */
export function removeChunk(tx: Transaction, id: string, deletion: number): void {
  keepDeleted(tx, id, deletion);
  tx.db.run(KEEP_EDGES, id, id);
  forgetLinks(tx, id);
  tx.db.run(DELETE_EDGES, id, id);
  tx.db.run(DELETE, id);
  keepNames(tx, deletion, 'chunk', id);
}
