import type { EdgeRow } from '../document-tree.js';
import { kindOf, parentEdgeId, type CanvasEdge } from './format.js';
import type { Item } from './items.js';

interface Link {
  from: Item;
  to: Item;
  kind: string;
}

/** The edges of a document between the nodes of its canvas, by their ends and their kind. */
export type Links = ReadonlyMap<string, Link>;

export function linksBetween(items: readonly Item[], rows: readonly EdgeRow[]): Links {
  const byChunk = new Map(items.map((item) => [item.row.id, item]));
  const links = new Map<string, Link>();
  for (const { from_id, to_id, kind } of rows) {
    const from = byChunk.get(from_id);
    const to = byChunk.get(to_id);
    if (from !== undefined && to !== undefined) links.set(keyOf(from, to, kind), { from, to, kind });
  }
  return links;
}

export interface RememberedEdges {
  edges: CanvasEdge[];
  /** The links that they show. */
  links: ReadonlySet<string>;
}

/** The edges that a canvas came with, in their order, as far as the document still has them. */
export function rememberedEdges(items: readonly Item[], links: Links): RememberedEdges {
  const byNode = new Map(items.map((item) => [item.id, item]));
  const found: { order: number; edge: CanvasEdge }[] = [];
  const shown = new Set<string>();
  for (const from of items) {
    for (const { order, ...look } of from.memory?.edges ?? []) {
      const to = byNode.get(look.toNode);
      if (to === undefined) continue;
      const key = keyOf(from, to, kindOf(look.label));
      // An edge with this id says who is the parent: it goes as soon as that is another.
      const saysParent = look.id === parentEdgeId(to.id);
      if (saysParent ? to.parent !== from : !links.has(key)) continue;
      if (!saysParent) shown.add(key);
      found.push({ order, edge: { ...look, fromNode: from.id } });
    }
  }
  found.sort((a, b) => a.order - b.order);
  return { edges: found.map(({ edge }) => edge), links: shown };
}

/** The edge that says whose child a node is. */
export function parentEdge(parent: Item, child: Item): CanvasEdge {
  return { id: parentEdgeId(child.id), fromNode: parent.id, fromSide: 'right', toNode: child.id, toSide: 'left' };
}

/** The links that no remembered edge shows. */
export function newEdges(links: Links, remembered: RememberedEdges): CanvasEdge[] {
  const unseen = [...links].filter(([key]) => !remembered.links.has(key));
  return unseen.map(([, { from, to, kind }]) => ({ id: `${from.id}-${kind}-${to.id}`, fromNode: from.id, toNode: to.id, label: kind }));
}

/** Edges of two canvases in one document may have the same id: the later gets a number. */
export function withOwnIds(edges: readonly CanvasEdge[]): CanvasEdge[] {
  const taken = new Set<string>();
  return edges.map((edge) => {
    let { id } = edge;
    for (let number = 2; taken.has(id); number++) id = `${edge.id}-${number}`;
    taken.add(id);
    return { ...edge, id };
  });
}

function keyOf(from: Item, to: Item, kind: string): string {
  return JSON.stringify([from.id, to.id, kind]);
}
