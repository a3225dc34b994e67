import type { Inputs } from './index.js';

export const historyInputs: Inputs = {
  'document documents_summary': () => ({}),
  'document history': (ids) => ({ document_id: ids.document }),
  'document get_version': (ids) => ({ id: ids.chunk, revision: 1 }),
  'document diff': async (ids, server) => {
    await server.document('update_chunk', { id: ids.chunk, revision: 1, title: 'd', body: 'one' });
    return { id: ids.chunk, from: 1 };
  },
  'document restore_version': (ids) => ({ id: ids.chunk, revision: 1 }),
  'document undelete': async (ids, server) => {
    await server.document('delete_chunk', { id: ids.chunk });
    return { id: ids.chunk };
  },
  'document list_deleted': async (ids, server) => {
    await server.document('delete_chunk', { id: ids.chunk });
    await server.document('delete_document', { id: ids.document });
    return {};
  },
};
