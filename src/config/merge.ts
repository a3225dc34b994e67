import { isDeepStrictEqual } from 'node:util';
import { originText, type Origin, type Problem } from './error.js';
import { isUnset, leaves, pathText, toValue, type Entry, type ListNode, type MappingNode, type Node, type Path } from './tree.js';

/** A leaf of an earlier layer that a later one replaced. */
export interface Override {
  readonly path: Path;
  /** Where the replaced value stands. */
  readonly from: Origin;
  /** Where its replacement stands. */
  readonly to: Origin;
}

/** What merging has to tell beside its result. */
export interface MergeNotes {
  readonly overrides: Override[];
  readonly problems: Problem[];
}

/** `agents.a.every: b.yaml:3:9 replaces a.yaml:7:5` */
export function overrideText({ path, from, to }: Override): string {
  return `${pathText(path)}: ${originText(to)} replaces ${originText(from)}`;
}

/**
 * The one rule of layers: mappings merge by key; anything else is replaced by the later layer, null included,
 * which unsets. A list marked `!prepend` or `!append` is put before or after the earlier one instead. Equal values
 * and new keys replace nothing (reference: wire 4.2).
 */
export function merge(earlier: MappingNode, later: MappingNode, notes: MergeNotes, path: Path = []): MappingNode {
  const entries = new Map<string, Entry>(earlier.entries);
  for (const [key, entry] of later.entries) {
    const before = entries.get(key);
    entries.set(key, before ? { key: entry.key, node: combine(before.node, entry.node, notes, [...path, key]) } : entry);
  }
  return { kind: 'mapping', entries, origin: later.origin };
}

function combine(earlier: Node, later: Node, notes: MergeNotes, path: Path): Node {
  if (earlier.kind === 'mapping' && later.kind === 'mapping') return merge(earlier, later, notes, path);
  if (later.kind === 'list' && later.placement !== undefined && !isUnset(earlier)) return join(earlier, later, notes, path);
  if (earlier.kind !== later.kind || !isDeepStrictEqual(toValue(earlier), toValue(later))) {
    for (const leaf of leaves(earlier, path)) notes.overrides.push({ path: leaf.path, from: leaf.node.origin, to: later.origin });
  }
  return later;
}

function join(earlier: Node, later: ListNode, notes: MergeNotes, path: Path): Node {
  if (earlier.kind !== 'list') {
    const message = `${pathText(path)}: !${later.placement} needs a list below it, and there is none at ${originText(earlier.origin)}`;
    notes.problems.push({ origin: later.origin, message });
    return later;
  }
  const items = later.placement === 'prepend' ? [...later.items, ...earlier.items] : [...earlier.items, ...later.items];
  return { kind: 'list', items, origin: later.origin };
}
