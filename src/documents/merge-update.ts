import { isDeepStrictEqual } from 'node:util';
import { Refusal } from '../errors.js';
import type { Transaction } from '../scope/transaction.js';
import type { ScopeDatabase } from '../storage/scope-database.js';
import { updateChunk, withoutNulls, type ChunkPatch } from './chunks.js';
import { revisionAt, type KeptRow } from './kept.js';
import { mergeLines, type LineConflict } from './merge-lines.js';
import { chunkById, chunkWire, revisionConflict, type ChunkRow, type Fields } from './rows.js';

/** What an author sees of a chunk and may change. */
interface Content {
  title: string;
  type?: string;
  status?: string;
  fields?: Fields;
  body: string;
}

/**
 * Applies a patch that was made on a past revision: what only one side changed since then merges, body
 * line by line, fields key by key.
 *
 * @throws Refusal `revision_conflict` where both sides changed the same, with base, mine and theirs in `data`.
 */
export function mergeUpdate(tx: Transaction, id: string, baseRevision: number, patch: ChunkPatch): { row: ChunkRow; merged: boolean } {
  const current = chunkById(tx.db, id);
  if (current.revision === baseRevision) return { row: updateChunk(tx, id, baseRevision, patch), merged: false };
  const base = baseOf(tx.db, current, baseRevision);
  const { rest, conflicts, bodyConflicts } = mergePatch(base, patch, current);
  if (conflicts.length > 0) {
    throw new Refusal(
      'revision_conflict',
      `revision conflict on chunk ${id}: since revision ${baseRevision} both you and others changed ${conflicts.join(', ')}; ` +
        'put data.mine and data.theirs together and send the result with data.current_revision',
      {
        base: { revision: base.revision, ...contentOf(base) },
        mine: patched(base, patch),
        theirs: chunkWire(current),
        current_revision: current.revision,
        current: chunkWire(current),
        conflicts,
        ...(bodyConflicts ? { body_conflicts: bodyConflicts } : {}),
      },
    );
  }
  return { row: updateChunk(tx, id, current.revision, rest), merged: true };
}

function baseOf(db: ScopeDatabase, current: ChunkRow, revision: number): KeptRow {
  if (revision > current.revision) {
    throw new Refusal('invalid_input', `chunk ${current.id} has never been at revision ${revision}, the current one is ${current.revision}`, {
      base_revision: revision,
      current_revision: current.revision,
    });
  }
  const base = revisionAt(db, current, revision);
  // A past revision that is kept no more cannot be merged with.
  if (!base) throw revisionConflict(current, revision);
  return base;
}

/** @returns of the patch what is left to be done to the current chunk, and the names of what both sides changed. */
function mergePatch(base: KeptRow, patch: ChunkPatch, current: ChunkRow) {
  const rest: ChunkPatch = {};
  const conflicts: string[] = [];
  let bodyConflicts: LineConflict[] | undefined;
  /** Whether `mine` is to be written; otherwise there is nothing to do, or a conflict. */
  const wins = (name: string, was: unknown, mine: unknown, theirs: unknown): boolean => {
    if (isDeepStrictEqual(mine, was) || isDeepStrictEqual(mine, theirs)) return false;
    if (isDeepStrictEqual(was, theirs)) return true;
    conflicts.push(name);
    return false;
  };

  if (patch.title !== undefined && wins('title', base.title, patch.title, current.title)) rest.title = patch.title;
  for (const name of ['type', 'status'] as const) {
    const mine = patch[name];
    if (mine !== undefined && wins(name, base[name], mine || null, current[name])) rest[name] = mine;
  }
  if (patch.fields !== undefined) {
    const [was, theirs] = [base, current].map((row) => JSON.parse(row.fields) as Fields) as [Fields, Fields];
    const won = Object.entries(patch.fields).filter(([key, mine]) => wins(`fields.${key}`, was[key], mine ?? undefined, theirs[key]));
    if (won.length > 0) rest.fields = Object.fromEntries(won);
  }
  if (patch.body !== undefined && patch.body !== base.body) {
    const lines = mergeLines(base.body, patch.body, current.body);
    if ('text' in lines) rest.body = lines.text;
    else {
      conflicts.push('body');
      bodyConflicts = lines.conflicts;
    }
  }
  return { rest, conflicts, bodyConflicts };
}

function contentOf({ title, type, status, fields, body }: Pick<ChunkRow, 'title' | 'type' | 'status' | 'fields' | 'body'>): Content {
  return {
    title,
    ...(type === null ? {} : { type }),
    ...(status === null ? {} : { status }),
    ...(fields === '{}' ? {} : { fields: JSON.parse(fields) as Fields }),
    body,
  };
}

/** What the author of the patch had in mind: the base with the patch applied. */
function patched(base: KeptRow, { title, type, status, fields, body }: ChunkPatch): Content {
  const stored = JSON.parse(base.fields) as Fields;
  return contentOf({
    title: title ?? base.title,
    type: type === undefined ? base.type : type || null,
    status: status === undefined ? base.status : status || null,
    fields: fields === undefined ? base.fields : JSON.stringify(withoutNulls({ ...stored, ...fields })),
    body: body ?? base.body,
  });
}
