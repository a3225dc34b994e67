import { Refusal } from '../errors.js';
import type { Transaction } from '../scope/transaction.js';
import { reviveNames } from '../paths/kept-names.js';
import { syncFieldIndexes } from './field-indexes.js';
import { publishChunk } from './events.js';
import { requireRoom } from './limits.js';
import { reindexLinks } from './links/reindex.js';
import { deletionCutoff } from './retention.js';
import { chunkById, type ChunkRow } from './rows.js';
import { openPosition } from './siblings.js';

const DELETION = 'id, audit, document_id, chunk_id, title, chunks, document IS NOT NULL AS whole';
const OF_CHUNK = `SELECT ${DELETION} FROM loom_deletions
  WHERE id = (SELECT deletion FROM loom_deleted WHERE chunk_id = ?) AND expired = 0 AND deleted_at > ?`;
const OF_DOCUMENT = `SELECT ${DELETION} FROM loom_deletions
  WHERE document_id = ? AND document IS NOT NULL AND expired = 0 AND deleted_at > ?`;
const LIVES = 'SELECT 1 FROM chunks WHERE id = ?';
const DOCUMENT_LIVES = 'SELECT 1 FROM documents WHERE id = ?';
const PLACE = `SELECT parent_id, position FROM loom_revisions
  WHERE id = (SELECT kept FROM loom_deleted WHERE chunk_id = ?)`;
const REVIVE = `INSERT INTO chunks (id, document_id, parent_id, position, type, status, title, created_at, updated_at,
    revision, fields, body, kept, audit)
  SELECT r.chunk_id, r.document_id, r.parent_id, CASE r.chunk_id WHEN ? THEN ? ELSE r.position END, r.type, r.status, r.title,
    d.created_at, ?, r.revision + 1, r.fields, r.body, r.id, ?
  FROM loom_deleted d JOIN loom_revisions r ON r.id = d.kept WHERE d.deletion = ?`;
// A text that was brought into the document may have moved some of the children elsewhere before it deleted the rest.
const CLOSE_GAPS = `UPDATE chunks SET position = n.position FROM (
    SELECT id, row_number() OVER (PARTITION BY parent_id ORDER BY position) - 1 AS position FROM chunks
    WHERE id IN (SELECT chunk_id FROM loom_deleted WHERE deletion = ?) AND id <> ?
  ) n WHERE n.id = chunks.id AND n.position <> chunks.position`;
const DELETED = `SELECT r.chunk_id AS id, r.parent_id FROM loom_deleted d JOIN loom_revisions r ON r.id = d.kept
  WHERE d.deletion = ?`;
const BOTH_LIVE = `(from_id IN (SELECT chunk_id FROM loom_deleted WHERE deletion = ?)
    OR to_id IN (SELECT chunk_id FROM loom_deleted WHERE deletion = ?))
  AND EXISTS (SELECT 1 FROM chunks WHERE id = from_id) AND EXISTS (SELECT 1 FROM chunks WHERE id = to_id)`;
const REVIVE_EDGES = `INSERT OR IGNORE INTO chunk_edges (from_id, to_id, kind, created_at)
  SELECT from_id, to_id, kind, created_at FROM loom_deleted_edges WHERE ${BOTH_LIVE}`;
const FORGET_EDGES = `DELETE FROM loom_deleted_edges WHERE ${BOTH_LIVE}`;
const REVIVE_DOCUMENT = `INSERT INTO documents (id, title, root_chunk_id, created_at, updated_at, audit)
  SELECT document_id, title, chunk_id, document->>'created_at', ?, audit FROM loom_deletions WHERE id = ?`;
const REVIVE_TYPES = `INSERT INTO chunk_types (document_id, name, fields, created_at, revision)
  SELECT d.document_id, t.value->>'name', t.value->>'fields', t.value->>'created_at', t.value->>'revision'
  FROM loom_deletions d, json_each(d.document, '$.types') t WHERE d.id = ?`;
const FORGET_CHUNKS = 'DELETE FROM loom_deleted WHERE deletion = ?';
const FORGET = 'DELETE FROM loom_deletions WHERE id = ?';

interface Deletion {
  id: number;
  document_id: string;
  chunk_id: string;
  title: string;
  chunks: number;
  /** Whether a whole document went. */
  whole: number;
}

export interface Undeleted {
  undeleted: true;
  document_id: string;
  /** The chunk on top, of a document its root. */
  id: string;
  title: string;
  n_chunks_undeleted: number;
}

/**
 * Brings back a chunk with all that was deleted with it: at its old place among the children of its parent,
 * last where these have become fewer. Each chunk gets a new revision, which is what it was.
 *
 * @throws Refusal `not_deleted`, `not_found`, `parent_gone`, `too_large`, `too_deep`
 */
export function undeleteChunk(tx: Transaction, id: string): Undeleted {
  const { db } = tx;
  if (db.get(LIVES, id)) throw new Refusal('not_deleted', `chunk ${id} is not deleted`, { id });
  const deletion = db.get<Deletion>(OF_CHUNK, id, deletionCutoff(tx));
  if (!deletion) throw new Refusal('not_found', `no deleted chunk ${id} in this scope that could come back`, { id });
  const { document_id: documentId, chunk_id: top } = deletion;
  if (deletion.whole) {
    throw parentGone(`chunk ${id} was deleted with its document: undelete document ${documentId}`, { document_id: documentId });
  }
  if (top !== id) throw parentGone(`chunk ${id} was deleted with the chunk ${top} above it: undelete that one`, { id: top });
  const { parent_id: parentId, position } = db.get<{ parent_id: string; position: number }>(PLACE, id)!;
  if (!db.get(LIVES, parentId)) {
    const above = db.get<Deletion>(OF_CHUNK, parentId, deletionCutoff(tx));
    if (!above) throw parentGone(`the parent of chunk ${id} is gone and cannot come back`);
    if (above.whole) throw parentGone(`the document of chunk ${id} is deleted: undelete document ${documentId} first`, { document_id: documentId });
    throw parentGone(`the parent of chunk ${id} is deleted: undelete chunk ${above.chunk_id} first`, { id: above.chunk_id });
  }
  const chunks = db.all<Deleted>(DELETED, deletion.id);
  requireRoom(db, documentId, parentId, { chunks: chunks.length, height: heightOf(chunks) });
  revive(tx, deletion, openPosition(db, documentId, parentId, position), (chunk) => publishChunk(tx, 'undelete', chunk, null));
  return outcomeOf(deletion);
}

/**
 * Brings back a document with its chunks, edges and types, as it was when it was deleted. One event, for its root.
 *
 * @throws Refusal `not_deleted`, `not_found`
 */
export function undeleteDocument(tx: Transaction, id: string): Undeleted {
  const { db } = tx;
  if (db.get(DOCUMENT_LIVES, id)) throw new Refusal('not_deleted', `document ${id} is not deleted`, { document_id: id });
  const deletion = db.get<Deletion>(OF_DOCUMENT, id, deletionCutoff(tx));
  if (!deletion) throw new Refusal('not_found', `no deleted document ${id} in this scope that could come back`, { document_id: id });
  db.run(REVIVE_DOCUMENT, tx.at, deletion.id);
  if (db.run(REVIVE_TYPES, deletion.id) > 0) syncFieldIndexes(tx);
  revive(tx, deletion, 0, (chunk) => {
    if (chunk.parent_id === null) publishChunk(tx, 'undelete', chunk, null);
  });
  return outcomeOf(deletion);
}

type Deleted = Pick<ChunkRow, 'id' | 'parent_id'>;

/**
 * @param position of the chunk on top; the others stand where they stood.
 * @param each called for each chunk once its row and its edges are there.
 */
function revive(tx: Transaction, deletion: Deletion, position: number, each: (chunk: ChunkRow) => void): void {
  const { db } = tx;
  const { id, chunk_id: top, document_id: documentId, title, whole } = deletion;
  const ids = db.all<Deleted>(DELETED, id).map((chunk) => chunk.id);
  db.run(REVIVE, top, position, tx.at, tx.nextAudit, id);
  db.run(CLOSE_GAPS, id, top);
  db.run(REVIVE_EDGES, id, id);
  db.run(FORGET_EDGES, id, id);
  for (const chunkId of ids) {
    const chunk = chunkById(db, chunkId);
    reindexLinks(tx, chunk, undefined);
    each(chunk);
  }
  reviveNames(tx, id, whole ? { id: documentId, title } : undefined);
  db.run(FORGET_CHUNKS, id);
  db.run(FORGET, id);
  tx.audit('undelete', { documentId, chunkId: top, revision: chunkById(db, top).revision });
}

/** @returns how many levels a deleted subtree has. */
function heightOf(chunks: readonly Deleted[]): number {
  const parents = new Map(chunks.map((chunk) => [chunk.id, chunk.parent_id]));
  const levels = new Map<string, number>();
  const levelOf = (id: string | null): number => {
    if (id === null || !parents.has(id)) return 0;
    const level = levels.get(id) ?? levelOf(parents.get(id)!) + 1;
    levels.set(id, level);
    return level;
  };
  return chunks.reduce((highest, chunk) => Math.max(highest, levelOf(chunk.id)), 0);
}

function outcomeOf({ document_id, chunk_id: id, title, chunks }: Deletion): Undeleted {
  return { undeleted: true, document_id, id, title, n_chunks_undeleted: chunks };
}

/** @param first what has to be undeleted instead, or before. */
function parentGone(text: string, first?: { id: string } | { document_id: string }): Refusal {
  return new Refusal('parent_gone', text, first && { undelete: first });
}
