import type { Inputs } from './index.js';

export const memoryInputs: Inputs = {
  'memory get': () => ({ key: 'a' }),
  'memory set': () => ({ key: 'a', value: { likes: ['tea'] }, ttl: 3600 }),
  'memory delete': () => ({ key: 'gone' }),
  'memory list': () => ({ prefix: 'a' }),
  'memory search': () => ({ query: 'tea' }),
  'memory incr': () => ({ key: 'count' }),
  'memory merge': () => ({ key: 'object', value: { a: 1 } }),
  'memory append_dedupe': () => ({ key: 'set', value: 1 }),
  'memory bounded_list': () => ({ key: 'list', value: 1, limit: 3 }),
};
