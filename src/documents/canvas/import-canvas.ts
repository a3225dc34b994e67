import { Refusal } from '../../errors.js';
import type { Transaction } from '../../scope/transaction.js';
import { readDocumentTree } from '../document-tree.js';
import { newId } from '../ids.js';
import { TreeImporter } from '../import-tree.js';
import type { MarkdownChunk } from '../markdown/index.js';
import type { Fields } from '../rows.js';
import { kindOf, SHEET, type Canvas, type CanvasEdge, type CanvasNode, type NodeMemory } from './format.js';
import { memoryOf } from './items.js';
import { nest } from './nest.js';
import { derivedTitle, NO_LABEL, splitText } from './text.js';

export interface CanvasImport {
  canvas: Canvas;
  title?: string | undefined;
  document_id?: string | undefined;
  /** Name of the new document. */
  path?: string | undefined;
}

export interface CanvasImportResult {
  document_id: string;
  root_chunk_id: string;
  chunks_created: number;
  edges_created: number;
}

/** Title of a document that is made of a canvas with several nodes at the top. */
const UNTITLED = 'Canvas';

/**
 * Makes a document of a JSON Canvas, or adds its nodes to one: a node is a chunk below the group that holds
 * it, an edge is an edge. Where all is in one group, or below one text, that is the root.
 *
 * @throws Refusal `invalid_input`, `not_found`, `too_large`
 */
export function importCanvas(tx: Transaction, { canvas, title, document_id, path }: CanvasImport): CanvasImportResult {
  if (document_id !== undefined && path !== undefined) {
    throw new Refusal('invalid_input', 'import_canvas: path names a new document, document_id is one that is there: send one of them');
  }
  const { nodes = [], edges = [] } = canvas;
  const indexes = indexNodes(nodes);
  requireEnds(edges, indexes);
  const nesting = nest(nodes, edges, indexes);
  const existing = document_id === undefined ? undefined : readDocumentTree(tx.db, document_id);
  const taken = new Set([...(existing?.rows.values() ?? [])].map(({ fields }) => memoryOf(JSON.parse(fields) as Fields)?.id));
  const names = new Map(nodes.map(({ id }) => [id, taken.has(id) ? newId() : id]));
  const outgoing = rememberEdges(edges, names);
  const chunks = nodes.map((node, order) => toChunk(node, { order, id: names.get(node.id)!, edges: outgoing.get(node.id) }));
  const tops = chunks.filter((chunk, index) => {
    const parent = nesting.parents[index];
    if (parent !== undefined) chunks[parent]!.children.push(chunk);
    return parent === undefined;
  });

  const importer = new TreeImporter(tx, 'import_canvas');
  if (existing !== undefined) importer.below(existing.document.id, undefined, tops);
  const root = existing?.root ?? importer.asDocument(rootOf(tops, title), { title, path });
  const links = edges.filter((edge) => !nesting.edges.has(edge));
  const made = importer.link(links.map(({ fromNode, toNode, label }) => ({ from: fromNode, to: toNode, kind: kindOf(label) })));
  tx.audit('import_canvas', { documentId: root.document_id, chunkId: root.id, revision: root.revision });
  tx.touch(root.document_id);
  return { document_id: root.document_id, root_chunk_id: root.id, chunks_created: importer.created, edges_created: made };
}

function indexNodes(nodes: readonly CanvasNode[]): Map<string, number> {
  const indexes = new Map<string, number>();
  nodes.forEach(({ id }, index) => {
    if (indexes.has(id)) throw new Refusal('invalid_input', `import_canvas: two nodes have the id ${JSON.stringify(id)}`, { id });
    indexes.set(id, index);
  });
  return indexes;
}

function requireEnds(edges: readonly CanvasEdge[], nodes: ReadonlyMap<string, number>): void {
  for (const { id, fromNode, toNode } of edges) {
    const missing = [fromNode, toNode].find((end) => !nodes.has(end));
    if (missing === undefined) continue;
    const text = `import_canvas: the edge ${JSON.stringify(id)} ends at ${JSON.stringify(missing)}, which is no node of the canvas`;
    throw new Refusal('invalid_input', text, { id, node: missing });
  }
}

type EdgeMemory = NonNullable<NodeMemory['edges']>;

/** The edges by the node where they begin, their ends called as they will be. */
function rememberEdges(edges: readonly CanvasEdge[], names: ReadonlyMap<string, string>): Map<string, EdgeMemory> {
  const outgoing = new Map<string, EdgeMemory>();
  edges.forEach(({ fromNode, toNode, ...look }, order) => {
    const edge = { ...look, order, toNode: names.get(toNode)! };
    const others = outgoing.get(fromNode);
    if (others) others.push(edge);
    else outgoing.set(fromNode, [edge]);
  });
  return outgoing;
}

/** A chunk whose `id` is that of the node. */
function toChunk(node: CanvasNode, known: Pick<NodeMemory, 'id' | 'order' | 'edges'>): MarkdownChunk {
  const { id, type, x, y, width, height, color } = node;
  const memory: NodeMemory = { ...known, type, x, y, width, height, color };
  const chunk = (title: string, body = '', fields: Fields = {}): MarkdownChunk => {
    return { id, title, body, fields: { ...fields, canvas: memory }, children: [] };
  };
  switch (type) {
    case 'text': {
      const { title, body, form } = splitText(node.text);
      memory.form = form;
      return chunk(title, body);
    }
    case 'file':
      memory.subpath = node.subpath;
      return chunk(derivedTitle(node.file), '', { file: node.file });
    case 'link':
      return chunk(derivedTitle(node.url), '', { url: node.url });
    case 'group': {
      const title = derivedTitle(node.label ?? '', NO_LABEL);
      if (title !== node.label) memory.label = node.label ?? null;
      memory.background = node.background;
      memory.backgroundStyle = node.backgroundStyle;
      return chunk(title);
    }
  }
}

function rootOf(tops: readonly MarkdownChunk[], title: string | undefined): MarkdownChunk {
  const [only, ...others] = tops;
  const { type } = (only?.fields?.canvas ?? {}) as Partial<NodeMemory>;
  if (only !== undefined && others.length === 0 && (type === 'group' || type === 'text')) return only;
  return { title: title ?? UNTITLED, body: '', fields: { canvas: SHEET }, children: [...tops] };
}
