import type { Box } from './containment.js';

const WIDTH = 400;
const BETWEEN_LEVELS = 100;
const BETWEEN_SIBLINGS = 40;
const LINE = 24;
const PADDING = 40;
const MAX_LINES = 30;
const LETTERS_IN_LINE = 45;

/** What is laid out: a node and what stands below it. */
export interface Branch {
  id: string;
  text: string;
  children: readonly Branch[];
}

/**
 * Lays trees out from left to right, one below the other, beginning at a corner: a column for each level,
 * children beside their parent. Nothing overlaps.
 */
export function layOut(trees: readonly Branch[], corner: { x: number; y: number }): Map<string, Box> {
  const boxes = new Map<string, Box>();
  // By column, where it is free.
  const free: number[] = [];
  const pending = trees.toReversed().map((tree) => ({ tree, level: 0, top: corner.y }));
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { tree, level, top } = next;
    // Below all that stands in its column and right of it: what is below the sibling before.
    const y = Math.max(top, ...free.slice(level));
    const height = heightOf(tree.text);
    boxes.set(tree.id, { x: corner.x + level * (WIDTH + BETWEEN_LEVELS), y, width: WIDTH, height });
    free[level] = y + height + BETWEEN_SIBLINGS;
    for (const child of tree.children.toReversed()) pending.push({ tree: child, level: level + 1, top: y });
  }
  return boxes;
}

function heightOf(text: string): number {
  let lines = 0;
  for (const line of text.split('\n', MAX_LINES)) lines += Math.max(1, Math.ceil(line.length / LETTERS_IN_LINE));
  return PADDING + LINE * Math.min(lines, MAX_LINES);
}
