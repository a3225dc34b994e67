import type { Inputs } from './index.js';

export const canvasInputs: Inputs = {
  'document import_canvas': () => ({
    canvas: { nodes: [{ id: 'a', type: 'text', text: '# A', x: 0, y: 0, width: 250, height: 60 }], edges: [] },
  }),
  'document export_canvas': (ids) => ({ document_id: ids.document }),
};
