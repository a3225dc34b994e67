import { z } from 'zod';
import { exportCanvas } from '../../documents/canvas/export-canvas.js';
import { canvasFormat } from '../../documents/canvas/format.js';
import { importCanvas } from '../../documents/canvas/import-canvas.js';
import { input } from '../input.js';
import type { Operation } from '../operation.js';
import { documentOperation } from './document-operation.js';
import { id, path, title } from './shapes.js';
import { whichDocument } from './which-document.js';

export const canvasOperations: readonly Operation[] = [
  documentOperation({
    op: 'import_canvas',
    summary: 'Make a document of a JSON Canvas 1.0, one chunk a node; with a document_id, add it there',
    input: input('import_canvas', {
      canvas: canvasFormat.describe('A JSON Canvas 1.0'),
      title: title.optional().describe('Title of the new document'),
      document_id: id.optional(),
      path: path.optional().describe('Path of the new document, default /documents/<its title>'),
    }),
    output: z.object({ document_id: id, root_chunk_id: id, chunks_created: z.int(), edges_created: z.int() }),
    run: (tx, input) => importCanvas(tx, input),
  }),
  documentOperation({
    op: 'export_canvas',
    summary: 'Render a document as a JSON Canvas 1.0, which import_canvas reads back',
    readOnly: true,
    input: input('export_canvas', { document_id: id.optional(), path: path.optional() }),
    output: z.object({ canvas: canvasFormat, document_id: id, title: z.string() }),
    run: (tx, which) => exportCanvas(tx.db, whichDocument(tx, 'export_canvas', which)),
  }),
];
