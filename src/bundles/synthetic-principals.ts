import type { Origin } from '../config/error.js';
import { child, type Entry, type MappingNode, type Node } from '../config/tree.js';

/** Blocks whose entries act as a principal. */
const ACTING: readonly (readonly string[])[] = [['agents'], ['seed'], ['outgoing_webhooks', 'endpoints']];

/** A principal that a bundle names and that nobody declared. */
export interface NamedPrincipal {
  readonly name: string;
  /** Where it is named first. */
  readonly origin: Origin;
}

/**
 * The tree with every principal declared that something in it acts as, so that a bundle can be checked without
 * a configuration of the people who will use it.
 */
export function withPrincipals(tree: MappingNode): { tree: MappingNode; added: NamedPrincipal[] } {
  const declared = child(tree, 'principals');
  const entries = new Map<string, Entry>(declared?.kind === 'mapping' ? declared.entries : []);
  const added: NamedPrincipal[] = [];
  for (const { name, origin } of namedIn(tree)) {
    if (entries.has(name)) continue;
    added.push({ name, origin });
    entries.set(name, { key: origin, node: principal(added.length, origin) });
  }
  if (added.length === 0) return { tree, added };
  const node: MappingNode = { kind: 'mapping', entries, origin: declared?.origin ?? tree.origin };
  return { tree: { ...tree, entries: new Map([...tree.entries, ['principals', { key: node.origin, node }]]) }, added };
}

function namedIn(tree: MappingNode): NamedPrincipal[] {
  return ACTING.flatMap((path) => {
    const block = path.reduce<Node | undefined>((node, step) => node && child(node, step), tree);
    if (block?.kind !== 'mapping') return [];
    return [...block.entries.values()].flatMap(({ node }) => {
      const named = child(node, 'principal');
      return named?.kind === 'scalar' && typeof named.value === 'string' ? [{ name: named.value, origin: named.origin }] : [];
    });
  });
}

/** An administrator with documents of its own: a check is about the bundle, not about what its agents may do. */
function principal(number: number, origin: Origin): MappingNode {
  const scalar = (value: string): Entry => ({ key: origin, node: { kind: 'scalar', value, origin } });
  const scopes: Entry = { key: origin, node: { kind: 'list', items: [scalar('substrate:admin').node], origin } };
  const entries = new Map([
    ['subject', scalar(`checked-${number}`)],
    ['scopes', scopes],
    ['token_env', scalar(`LOOMCYCLE_TOKEN_CHECKED_${number}`)],
  ]);
  return { kind: 'mapping', entries, origin };
}
