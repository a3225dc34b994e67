import type { Transaction } from '../scope/transaction.js';
import { publishChunk } from './events.js';
import { bumpRevision } from './revisions.js';
import { chunkById, requireRevision, type ChunkRow } from './rows.js';

/** An edge that a caller names; the ends may be in different documents of the scope. */
export interface Edge {
  from_id: string;
  to_id: string;
  kind: string;
}

const LINK = 'INSERT OR IGNORE INTO chunk_edges (from_id, to_id, kind, created_at) VALUES (?, ?, ?, ?)';
// An edge that only the body holds goes with the body's link.
const UNLINK = "DELETE FROM chunk_edges WHERE from_id = ? AND to_id = ? AND kind = ? AND source = 'op'";

/**
 * Makes an edge. One that is there already changes nothing, but stays when a body held it alone and holds it no more.
 * @param revision of the chunk from which the edge goes out, where the caller wants it checked.
 * @returns that chunk.
 */
export function linkChunks(tx: Transaction, edge: Edge, revision: number | undefined): ChunkRow {
  const from = sourceOf(tx, edge, revision);
  chunkById(tx.db, edge.to_id);
  const added = tx.db.run(LINK, edge.from_id, edge.to_id, edge.kind, tx.at);
  return added === 0 ? from : changed(tx, 'link_chunks', from, edge);
}

/** Takes an edge away. One that is not there, or that only the body holds, changes nothing. */
export function unlinkChunks(tx: Transaction, edge: Edge, revision: number | undefined): ChunkRow {
  const from = sourceOf(tx, edge, revision);
  const removed = tx.db.run(UNLINK, edge.from_id, edge.to_id, edge.kind);
  return removed === 0 ? from : changed(tx, 'unlink_chunks', from, edge);
}

const EDGES = JSON.stringify(['edges']);

function sourceOf(tx: Transaction, edge: Edge, revision: number | undefined): ChunkRow {
  const from = chunkById(tx.db, edge.from_id);
  if (revision !== undefined) requireRevision(from, revision);
  return from;
}

function changed(tx: Transaction, op: string, from: ChunkRow, { to_id, kind }: Edge): ChunkRow {
  const row = bumpRevision(tx, from);
  tx.audit(op, { documentId: row.document_id, chunkId: row.id, revision: row.revision, changed: EDGES });
  publishChunk(tx, op, row, row.status, { to_id, kind });
  return row;
}
