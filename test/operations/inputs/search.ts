import type { Inputs } from './index.js';

export const searchInputs: Inputs = {
  'document search': (ids) => ({ query: 'c', document_id: ids.document }),
  'document changes_since': (ids) => ({ document_id: ids.document }),
};
