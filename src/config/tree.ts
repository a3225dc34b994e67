import path from 'node:path';
import type { Origin } from './error.js';

/** A yaml value that knows where it was written. */
export type Node = ScalarNode | ListNode | MappingNode;

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly value: unknown;
  readonly origin: Origin;
  /** Environment variables that its text was made from. */
  readonly variables?: readonly string[];
  /** Tagged `!path`. */
  readonly isPath?: true;
}

export interface ListNode {
  readonly kind: 'list';
  readonly items: readonly Node[];
  readonly origin: Origin;
  /** Where its items go in a list of an earlier layer, instead of replacing it: `!prepend`, `!append`. */
  readonly placement?: 'prepend' | 'append';
}

export interface MappingNode {
  readonly kind: 'mapping';
  readonly entries: ReadonlyMap<string, Entry>;
  readonly origin: Origin;
}

export interface Entry {
  /** Where the key stands. */
  readonly key: Origin;
  readonly node: Node;
}

export type Path = readonly (string | number)[];

/** `agents.drafter.subscribe[0]`; keys that are no plain words are quoted. */
export function pathText(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += (text === '' ? '' : '.') + (/^[\w/*-]+$/.test(step) ? step : JSON.stringify(step));
  }
  return text;
}

/** The plain value. Keys whose value is null are left out: null unsets what an earlier layer said. */
export function toValue(node: Node): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(toValue);
    case 'mapping': {
      const set = [...node.entries].filter(([, { node: each }]) => !isUnset(each));
      // A key named __proto__ has to stay a key.
      return Object.fromEntries(set.map(([key, { node: each }]) => [key, toValue(each)]));
    }
  }
}

export function isUnset(node: Node): boolean {
  return node.kind === 'scalar' && node.value === null;
}

/** What one step leads to. */
export function child(node: Node, step: string | number): Node | undefined {
  if (node.kind === 'mapping') return node.entries.get(String(step))?.node;
  return node.kind === 'list' ? node.items[Number(step)] : undefined;
}

/** Where the value at a path stands, or else the nearest thing around it that is written anywhere. */
export function originAt(root: Node, path: Path): Origin {
  let node = root;
  for (const step of path) {
    const next = child(node, step);
    if (!next) break;
    node = next;
  }
  return node.origin;
}

/** Where the key at a path stands. */
export function keyOriginAt(root: Node, path: Path): Origin {
  const parent = path.slice(0, -1).reduce<Node | undefined>((node, step) => node && child(node, step), root);
  const last = path.at(-1);
  const entry = parent?.kind === 'mapping' ? parent.entries.get(String(last)) : undefined;
  return entry?.key ?? originAt(root, path);
}

/** Every value that holds no others by key: scalars, lists, empty mappings. In the order of the tree. */
export function* leaves(node: Node, path: Path = []): Generator<{ path: Path; node: Node }> {
  if (node.kind !== 'mapping' || node.entries.size === 0) {
    yield { path, node };
    return;
  }
  for (const [key, { node: each }] of node.entries) yield* leaves(each, [...path, key]);
}

/** A text as the absolute path of a file, relative to the file that says it. */
export function resolvePath(scalar: ScalarNode): ScalarNode {
  const { value, origin } = scalar;
  return typeof value === 'string' ? { ...scalar, value: path.resolve(path.dirname(origin.file), value) } : scalar;
}

/** The tree with other scalars. */
export function mapScalars(node: Node, change: (scalar: ScalarNode, path: Path) => ScalarNode, path: Path = []): Node {
  switch (node.kind) {
    case 'scalar':
      return change(node, path);
    case 'list':
      return { ...node, items: node.items.map((item, at) => mapScalars(item, change, [...path, at])) };
    case 'mapping':
      return {
        ...node,
        entries: new Map([...node.entries].map(([key, entry]) => [key, { ...entry, node: mapScalars(entry.node, change, [...path, key]) }])),
      };
  }
}
