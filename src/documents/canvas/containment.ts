import { Refusal } from '../../errors.js';

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Groups that lie over each other by the thousand mean nothing and take long to sort out. */
const MAX_COMPARISONS = 100_000_000;

/**
 * For each box the smallest group that holds all of it, by index; of two alike the one that lies on top.
 * Of a box and a group that are the same, the one that lies below holds the other: nothing holds itself,
 * and no two hold each other.
 *
 * Boxes are met from the top down beside the groups that reach as far: few at a time where groups hold or
 * follow each other.
 *
 * @throws Refusal `too_large`
 */
export function containers(boxes: readonly Box[], isGroup: (index: number) => boolean): (number | undefined)[] {
  const area = boxes.map(({ width, height }) => width * height);
  const order = boxes.map((_, index) => index).sort((a, b) => boxes[a]!.y - boxes[b]!.y || area[b]! - area[a]! || a - b);
  const found: (number | undefined)[] = boxes.map(() => undefined);
  let open: number[] = [];
  let comparisons = 0;
  for (const index of order) {
    const box = boxes[index]!;
    comparisons += open.length;
    if (comparisons > MAX_COMPARISONS) {
      throw new Refusal('too_large', 'the groups of the canvas overlap too much to tell what is in which', { nodes: boxes.length });
    }
    open = open.filter((group) => bottom(boxes[group]!) >= box.y);
    for (const group of open) {
      if (!holds(boxes[group]!, box) || (area[group] === area[index] && group > index)) continue;
      const best = found[index];
      if (best === undefined || area[group]! < area[best]! || (area[group] === area[best] && group > best)) found[index] = group;
    }
    if (isGroup(index)) open.push(index);
  }
  return found;
}

function bottom({ y, height }: Box): number {
  return y + height;
}

function holds(outer: Box, inner: Box): boolean {
  return (
    outer.x <= inner.x && outer.y <= inner.y && outer.x + outer.width >= inner.x + inner.width && bottom(outer) >= bottom(inner)
  );
}
