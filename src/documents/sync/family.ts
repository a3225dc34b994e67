import type { ChunkRow } from '../rows.js';
import type { TextChunk } from './match.js';
import { longestIncreasing } from './order.js';

/** A child of a parent, in the order of the text. */
export interface Member {
  id: string;
  /** Undefined where a new chunk goes. */
  row: ChunkRow | undefined;
  /** Undefined for a chunk that the text does not have and that stays. */
  text: TextChunk | undefined;
  /** Whether the chunk has to be moved here; the others need a new position at most. */
  moves: boolean;
}

/**
 * The children of a parent in the order of the text, with the fewest moves: those that stand in the longest
 * run that is in order already stay. A chunk that the text does not have keeps its place behind the same
 * neighbour, and at the beginning where it had none that stays.
 *
 * @param current the children that the parent has and keeps, in order; without those that go elsewhere.
 */
export function arrange(parentId: string, texts: readonly TextChunk[], current: readonly ChunkRow[]): Member[] {
  const positions = new Map(current.map((row, index) => [row.id, index]));
  const here = texts.filter(({ row }) => row?.parent_id === parentId);
  const run = longestIncreasing(here.map(({ id }) => positions.get(id)!));
  const stays = new Set(here.filter((_, index) => run.has(index)).map(({ id }) => id));
  const inText = new Set(texts.map(({ id }) => id));

  const after = new Map<string, Member[]>();
  let neighbour = '';
  for (const row of current) {
    if (stays.has(row.id)) neighbour = row.id;
    if (inText.has(row.id)) continue;
    const member: Member = { id: row.id, row, text: undefined, moves: false };
    const behind = after.get(neighbour);
    if (behind) behind.push(member);
    else after.set(neighbour, [member]);
  }
  return [
    ...(after.get('') ?? []),
    ...texts.flatMap((text) => [
      { id: text.id, row: text.row, text, moves: text.row !== undefined && !stays.has(text.id) },
      ...(after.get(text.id) ?? []),
    ]),
  ];
}
