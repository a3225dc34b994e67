import { path as callPath } from '../../support/paths.js';
import type { Inputs } from './index.js';

let made = 0;

/** A path that nothing is at. */
function fresh(): string {
  made += 1;
  return `/inputs/p${made}`;
}

export const pathInputs: Inputs = {
  'path resolve': () => ({ path: '/documents/plan' }),
  'path ls': () => ({ path: '/', recursive: true, kind_filter: 'document', limit: 2 }),
  'path stat': () => ({ path: '/documents/plan' }),
  'path mkdir': () => ({ path: fresh() }),
  'path link': (ids) => ({ path: fresh(), kind: 'chunk', ref: { chunk_id: ids.chunk } }),
  'path mv': async (ids, server) => {
    const { path } = await server.document<{ path: string }>('get_document', { id: ids.spare });
    return { path, to: fresh() };
  },
  'path rm': async (ids, server) => {
    const path = fresh();
    await callPath(server, 'link', { path, kind: 'document', ref: { document_id: ids.document } });
    return { path };
  },
};
