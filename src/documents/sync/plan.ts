import type { Transaction } from '../../scope/transaction.js';
import type { ChunkPatch } from '../chunks.js';
import { inReadingOrder, type DocumentTree } from '../document-tree.js';
import type { MarkdownTree } from '../markdown/index.js';
import { Conflicts } from './conflicts.js';
import { difference, sameContent } from './difference.js';
import { arrange, type Member } from './family.js';
import type { TextChunk } from './match.js';
import type { ChunkRow } from '../rows.js';
import { requireSize, requireWritable } from './requirements.js';
import { changesSince, wasDeleted } from './since.js';

export type SyncMode = 'replace' | 'merge';

export interface SyncOptions {
  mode: SyncMode;
  /** The text wins also over what changed since it was written. */
  force: boolean;
  /** A title for the root instead of that of the text. */
  title: string | undefined;
}

/** The writes that bring a document to what a text says. */
export interface Plan {
  updates: { row: ChunkRow; patch: ChunkPatch }[];
  /** Children in their new order, parents before their children's. */
  families: { parentId: string; members: Member[] }[];
  deletions: ChunkRow[];
}

/**
 * Works out the fewest writes. Where the text says from which revisions it was made, what changed on both
 * sides since then is a conflict, and what changed here alone stays.
 *
 * @throws Refusal `revision_conflict`, `invalid_field`, `too_large`, `too_deep`
 */
export function planSync(
  { db }: Transaction,
  document: DocumentTree,
  texts: readonly TextChunk[],
  base: MarkdownTree['base'],
  { mode, force }: SyncOptions,
): Plan {
  const documentId = document.document.id;
  const known = force ? undefined : base;
  const conflicts = new Conflicts();
  const moved = new Set<TextChunk>();

  const patchFor = (text: TextChunk, row: ChunkRow): ChunkPatch | undefined => {
    const patch = difference(row, text.said);
    const revision = text.chunk.id === row.id ? known?.revisions.get(row.id) : undefined;
    if (revision === undefined || revision >= row.revision) return patch;
    const since = changesSince(db, row, revision);
    if (since === undefined || since.moved) moved.add(text);
    if (patch === undefined) return undefined;
    if (since !== undefined && difference(since.base, text.said) === undefined) return undefined;
    if (since === undefined || !sameContent(since.base, row)) conflicts.add('content', row, revision);
    return patch;
  };

  const plan: Plan = { updates: [], families: [], deletions: [] };
  const found = new Map<string, TextChunk>();
  for (const text of texts) {
    const { row, chunk } = text;
    if (row !== undefined) {
      found.set(row.id, text);
      const patch = patchFor(text, row);
      if (patch === undefined) continue;
      requireWritable(db, documentId, text, patch);
      plan.updates.push({ row, patch });
    } else {
      const revision = chunk.id === undefined ? undefined : known?.revisions.get(chunk.id);
      if (revision !== undefined && wasDeleted(db, documentId, chunk.id!)) {
        conflicts.add('deleted', { id: chunk.id!, title: chunk.title, revision: null }, revision);
      }
      requireWritable(db, documentId, text, undefined);
    }
  }

  const stays = (row: ChunkRow): boolean => mode === 'merge' && !found.has(row.id);
  for (const text of texts) {
    const before = text.row === undefined ? [] : (document.children.get(text.row.id) ?? []);
    const below = new Set(text.children.map(({ id }) => id));
    const members = arrange(text.id, text.children, before.filter((row) => stays(row) || below.has(row.id)));
    if (members.length > 0) plan.families.push({ parentId: text.id, members });
    const reordered = members.some(({ row, moves }) => moves && row?.parent_id === text.id);
    for (const { row, text: placed, moves } of members) {
      const away = moves || (reordered && row?.parent_id === text.id);
      if (away && placed !== undefined && moved.has(placed)) conflicts.add('place', row!, known!.revisions.get(row!.id)!);
    }
  }

  for (const row of inReadingOrder(document)) {
    if (found.has(row.id)) continue;
    if (mode === 'replace') {
      plan.deletions.push(row);
      const at = known?.updated_at;
      if (at !== undefined && (row.updated_at > at || row.created_at > at)) conflicts.add('missing', row, null);
      continue;
    }
    const members = arrange(row.id, [], (document.children.get(row.id) ?? []).filter(stays));
    plan.families.push({ parentId: row.id, members });
  }
  conflicts.refuse();
  requireSize(document, plan);
  return plan;
}
