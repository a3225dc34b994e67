import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { canvasFormat, type Canvas, type CanvasEdge, type CanvasNode } from '../../src/documents/canvas/format.js';
import { renderMarkdown, type MarkdownChunk } from '../../src/documents/markdown/index.js';
import { DirectScope } from '../support/direct-scope.js';

// Any canvas comes back as it was, and any document's canvas comes back as the same tree.

let scope: DirectScope;
beforeAll(() => {
  scope = new DirectScope();
});
afterAll(() => scope.close());

interface Imported {
  document_id: string;
}

const exported = (document_id: string): Canvas => scope.document<{ canvas: Canvas }>('export_canvas', { document_id }).canvas;

const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> => fc.option(value, { nil: undefined });
const step = fc.integer({ min: -4, max: 12 }).map((steps) => steps * 10);
const length = fc.integer({ min: 0, max: 20 }).map((steps) => steps * 10);
const color = maybe(fc.constantFrom('1', '6', '#ff0000'));
const anyNode = { x: step, y: step, width: length, height: length, color };
const text = fc.oneof(
  fc.constantFrom('', '\n', 'one', '# one', '## one\n\nbody', '# one\nbody', 'one\n\n\nbody', ' indented', '#', '# ', '#one', '\n# late', 'a  b', 'x\n', '# x\n\n'),
  fc.string({ unit: 'binary' }),
);
const node = fc.oneof(
  fc.record({ type: fc.constant('text' as const), ...anyNode, text }),
  fc.record({ type: fc.constant('file' as const), ...anyNode, file: fc.constantFrom('a.md', ' b'), subpath: maybe(fc.constant('#x')) }),
  fc.record({ type: fc.constant('link' as const), ...anyNode, url: fc.constantFrom('https://example.com', ' ') }),
  fc.record({
    type: fc.constant('group' as const), ...anyNode, label: maybe(fc.constantFrom('Group', 'a', '', ' b\nc')),
    background: maybe(fc.constant('b.png')), backgroundStyle: maybe(fc.constantFrom('cover' as const, 'ratio' as const)),
  }),
);
const side = maybe(fc.constantFrom('top' as const, 'right' as const, 'bottom' as const, 'left' as const));
const end = maybe(fc.constantFrom('none' as const, 'arrow' as const));
const edge = fc.record({
  from: fc.nat(), to: fc.nat(), fromSide: side, toSide: side, fromEnd: end, toEnd: end, color,
  label: maybe(fc.constantFrom('link', 'blocks', '', ' a\nb ')), parent: fc.boolean(),
});

const canvas = fc.record({ nodes: fc.array(node, { maxLength: 12 }), edges: fc.array(edge, { maxLength: 10 }) }).map(({ nodes, edges }): Canvas => {
  const named = nodes.map((each, index): CanvasNode => ({ id: `n${index}`, ...each }));
  const seen = new Set<string>();
  const joined = nodes.length === 0 ? [] : edges.map(({ from, to, parent, ...look }, index): CanvasEdge => {
    const [fromNode, toNode] = [`n${from % nodes.length}`, `n${to % nodes.length}`];
    // Who is whose parent can be said once, and upwards only: no circle.
    const says = parent && from % nodes.length < to % nodes.length && !seen.has(toNode);
    if (says) seen.add(toNode);
    return { id: says ? `parent-${toNode}` : `e${index}`, fromNode, toNode, ...look };
  });
  return JSON.parse(JSON.stringify({ nodes: named, edges: joined })) as Canvas;
});

test('a canvas that comes in goes out as it was', () => {
  fc.assert(
    fc.property(canvas, (before) => {
      const { document_id } = scope.document<Imported>('import_canvas', { canvas: before });
      const after = exported(document_id);
      expect(after).toEqual(before);
      expect(canvasFormat.safeParse(after).error).toBeUndefined();
    }),
    { numRuns: 500 },
  );
});

const { tree } = fc.letrec<{ tree: MarkdownChunk }>((tie) => ({
  tree: fc.record({
    title: fc.constantFrom('One', 'Two', '# three'),
    body: fc.constantFrom('', 'text', 'x\n'.repeat(60), '# late'),
    children: fc.oneof({ depthSize: 'small' }, fc.constant<MarkdownChunk[]>([]), fc.array(tie('tree'), { maxLength: 4 })),
  }),
}));

const outline = (document_id: string): string =>
  scope.document<{ markdown: string }>('export_md', { document_id }).markdown.replaceAll(/^<!-- loom.*\n/gm, '');

test('the canvas of a document overlaps nowhere, and comes back as the same tree and the same canvas', () => {
  fc.assert(
    fc.property(tree, (root) => {
      const first = scope.document<Imported>('import_md', { markdown: renderMarkdown({ root, edges: [] }) });
      const drawn = exported(first.document_id);
      const nodes = drawn.nodes!;
      nodes.forEach((a, index) => {
        for (const b of nodes.slice(index + 1)) {
          expect(a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y).toBe(true);
        }
      });
      const second = scope.document<Imported>('import_canvas', { canvas: drawn });
      expect(exported(second.document_id)).toEqual(drawn);
      expect(outline(second.document_id)).toBe(outline(first.document_id));
    }),
    { numRuns: 150 },
  );
});
