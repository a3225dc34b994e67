import type { Call, Ids, Inputs } from './index.js';

let scopes = 0;

/** A transaction holds up the writes of others: each gets a scope of its own. */
function ownScope(): Record<string, unknown> {
  scopes += 1;
  return { scope: 'agent', agent: `a${scopes}` };
}

async function begun(_ids: Ids, _server: unknown, call: Call): Promise<Record<string, unknown>> {
  const where = ownScope();
  await call('memory', { op: 'sql_begin', ...where });
  return where;
}

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
  'memory sql_query': () => ({ statement: 'SELECT :n AS n', args: { n: 1 } }),
  'memory sql_exec': () => ({ statement: 'CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, x TEXT UNIQUE)' }),
  'memory sql_begin': () => ownScope(),
  'memory sql_commit': begun,
  'memory sql_rollback': begun,
  'memory sql_schema': () => ({}),
};
