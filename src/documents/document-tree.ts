import type { ScopeDatabase } from '../storage/scope-database.js';
import { documentById, type ChunkRow, type DocumentRow } from './rows.js';

const CHUNKS = 'SELECT * FROM chunks WHERE document_id = ? ORDER BY parent_id, position, id';
const EDGES = `SELECT from_id, to_id, kind, created_at FROM chunk_edges
  WHERE source = 'op' AND from_id IN (SELECT id FROM chunks WHERE document_id = ?) ORDER BY from_id, to_id, kind`;

export interface EdgeRow {
  from_id: string;
  to_id: string;
  kind: string;
  created_at: number;
}

/** A whole document as it stands. */
export interface DocumentTree {
  document: DocumentRow;
  root: ChunkRow;
  /** Every chunk by its id. */
  rows: ReadonlyMap<string, ChunkRow>;
  /** Children by the id of their parent, in order; a chunk without any has no entry. */
  children: ReadonlyMap<string, readonly ChunkRow[]>;
  /** The edges that begin in the document, wherever they end; without those that bodies hold, which come and go with them. */
  edges: readonly EdgeRow[];
}

/** Three reads whatever the size, one snapshot: nobody else writes the scope meanwhile. @throws Refusal `not_found` */
export function readDocumentTree(db: ScopeDatabase, documentId: string): DocumentTree {
  const document = documentById(db, documentId);
  const rows = new Map(db.all<ChunkRow>(CHUNKS, documentId).map((row) => [row.id, row]));
  const root = rows.get(document.root_chunk_id)!;
  const children = new Map<string, ChunkRow[]>();
  for (const row of rows.values()) {
    if (row === root) continue;
    // A chunk whose parent is gone would be lost from sight: it stands below the root.
    const parentId = row.parent_id !== null && rows.has(row.parent_id) ? row.parent_id : root.id;
    const siblings = children.get(parentId);
    if (siblings) siblings.push(row);
    else children.set(parentId, [row]);
  }
  return { document, root, rows, children, edges: db.all<EdgeRow>(EDGES, documentId) };
}

/** The chunks in the order in which they are read, from the root on. */
export function inReadingOrder({ root, children }: DocumentTree): ChunkRow[] {
  const order: ChunkRow[] = [];
  const pending = [root];
  for (let row = pending.pop(); row !== undefined; row = pending.pop()) {
    order.push(row);
    for (const child of (children.get(row.id) ?? []).toReversed()) pending.push(child);
  }
  return order;
}
