import type { ChunkSummary } from '../api/types.js';

export interface TreeNode {
  readonly chunk: ChunkSummary;
  readonly parent?: TreeNode;
  readonly children: TreeNode[];
  /** 1 for the root. */
  readonly level: number;
}

export interface Tree {
  readonly root?: TreeNode;
  readonly byId: ReadonlyMap<string, TreeNode>;
}

/** Builds the hierarchy from parent ids and positions. A chunk whose parent is not listed goes below the root. */
export function buildTree(chunks: readonly ChunkSummary[]): Tree {
  const ids = new Set(chunks.map(({ id }) => id));
  const rootChunk = chunks.find(({ parent_id }) => !parent_id);
  if (!rootChunk) return { byId: new Map() };
  const childrenOf = new Map<string, ChunkSummary[]>();
  for (const chunk of chunks) {
    if (chunk === rootChunk) continue;
    const parentId = chunk.parent_id && ids.has(chunk.parent_id) ? chunk.parent_id : rootChunk.id;
    const siblings = childrenOf.get(parentId);
    if (siblings) siblings.push(chunk);
    else childrenOf.set(parentId, [chunk]);
  }
  for (const siblings of childrenOf.values()) siblings.sort((a, b) => a.position - b.position || (a.id < b.id ? -1 : 1));

  const byId = new Map<string, TreeNode>();
  const grow = (chunk: ChunkSummary, level: number, parent?: TreeNode): TreeNode => {
    const node: TreeNode = { chunk, parent, level, children: [] };
    byId.set(chunk.id, node);
    for (const child of childrenOf.get(chunk.id) ?? []) node.children.push(grow(child, level + 1, node));
    return node;
  };
  return { root: grow(rootChunk, 1), byId };
}

/** The nodes to show, in order: all but those below a collapsed one. */
export function visibleNodes(root: TreeNode | undefined, collapsed: ReadonlySet<string>): TreeNode[] {
  const shown: TreeNode[] = [];
  const visit = (node: TreeNode): void => {
    shown.push(node);
    if (!collapsed.has(node.chunk.id)) node.children.forEach(visit);
  };
  if (root) visit(root);
  return shown;
}

/** The nodes whose title, status, type or a field contains `text`, and all that lead to them. */
export function matchingNodes(root: TreeNode | undefined, text: string): TreeNode[] {
  const needle = text.trim().toLowerCase();
  const visit = (node: TreeNode): TreeNode[] => {
    const below = node.children.flatMap(visit);
    return below.length > 0 || haystack(node.chunk).includes(needle) ? [node, ...below] : [];
  };
  return root ? visit(root) : [];
}

function haystack({ title, status, type, fields }: ChunkSummary): string {
  return [title, status, type, ...Object.values(fields ?? {})].join('\n').toLowerCase();
}

export function countDescendants(node: TreeNode): number {
  return node.children.reduce((sum, child) => sum + 1 + countDescendants(child), 0);
}

export interface Place {
  readonly parentId: string;
  readonly position: number;
}

export type Direction = 'up' | 'down' | 'indent' | 'outdent';

/** Where a move in `direction` puts the node, or undefined where it cannot go that way. */
export function placeAfter(node: TreeNode, direction: Direction): Place | undefined {
  const { parent } = node;
  if (!parent) return undefined;
  const index = parent.children.indexOf(node);
  switch (direction) {
    case 'up':
      return index > 0 ? { parentId: parent.chunk.id, position: index - 1 } : undefined;
    case 'down':
      return index < parent.children.length - 1 ? { parentId: parent.chunk.id, position: index + 1 } : undefined;
    case 'indent': {
      const before = parent.children[index - 1];
      return before && { parentId: before.chunk.id, position: before.children.length };
    }
    case 'outdent':
      return parent.parent && { parentId: parent.parent.chunk.id, position: parent.parent.children.indexOf(parent) + 1 };
  }
}

/** How many chunks have each status, most frequent first. */
export function countStatuses(chunks: readonly ChunkSummary[]): [status: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { status } of chunks) if (status) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}
