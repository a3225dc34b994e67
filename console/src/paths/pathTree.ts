import type { DocumentSummary, PathEntry } from '../api/types.js';

export interface PathNode {
  readonly entry: PathEntry;
  readonly document: DocumentSummary | undefined;
  /** Whether the name alone can go: a document keeps its last one. */
  readonly removable: boolean;
  readonly children: PathNode[];
}

/** The names as a tree: directories first, then by what is shown. `entries` has a directory before what is in it. */
export function buildPathTree(entries: readonly PathEntry[], documents: readonly DocumentSummary[]): PathNode[] {
  const byId = new Map(documents.map((document) => [document.document_id, document]));
  const names = new Map<string, number>();
  for (const { resource_ref } of entries) {
    const id = resource_ref?.document_id;
    if (id !== undefined && resource_ref?.chunk_id === undefined) names.set(id, (names.get(id) ?? 0) + 1);
  }
  const roots: PathNode[] = [];
  const byPath = new Map<string, PathNode>();
  for (const entry of entries) {
    const id = entry.kind === 'document' ? entry.resource_ref?.document_id : undefined;
    const node: PathNode = {
      entry,
      document: id === undefined ? undefined : byId.get(id),
      removable: id === undefined || (names.get(id) ?? 0) > 1,
      children: [],
    };
    byPath.set(entry.full_path, node);
    const parent = byPath.get(entry.full_path.slice(0, -entry.name.length - 1));
    (parent ? parent.children : roots).push(node);
  }
  for (const siblings of [roots, ...[...byPath.values()].map(({ children }) => children)]) siblings.sort(byLabel);
  return roots;
}

const label = ({ entry, document }: PathNode): string => document?.title ?? entry.name;

function byLabel(a: PathNode, b: PathNode): number {
  const directories = Number(b.entry.kind === 'directory') - Number(a.entry.kind === 'directory');
  return directories || label(a).localeCompare(label(b), undefined, { numeric: true }) || a.entry.name.localeCompare(b.entry.name);
}
