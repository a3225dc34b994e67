import { addDocumentName, chooseDocumentPath } from '../paths/document-names.js';
import { keepNames } from '../paths/kept-names.js';
import type { Transaction } from '../scope/transaction.js';
import type { ScopeDatabase } from '../storage/scope-database.js';
import { insertChunk, updateChunk } from './chunks.js';
import { recordDocumentDeletion, removeChunk } from './deletions.js';
import { publishChunk } from './events.js';
import { syncFieldIndexes } from './field-indexes.js';
import { newId } from './ids.js';
import { chunkById, documentById, requireRevision, type ChunkRow, type DocumentRow } from './rows.js';

export interface DocumentWire {
  document_id: string;
  title: string;
  root_chunk_id: string;
  /** Its first name; `path stat` tells the others. */
  path: string;
  chunk_count: number;
  created_at: number;
  updated_at: number;
}

const INSERT = 'INSERT INTO documents (id, title, root_chunk_id, created_at, updated_at) VALUES (?, ?, ?, ?, ?)';
const DELETE = 'DELETE FROM documents WHERE id = ?';
const DELETE_TYPES = 'DELETE FROM chunk_types WHERE document_id = ?';
const CHUNK_IDS = 'SELECT id FROM chunks WHERE document_id = ?';
/** A document with its first name. */
export const NAMED = `SELECT d.*,
  (SELECT path FROM loom_paths p WHERE p.resource = d.id AND p.kind = 'document' ORDER BY p.given LIMIT 1) AS path
  FROM documents d`;
const ONE = `${NAMED} WHERE d.id = ?`;
const PAGE = `${NAMED} WHERE (d.created_at, d.id) > (?, ?) ORDER BY d.created_at, d.id LIMIT ?`;

export type NamedRow = DocumentRow & { path: string };

/** Inserts a document with its root chunk and its name, without audit or event: they belong to the op that asked. */
export function insertDocument(
  tx: Transaction,
  title: string,
  root: { body?: string; type?: string; status?: string; fields?: Record<string, unknown> } = {},
  wantedPath?: string,
): DocumentRow {
  const path = chooseDocumentPath(tx.db, title, wantedPath);
  const id = newId();
  const rootId = newId();
  tx.db.run(INSERT, id, title, rootId, tx.at, tx.at);
  insertChunk(tx, { ...root, id: rootId, document_id: id, parent_id: null, position: 0, title });
  addDocumentName(tx, id, path);
  return documentById(tx.db, id);
}

/** @throws Refusal `path_taken`, `not_a_directory`: then there is no document either. */
export function createDocument(tx: Transaction, title: string, path?: string): DocumentRow {
  const document = insertDocument(tx, title, {}, path);
  tx.audit('create_document', { documentId: document.id, chunkId: document.root_chunk_id, revision: 1 });
  publishChunk(tx, 'create_document', chunkById(tx.db, document.root_chunk_id), null);
  return document;
}

/** Renames a document and its root, which are called alike. @returns the root. */
export function renameDocument(tx: Transaction, id: string, title: string, revision: number | undefined): ChunkRow {
  const root = rootOf(tx.db, id);
  return updateChunk(tx, root.id, revision ?? root.revision, { title }, 'rename_document');
}

/**
 * @param revision that of the root, where the caller wants it checked.
 * @returns how many chunks went with it.
 */
export function deleteDocument(tx: Transaction, id: string, revision: number | undefined): number {
  const root = rootOf(tx.db, id);
  if (revision !== undefined) requireRevision(root, revision);
  const chunks = tx.db.all<{ id: string }>(CHUNK_IDS, id);
  const deletion = recordDocumentDeletion(tx, root, chunks.length);
  for (const chunk of chunks) removeChunk(tx, chunk.id, deletion);
  if (tx.db.run(DELETE_TYPES, id) > 0) syncFieldIndexes(tx);
  tx.db.run(DELETE, id);
  keepNames(tx, deletion, 'document', id);
  tx.audit('delete_document', { documentId: id, chunkId: root.id, revision: root.revision });
  publishChunk(tx, 'delete_document', { ...root, status: null }, root.status);
  return chunks.length;
}

function rootOf(db: ScopeDatabase, documentId: string): ChunkRow {
  return chunkById(db, documentById(db, documentId).root_chunk_id);
}

export function getDocument(db: ScopeDatabase, id: string): DocumentWire {
  documentById(db, id);
  return toWire(db.get<NamedRow>(ONE, id)!);
}

/** Documents in order of creation, after the one at which the last page ended. */
export function listDocuments(db: ScopeDatabase, after: readonly [string, string], limit: number): DocumentWire[] {
  return db.all<NamedRow>(PAGE, BigInt(after[0]), after[1], limit).map(toWire);
}

export function toWire(row: NamedRow): DocumentWire {
  return {
    document_id: row.id,
    title: row.title,
    root_chunk_id: row.root_chunk_id,
    path: row.path,
    chunk_count: row.chunk_count,
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
}
