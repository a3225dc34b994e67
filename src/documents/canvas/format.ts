import { z } from 'zod';
import { MAX_BODY, MAX_TITLE } from '../limits.js';

// JSON Canvas 1.0, https://jsoncanvas.org/spec/1.0: what the specification has. Other keys are ignored.

const MAX_ITEMS = 100_000;
const MAX_PIXELS = 1_000_000_000;

const name = z.string().min(1).max(256);
// Room for a title, too.
const text = z.string().max(MAX_BODY + MAX_TITLE + 16);
const edgeName = z.string().min(1).max(1024);
export const MAX_SHORT = 4096;
const short = z.string().max(MAX_SHORT);
const place = z.int().min(-MAX_PIXELS).max(MAX_PIXELS);
const size = z.int().min(0).max(MAX_PIXELS);
const color = z.string().max(64).optional().describe('"1" to "6", or hex like "#ff0000"');
const side = z.enum(['top', 'right', 'bottom', 'left']).optional();
const end = z.enum(['none', 'arrow']).optional();

const box = { x: place, y: place, width: size, height: size };
const anyNode = { id: name, ...box, color };

export const canvasNode = z.discriminatedUnion('type', [
  z.object({ ...anyNode, type: z.literal('text'), text }),
  z.object({ ...anyNode, type: z.literal('file'), file: short.min(1), subpath: short.optional() }),
  z.object({ ...anyNode, type: z.literal('link'), url: short.min(1) }),
  z.object({
    ...anyNode,
    type: z.literal('group'),
    label: short.optional(),
    background: short.optional(),
    backgroundStyle: z.enum(['cover', 'ratio', 'repeat']).optional(),
  }),
]);

const edgeLook = { fromSide: side, fromEnd: end, toSide: side, toEnd: end, color, label: short.optional() };

export const canvasEdge = z.object({ id: edgeName, fromNode: name, toNode: name, ...edgeLook });

export const canvasFormat = z.object({
  nodes: z.array(canvasNode).max(MAX_ITEMS).optional(),
  edges: z.array(canvasEdge).max(MAX_ITEMS).optional(),
});

/** `fields.canvas` of a chunk: what a canvas says of its node and a chunk has no place for. */
export const nodeMemory = z.object({
  id: name,
  /** Place in the order of the nodes. */
  order: z.int().min(0),
  type: z.enum(['text', 'file', 'link', 'group']),
  ...box,
  color,
  subpath: short.optional(),
  background: short.optional(),
  backgroundStyle: z.enum(['cover', 'ratio', 'repeat']).optional(),
  /** Of a group: its label where that is no title; null where it has none. */
  label: short.nullable().optional(),
  /** Of a text: how its title stands in it, where not as a heading `#` with a blank line under it. */
  form: z.object({ heading: z.int().min(0).max(6), gap: z.int().min(0), whole: z.boolean() }).partial().optional(),
  /** The edges that begin here. */
  edges: z.array(z.object({ id: edgeName, order: z.int().min(0), toNode: name, ...edgeLook })).optional(),
});

/** `fields.canvas` of a root that no node of the canvas stands for. */
export const SHEET = { type: 'canvas' } as const;

export type Canvas = z.infer<typeof canvasFormat>;
export type CanvasNode = z.infer<typeof canvasNode>;
export type CanvasEdge = z.infer<typeof canvasEdge>;
export type NodeMemory = z.infer<typeof nodeMemory>;
export type TextForm = NonNullable<NodeMemory['form']>;

/** Kind of the edge between chunks where the edge of the canvas has no label. */
const UNLABELED = 'link';
const MAX_KIND = 64;

export function kindOf(label: string | undefined): string {
  return label?.replaceAll(/\s+/g, ' ').trim().slice(0, MAX_KIND) || UNLABELED;
}

/** Id of the edge that makes its end the child of its beginning. */
export function parentEdgeId(childNode: string): string {
  return `parent-${childNode}`;
}
