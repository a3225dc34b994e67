import type { Transaction } from '../../scope/transaction.js';
import type { DocumentTree } from '../document-tree.js';
import { linkChunks, unlinkChunks, type Edge } from '../link-chunks.js';
import type { MarkdownTree } from '../markdown/index.js';
import type { SyncOptions } from './plan.js';
import type { TextChunk } from './match.js';

const KNOWN = 'SELECT 1 AS known FROM chunks WHERE id = ?';

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
  for (const { from, to, kind } of tree.edges) {
    const edge = { from_id: ids.get(from) ?? from, to_id: ids.get(to) ?? to, kind };
    if (own.has(edge.from_id)) wanted.set(keyOf(edge), edge);
  }
  const had = new Set(before.map(keyOf));
  const exist = ({ from_id, to_id }: Edge): boolean => tx.db.get(KNOWN, from_id) !== undefined && tx.db.get(KNOWN, to_id) !== undefined;
  const added = [...wanted.values()].filter((edge) => !had.has(keyOf(edge)) && exist(edge));
  for (const edge of added) linkChunks(tx, edge, undefined);
  if (mode === 'merge' || ids.size === 0) return { added: added.length, removed: 0 };
  const at = force ? undefined : tree.base?.updated_at;
  // Those of deleted chunks went with them.
  const removed = before.filter((edge) => !wanted.has(keyOf(edge)) && !(at !== undefined && edge.created_at > at) && exist(edge));
  for (const edge of removed) unlinkChunks(tx, edge, undefined);
  return { added: added.length, removed: removed.length };
}

function keyOf({ from_id, to_id, kind }: Edge): string {
  return JSON.stringify([from_id, to_id, kind]);
}
