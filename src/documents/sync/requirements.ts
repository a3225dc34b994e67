import type { ScopeDatabase } from '../../storage/scope-database.js';
import { withoutNulls, type ChunkPatch } from '../chunks.js';
import type { DocumentTree } from '../document-tree.js';
import { requireChunkCount, requireDepth, requireLimits } from '../limits.js';
import type { Fields } from '../rows.js';
import { applyType } from '../types.js';
import type { TextChunk } from './match.js';
import type { Plan } from './plan.js';

/**
 * Refuses what a write would refuse, before the first of many.
 * @param patch undefined for a chunk that will be created.
 * @throws Refusal `too_large`, `invalid_field`
 */
export function requireWritable(
  db: ScopeDatabase,
  documentId: string,
  { chunk, said, row }: TextChunk,
  patch: ChunkPatch | undefined,
): void {
  requireLimits(chunk);
  const { type, status, fields } = patch ?? said;
  if (row !== undefined && type === undefined && status === undefined && fields === undefined) return;
  const merged: Fields = { ...(row && (JSON.parse(row.fields) as Fields)), ...fields };
  const content = {
    type: type === undefined ? (row?.type ?? null) : type,
    status,
    fields: withoutNulls(merged),
    namesStatusField: fields?.status !== undefined,
  };
  applyType(db, documentId, content, row);
}

/** @throws Refusal `too_large`, `too_deep` where the document would pass its limits. */
export function requireSize({ document, root, rows }: DocumentTree, { families, deletions }: Plan): void {
  // Families come parents first.
  const depths = new Map([[root.id, 0]]);
  let deepest = 0;
  let created = 0;
  for (const { parentId, members } of families) {
    const depth = depths.get(parentId)! + 1;
    if (members.length > 0) deepest = Math.max(deepest, depth);
    for (const { id, row } of members) {
      depths.set(id, depth);
      if (row === undefined) created += 1;
    }
  }
  requireChunkCount(document.id, rows.size + created - deletions.length);
  requireDepth(deepest);
}
