import type { Inputs } from './index.js';

export const linkInputs: Inputs = {
  'document get_edges': async (ids, server) => {
    await server.document('update_chunk', { id: ids.chunk, revision: 1, body: '[[Plan]] and ![[Nothing]] #tag' });
    return { id: ids.chunk };
  },
  'document backlinks': async (ids, server) => {
    await server.document('update_chunk', { id: ids.chunk, revision: 1, body: `See [[${ids.spare}]].` });
    return { document_id: ids.spare };
  },
  'document unlinked_mentions': async (ids, server) => {
    await server.document('create_chunk', { document_id: ids.document, title: 'd', body: 'Mentions c.' });
    return { id: ids.chunk };
  },
  'document list_tags': async (ids, server) => {
    await server.document('update_chunk', { id: ids.chunk, revision: 1, fields: { tags: ['launch'] } });
    return { document_id: ids.document };
  },
};
