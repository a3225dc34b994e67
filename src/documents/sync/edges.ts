import type { Transaction } from '../../scope/transaction.js';
import type { DocumentTree, EdgeRow } from '../document-tree.js';
import { publishChunk } from '../events.js';
import type { MarkdownTree } from '../markdown/index.js';
import type { SyncOptions } from './plan.js';
import type { TextChunk } from './match.js';

const LINK = 'INSERT OR IGNORE INTO chunk_edges (from_id, to_id, kind, created_at) VALUES (?, ?, ?, ?)';
const UNLINK = 'DELETE FROM chunk_edges WHERE from_id = ? AND to_id = ? AND kind = ?';
const CHUNK = 'SELECT id, document_id, revision, type, status FROM chunks WHERE id = ?';

interface Edge {
  from: string;
  to: string;
  kind: string;
}

type Subject = Parameters<typeof publishChunk>[2];

/**
 * Brings the edges that begin in the document to those of the text, once the chunks are. Edges that begin
 * in other documents are none of the text's. A text without ids says nothing of edges that are not in it,
 * and one that knows its time nothing of edges that came later.
 */
export function syncEdges(
  tx: Transaction,
  { rows, edges: before }: DocumentTree,
  texts: readonly TextChunk[],
  tree: MarkdownTree,
  { mode, force }: SyncOptions,
): { added: number; removed: number } {
  const ids = new Map<string, string>();
  for (const { chunk, id } of texts) if (chunk.id !== undefined && !ids.has(chunk.id)) ids.set(chunk.id, id);
  const own = new Set([...rows.keys(), ...ids.values()]);
  const wanted = new Map<string, Edge>();
  for (const edge of tree.edges) {
    const from = ids.get(edge.from) ?? edge.from;
    const to = ids.get(edge.to) ?? edge.to;
    if (own.has(from)) wanted.set(keyOf({ ...edge, from, to }), { ...edge, from, to });
  }
  const had = new Map(before.map((row) => [keyOf(edgeOf(row)), row]));
  let added = 0;
  let removed = 0;
  for (const [key, edge] of wanted) if (!had.has(key) && link(tx, edge)) added += 1;
  if (mode === 'merge' || ids.size === 0) return { added, removed };
  const at = force ? undefined : tree.base?.updated_at;
  for (const [key, row] of had) {
    const later = at !== undefined && row.created_at > at;
    if (!wanted.has(key) && !later && unlink(tx, edgeOf(row))) removed += 1;
  }
  return { added, removed };
}

function edgeOf({ from_id: from, to_id: to, kind }: EdgeRow): Edge {
  return { from, to, kind };
}

function keyOf({ from, to, kind }: Edge): string {
  return JSON.stringify([from, to, kind]);
}

function link(tx: Transaction, { from, to, kind }: Edge): boolean {
  const chunk = tx.db.get<Subject>(CHUNK, from);
  if (chunk === undefined || tx.db.get(CHUNK, to) === undefined) return false;
  if (tx.db.run(LINK, from, to, kind, tx.at) === 0) return false;
  tell(tx, 'link_chunks', chunk);
  return true;
}

/** @returns false where the edge went with a deleted chunk. */
function unlink(tx: Transaction, { from, to, kind }: Edge): boolean {
  if (tx.db.run(UNLINK, from, to, kind) === 0) return false;
  tell(tx, 'unlink_chunks', tx.db.get<Subject>(CHUNK, from)!);
  return true;
}

function tell(tx: Transaction, op: string, chunk: Subject): void {
  tx.audit(op, { documentId: chunk.document_id, chunkId: chunk.id, revision: chunk.revision });
  tx.touch(chunk.document_id);
  publishChunk(tx, op, chunk, chunk.status);
}
