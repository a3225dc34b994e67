import type { ScopeDatabase } from '../../storage/scope-database.js';
import { readDocumentTree, type DocumentTree } from '../document-tree.js';
import type { Box } from './containment.js';
import { linksBetween, newEdges, parentEdge, rememberedEdges, withOwnIds } from './edges.js';
import type { Canvas, CanvasEdge, CanvasNode } from './format.js';
import { toItems, type Item } from './items.js';
import { layOut, type Branch } from './layout.js';
import { nest } from './nest.js';

const BELOW = 100;

/**
 * A document as a JSON Canvas 1.0: a node for each chunk, an edge from its parent where no group shows it,
 * an edge for each edge that ends in the document. What came from a canvas stands where it stood, everything
 * else below it as a tree.
 *
 * @throws Refusal `not_found`
 */
export function exportCanvas(db: ScopeDatabase, documentId: string): { canvas: Canvas; document_id: string; title: string } {
  const tree = readDocumentTree(db, documentId);
  const { id, title } = tree.document;
  return { canvas: toCanvas(tree), document_id: id, title };
}

function toCanvas(tree: DocumentTree): Canvas {
  const all = toItems(tree);
  const links = linksBetween(all, tree.edges);
  const remembered = rememberedEdges(all, links);
  const seen = seenParents(all, remembered.edges);
  const items = needsRoot(all, tree, seen) ? all : all.slice(1);

  const boxes = layOut(unplaced(items), cornerBelow(items));
  const nodes = items
    .map((item, index) => ({ order: item.memory?.order ?? all.length + index, node: toNode(item, item.memory ?? boxes.get(item.id)!) }))
    .sort((a, b) => a.order - b.order);
  const children = items.filter(({ parent }) => parent !== undefined && (parent !== all[0] || items[0] === parent));
  const unseen = children.filter((item) => seen.get(item) !== item.parent);
  const edges = [...remembered.edges, ...unseen.map((item) => parentEdge(item.parent!, item)), ...newEdges(links, remembered)];
  return { nodes: nodes.map(({ node }) => node), edges: withOwnIds(edges) };
}

function toNode({ id, content }: Item, { x, y, width, height }: Box): CanvasNode {
  return { id, x, y, width, height, ...content };
}

/** Whose child each node would be, read back from the places and edges that the canvas came with. */
function seenParents(items: readonly Item[], edges: readonly CanvasEdge[]): Map<Item, Item> {
  const placed = items.filter(({ memory }) => memory !== undefined).sort((a, b) => a.memory!.order - b.memory!.order);
  const indexes = new Map(placed.map(({ id }, index) => [id, index]));
  const between = edges.filter(({ fromNode, toNode }) => indexes.has(fromNode) && indexes.has(toNode));
  const { parents } = nest(placed.map((item) => toNode(item, item.memory!)), between, indexes);
  const seen = new Map<Item, Item>();
  parents.forEach((parent, index) => {
    if (parent !== undefined) seen.set(placed[index]!, placed[parent]!);
  });
  return seen;
}

/** The root of a canvas that has no node for it gets one when there is something that only it can show. */
function needsRoot([root, ...others]: readonly Item[], { edges }: DocumentTree, seen: ReadonlyMap<Item, Item>): boolean {
  const { row, sheet } = root!;
  return (
    !sheet ||
    row.body !== '' ||
    edges.some(({ from_id, to_id }) => from_id === row.id || to_id === row.id) ||
    others.some((item) => item.parent === root && seen.has(item))
  );
}

function unplaced(items: readonly Item[]): Branch[] {
  const trees: Branch[] = [];
  const branches = new Map<Item, { id: string; text: string; children: Branch[] }>();
  for (const item of items) {
    if (item.memory !== undefined) continue;
    const branch = { id: item.id, text: item.content.type === 'text' ? item.content.text : '', children: [] };
    branches.set(item, branch);
    const above = item.parent && branches.get(item.parent);
    (above?.children ?? trees).push(branch);
  }
  return trees;
}

function cornerBelow(items: readonly Item[]): { x: number; y: number } {
  let corner: { x: number; y: number } | undefined;
  for (const { memory } of items) {
    if (memory === undefined) continue;
    const { x, y, height }: Box = memory;
    const bottom = y + height + BELOW;
    corner = { x: Math.min(corner?.x ?? x, x), y: Math.max(corner?.y ?? bottom, bottom) };
  }
  return corner ?? { x: 0, y: 0 };
}
