import type { ScopeDatabase } from '../../storage/scope-database.js';
import type { ChunkPatch } from '../chunks.js';
import { requireLimits } from '../limits.js';
import type { Fields } from '../rows.js';
import { applyType } from '../types.js';
import type { TextChunk } from './match.js';

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
    fields: Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null)),
    namesStatusField: fields?.status !== undefined,
  };
  applyType(db, documentId, content, row);
}
