import type { Inputs } from './index.js';

export const chunksInputs: Inputs = {
  'document rename_document': (ids) => ({ id: ids.document, title: 'Plan of June', revision: 1 }),
  'document reorder_chunk': (ids) => ({ id: ids.chunk, position: 0, revision: 1 }),
  'document get_subtree': async (ids, server) => {
    const { root_chunk_id } = await server.document<{ root_chunk_id: string }>('get_document', { id: ids.document });
    return { id: root_chunk_id };
  },
  'document link_chunks': (ids) => ({ from_id: ids.chunk, to_id: ids.chunk, kind: 'see', revision: 1 }),
  'document unlink_chunks': (ids) => ({ from_id: ids.chunk, to_id: ids.chunk, kind: 'see' }),
};
