import { containers } from './containment.js';
import { parentEdgeId, type CanvasEdge, type CanvasNode } from './format.js';

export interface Nesting {
  /** Index of the parent by index of the node; undefined at the top. */
  parents: (number | undefined)[];
  /** The edges that say who is whose parent, and nothing else. */
  edges: ReadonlySet<CanvasEdge>;
}

/**
 * Who is below whom: the edge `parent-<id>` that ends at a node says it, else the smallest group that holds
 * the node. In a circle a group gives way first, then an edge.
 *
 * @throws Refusal `too_large`
 */
export function nest(nodes: readonly CanvasNode[], edges: readonly CanvasEdge[], indexes: ReadonlyMap<string, number>): Nesting {
  const parents = containers(nodes, (index) => nodes[index]!.type === 'group');
  const said = new Map<number, CanvasEdge>();
  for (const edge of edges) {
    const child = indexes.get(edge.toNode)!;
    if (edge.id !== parentEdgeId(edge.toNode) || said.has(child)) continue;
    said.set(child, edge);
    parents[child] = indexes.get(edge.fromNode)!;
  }
  for (const child of cutCircles(parents, (index) => said.has(index))) said.delete(child);
  return { parents, edges: new Set(said.values()) };
}

/** @returns whose parents were taken away. */
function cutCircles(parents: (number | undefined)[], isSaid: (index: number) => boolean): number[] {
  const cut: number[] = [];
  const done = new Set<number>();
  for (let start = 0; start < parents.length; start++) {
    const path: number[] = [];
    let at: number | undefined = start;
    while (at !== undefined && !done.has(at)) {
      done.add(at);
      path.push(at);
      at = parents[at];
    }
    const circle = at === undefined || !path.includes(at) ? [] : path.slice(path.indexOf(at)).sort((a, b) => a - b);
    const victim = circle.find((index) => !isSaid(index)) ?? circle[0];
    if (victim === undefined) continue;
    parents[victim] = undefined;
    cut.push(victim);
  }
  return cut;
}
