import type { Inputs } from './index.js';

export const documentInputs: Inputs = {
  'document create_document': () => ({ title: 'Plan' }),
  'document get_document': (ids) => ({ id: ids.document }),
  'document list_documents': () => ({}),
  'document delete_document': (ids) => ({ id: ids.spare }),
  'document define_type': () => ({ name: 'task', fields: [{ name: 'owner', type: 'string' }] }),
  'document list_types': () => ({}),
  'document import_md': () => ({ markdown: '# A\n\n## B\n' }),
  'document export_md': (ids) => ({ document_id: ids.document }),
  'document create_chunk': (ids) => ({ document_id: ids.document, title: 'c' }),
  'document get_chunk': (ids) => ({ id: ids.chunk }),
  'document update_chunk': (ids) => ({ id: ids.chunk, revision: 1, type: 'task', status: 'open', fields: { owner: 'x' } }),
  'document move_chunk': (ids) => ({ id: ids.chunk, position: 0 }),
  'document delete_chunk': (ids) => ({ id: ids.chunk }),
  'document query_chunks': (ids) => ({ document_id: ids.document }),
  'document batch': (ids) => ({ ops: [{ op: 'create_chunk', document_id: ids.document, title: 'a' }, { op: 'get_chunk', id: '$0.id' }] }),
};
