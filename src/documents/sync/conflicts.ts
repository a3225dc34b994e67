import { Refusal } from '../../errors.js';

/**
 * What both sides did to a chunk since the text was written. `content`: both changed what it holds; `place`:
 * it was moved, and the text has it elsewhere; `deleted`: it was deleted, and the text has it; `missing`: it
 * was made or changed, and the text does not have it.
 */
export type ConflictKind = 'content' | 'place' | 'deleted' | 'missing';

interface Conflict {
  id: string;
  title: string;
  conflict: ConflictKind;
  base_revision: number | null;
  current_revision: number | null;
}

/** More are counted, not listed. */
const MAX_LISTED = 1000;

export class Conflicts {
  private readonly found: Conflict[] = [];

  /** @param base revision in the text; null where it does not say. */
  add(conflict: ConflictKind, chunk: { id: string; title: string; revision: number | null }, base: number | null): void {
    const { id, title, revision } = chunk;
    this.found.push({ id, title, conflict, base_revision: base, current_revision: revision });
  }

  /** @throws Refusal `revision_conflict` where there is any. */
  refuse(): void {
    const { found } = this;
    const [first] = found;
    if (first === undefined) return;
    const named = found.length === 1 ? `chunk ${first.id}` : `${found.length} chunks, ${first.id} among them`;
    throw new Refusal(
      'revision_conflict',
      `the document changed since this text was written, and so did the text: ${named}; nothing was written. ` +
        'Export again and apply your change to that, or send force: true to overwrite',
      { conflict_count: found.length, conflicts: found.slice(0, MAX_LISTED) },
    );
  }
}
