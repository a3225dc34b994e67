import { isDeepStrictEqual } from 'node:util';
import { originText, type Origin } from './error.js';
import type { Layers } from './layers.js';
import { masked } from './secrets.js';
import { isUnset, leaves, mapScalars, pathText, toValue, type Node, type Path } from './tree.js';

/** A leaf that is not the same in two configurations. Secrets are masked in the values. */
export interface Difference {
  /** `agents.drafter.every` */
  readonly path: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly before?: unknown;
  readonly after?: unknown;
  /** Where the values stand. */
  readonly from?: Origin;
  readonly to?: Origin;
}

/** What one merged configuration says otherwise than another, in the order of the first, then of the second. */
export function diffConfigs(before: Layers, after: Layers): Difference[] {
  const old = leavesOf(before);
  const now = leavesOf(after);
  const differences: Difference[] = [];
  for (const [path, { shown, node }] of old) {
    const other = now.get(path);
    if (!other) {
      differences.push({ path, kind: 'removed', before: shown, from: node.origin });
    } else if (!isDeepStrictEqual(toValue(node), toValue(other.node))) {
      differences.push({ path, kind: 'changed', before: shown, after: other.shown, from: node.origin, to: other.node.origin });
    }
  }
  for (const [path, { shown, node }] of now) {
    if (!old.has(path)) differences.push({ path, kind: 'added', after: shown, to: node.origin });
  }
  return differences;
}

/** One line: `~ agents.drafter.every: "5m" (a.yaml:7:12) → "9m" (b.yaml:3:12)`. */
export function differenceText({ path, kind, before, after, from, to }: Difference): string {
  const side = (value: unknown, origin: Origin | undefined): string => `${JSON.stringify(value)} (${origin ? originText(origin) : ''})`;
  switch (kind) {
    case 'added':
      return `+ ${path}: ${side(after, to)}`;
    case 'removed':
      return `- ${path}: ${side(before, from)}`;
    case 'changed':
      return `~ ${path}: ${side(before, from)} → ${side(after, to)}`;
  }
}

function leavesOf({ tree }: Layers): Map<string, { node: Node; shown: unknown }> {
  const found = new Map<string, { node: Node; shown: unknown }>();
  for (const { path, node } of leaves(tree)) {
    if (path.length > 0 && !isUnset(node)) found.set(pathText(path), { node, shown: show(node, path) });
  }
  return found;
}

function show(node: Node, path: Path): unknown {
  return toValue(mapScalars(node, (scalar, at) => ({ ...scalar, value: masked(scalar, [...path, ...at]) })));
}
