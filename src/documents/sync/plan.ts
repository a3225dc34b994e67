import type { Transaction } from '../../scope/transaction.js';
import type { ScopeDatabase } from '../../storage/scope-database.js';
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
  const planner = new Planner(db, document, texts, force ? undefined : base, mode);
  const updates = planner.updates();
  const families = planner.families();
  const deletions = mode === 'replace' ? planner.deletions() : [];
  const plan = { updates, families, deletions };
  planner.conflicts.refuse();
  requireSize(document, plan);
  return plan;
}

class Planner {
  readonly conflicts = new Conflicts();
  /** The chunks of the document that the text has. */
  private readonly found: ReadonlySet<string>;
  /** Those that somebody moved since the text was written. */
  private readonly moved = new Set<string>();

  constructor(
    private readonly db: ScopeDatabase,
    private readonly document: DocumentTree,
    private readonly texts: readonly TextChunk[],
    private readonly base: MarkdownTree['base'],
    private readonly mode: SyncMode,
  ) {
    this.found = new Set(texts.flatMap(({ row }) => (row === undefined ? [] : [row.id])));
  }

  updates(): Plan['updates'] {
    const updates: Plan['updates'] = [];
    for (const text of this.texts) {
      const { row } = text;
      const patch = row && this.patchFor(text, row);
      if (row === undefined) this.requireNotDeleted(text);
      else if (patch === undefined) continue;
      else updates.push({ row, patch });
      requireWritable(this.db, this.document.document.id, text, patch);
    }
    return updates;
  }

  /** The parents of the text in reading order, then those that only the document has. */
  families(): Plan['families'] {
    const { document, mode, found, texts } = this;
    const childrenOf = (id: string): readonly ChunkRow[] => document.children.get(id) ?? [];
    const stays = ({ id }: ChunkRow): boolean => mode === 'merge' && !found.has(id);
    const families = texts.map(({ id, children }) => {
      const here = new Set(children.map((child) => child.id));
      const members = arrange(id, children, childrenOf(id).filter((row) => stays(row) || here.has(row.id)));
      this.requirePlaces(id, members);
      return { parentId: id, members };
    });
    for (const row of inReadingOrder(document)) {
      if (stays(row)) families.push({ parentId: row.id, members: arrange(row.id, [], childrenOf(row.id).filter(stays)) });
    }
    return families;
  }

  deletions(): ChunkRow[] {
    const gone = inReadingOrder(this.document).filter(({ id }) => !this.found.has(id));
    const at = this.base?.updated_at ?? Infinity;
    for (const row of gone) if (row.updated_at > at) this.conflicts.add('missing', row, null);
    return gone;
  }

  private patchFor(text: TextChunk, row: ChunkRow): ChunkPatch | undefined {
    const patch = difference(row, text.said);
    const revision = text.chunk.id === row.id ? this.base?.revisions.get(row.id) : undefined;
    if (revision === undefined || revision >= row.revision) return patch;
    const since = changesSince(this.db, row, revision);
    if (since === undefined || since.moved) this.moved.add(row.id);
    if (patch === undefined) return undefined;
    if (since !== undefined && difference(since.base, text.said) === undefined) return undefined;
    if (since === undefined || !sameContent(since.base, row)) this.conflicts.add('content', row, revision);
    return patch;
  }

  private requireNotDeleted({ chunk: { id, title } }: TextChunk): void {
    const revision = id === undefined ? undefined : this.base?.revisions.get(id);
    if (id === undefined || revision === undefined || !wasDeleted(this.db, this.document.document.id, id)) return;
    this.conflicts.add('deleted', { id, title, revision: null }, revision);
  }

  /** Who was moved by somebody else must be where the text has it, and so must be its siblings. */
  private requirePlaces(parentId: string, members: readonly Member[]): void {
    const reordered = members.some(({ row, moves }) => moves && row?.parent_id === parentId);
    for (const { row, text, moves } of members) {
      if (row === undefined || text === undefined || !this.moved.has(row.id)) continue;
      if (moves || reordered) this.conflicts.add('place', row, this.base!.revisions.get(row.id)!);
    }
  }
}
