import { inReadingOrder, type DocumentTree } from '../document-tree.js';
import type { ChunkRow, Fields } from '../rows.js';
import { MAX_SHORT, nodeMemory, SHEET, type CanvasNode, type NodeMemory } from './format.js';
import { derivedTitle, joinText, NO_LABEL } from './text.js';

type WithoutBox<Node> = Node extends unknown ? Omit<Node, 'id' | 'x' | 'y' | 'width' | 'height'> : never;

/** A chunk and the node that it becomes, still without a place. */
export interface Item {
  row: ChunkRow;
  parent: Item | undefined;
  /** Id of its node: the one that it came with, else that of the chunk. */
  id: string;
  /** What it knows of the canvas that it came from. */
  memory: NodeMemory | undefined;
  /** Whether it is the root of a canvas that has no node for it. */
  sheet: boolean;
  content: WithoutBox<CanvasNode>;
}

/** The chunks in reading order. */
export function toItems(tree: DocumentTree): Item[] {
  const items = new Map<string, Item>();
  const taken = new Set<string>();
  for (const row of inReadingOrder(tree)) {
    const fields = JSON.parse(row.fields) as Fields;
    const memory = memoryOf(fields);
    const id = memory === undefined || taken.has(memory.id) ? row.id : memory.id;
    taken.add(id);
    // A chunk whose parent is gone stands below the root.
    const parent = row === tree.root ? undefined : (items.get(row.parent_id ?? '') ?? items.get(tree.root.id));
    const sheet = (fields.canvas as Partial<typeof SHEET> | undefined)?.type === SHEET.type;
    items.set(row.id, { row, parent, id, memory, sheet, content: contentOf(row, fields, memory) });
  }
  return [...items.values()];
}

/** What a chunk knows of its node; undefined where it came from no canvas, or where its field was overwritten. */
export function memoryOf(fields: Fields): NodeMemory | undefined {
  return fields.canvas === undefined ? undefined : nodeMemory.safeParse(fields.canvas).data;
}

/** Only a text can show a body: a chunk of another kind that got one is a text from then on. */
function contentOf({ title, body }: ChunkRow, { file, url }: Fields, memory: NodeMemory | undefined): Item['content'] {
  const color = memory?.color;
  const type = body === '' ? memory?.type : 'text';
  if (type === 'file' && isShort(file)) return { type, color, file, subpath: memory?.subpath };
  if (type === 'link' && isShort(url)) return { type, color, url };
  if (type === 'group') {
    const { label: remembered, background, backgroundStyle } = memory!;
    const same = remembered !== undefined && derivedTitle(remembered ?? '', NO_LABEL) === title;
    return { type, color, label: same ? (remembered ?? undefined) : title, background, backgroundStyle };
  }
  return { type: 'text', color, text: joinText(title, body, memory?.form) };
}

function isShort(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_SHORT;
}
