import { diffIndices } from 'node-diff3';

/** Lines of one text: `count` of them from `line` on, counted from 1; none of them is the place before `line`. */
export interface LineRange {
  line: number;
  count: number;
}

/** Lines of the base that both sides changed, each in its own way. */
export interface LineConflict {
  base: LineRange;
  mine: LineRange;
  theirs: LineRange;
}

type Side = 'mine' | 'theirs';

/** Lines `start` to `end` (not included) of the base, which a side replaces by `growth` lines more. */
interface Hunk {
  side: Side;
  start: number;
  end: number;
  growth: number;
}

/** Steps that a comparison of lines may take; past that the lines between the first and the last change count as one change. */
const MOST_STEPS = 20_000_000;

/**
 * Merges two texts that were made of one, line by line. Changes of the two sides overlap where they replace
 * the same line, or insert different lines at the same place; neighbouring lines do not overlap.
 */
export function mergeLines(base: string, mine: string, theirs: string): { text: string } | { conflicts: LineConflict[] } {
  if (theirs === base || theirs === mine) return { text: mine };
  const lines = { base: base.split('\n'), mine: mine.split('\n'), theirs: theirs.split('\n') };
  const hunks = [...hunksOf('mine', lines.base, lines.mine), ...hunksOf('theirs', lines.base, lines.theirs)];
  const merged: string[][] = [];
  const conflicts: LineConflict[] = [];
  // How far the lines of a side have moved against those of the base.
  const shift = { mine: 0, theirs: 0 };
  let at = 0;
  for (const { start, end, hunks: group } of overlapping(hunks)) {
    const from = { mine: start + shift.mine, theirs: start + shift.theirs };
    for (const { side, growth } of group) shift[side] += growth;
    const mineNow = lines.mine.slice(from.mine, end + shift.mine);
    const theirsNow = lines.theirs.slice(from.theirs, end + shift.theirs);
    merged.push(lines.base.slice(at, start));
    at = end;
    if (group.every(({ side }) => side === 'mine') || sameLines(mineNow, theirsNow)) merged.push(mineNow);
    else if (group.every(({ side }) => side === 'theirs')) merged.push(theirsNow);
    else {
      conflicts.push({
        base: { line: start + 1, count: end - start },
        mine: { line: from.mine + 1, count: mineNow.length },
        theirs: { line: from.theirs + 1, count: theirsNow.length },
      });
    }
  }
  if (conflicts.length > 0) return { conflicts };
  merged.push(lines.base.slice(at));
  return { text: merged.flat().join('\n') };
}

/** Groups of hunks that overlap, in order. */
function overlapping(hunks: Hunk[]): { start: number; end: number; hunks: Hunk[] }[] {
  // Of those that begin at one line, insertions come first: they stand before what replaces the line.
  hunks.sort((a, b) => a.start - b.start || a.end - b.end);
  const groups: { start: number; end: number; hunks: Hunk[] }[] = [];
  for (const hunk of hunks) {
    const last = groups.at(-1);
    const bothInsert = last !== undefined && last.start === last.end && hunk.start === hunk.end && hunk.start === last.start;
    if (last && (hunk.start < last.end || bothInsert)) {
      last.end = Math.max(last.end, hunk.end);
      last.hunks.push(hunk);
    } else {
      groups.push({ start: hunk.start, end: hunk.end, hunks: [hunk] });
    }
  }
  return groups;
}

function hunksOf(side: Side, base: string[], changed: string[]): Hunk[] {
  const shortest = Math.min(base.length, changed.length);
  let head = 0;
  while (head < shortest && base[head] === changed[head]) head += 1;
  let tail = 0;
  while (tail < shortest - head && base.at(-1 - tail) === changed.at(-1 - tail)) tail += 1;
  const before = base.slice(head, base.length - tail);
  const after = changed.slice(head, changed.length - tail);
  if (before.length === 0 && after.length === 0) return [];
  const whole = { side, start: head, end: head + before.length, growth: after.length - before.length };
  if (stepsOf(before, after) > MOST_STEPS) return [whole];
  return diffIndices(before, after).map(({ buffer1: [start, length], buffer2: [, newLength] }) => ({
    side,
    start: head + start,
    end: head + start + length,
    growth: newLength - length,
  }));
}

/** At most so many steps does the search for the longest common subsequence take: for each pair of equal lines, a walk. */
function stepsOf(before: readonly string[], after: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const line of after) counts.set(line, (counts.get(line) ?? 0) + 1);
  let pairs = 0;
  for (const line of before) pairs += counts.get(line) ?? 0;
  return pairs * Math.min(before.length, after.length);
}

function sameLines(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index]);
}
