import { z } from 'zod';
import { queryChunks } from '../../documents/query.js';
import { Refusal } from '../../errors.js';
import type { Operation } from '../operation.js';
import { input } from '../input.js';
import { documentOperation } from './document-operation.js';
import { chunkHeadOut, id, label } from './shapes.js';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;
const FILTERS = ['document_id', 'type', 'status', 'parent_id', 'limit', 'cursor'] as const;

export const queryOperation: Operation = documentOperation({
  op: 'query_chunks',
  summary:
    'Find chunks by filters, a page at a time; or by one read-only SQL statement over documents, chunks, chunk_edges, chunk_types, chunk_tags',
  readOnly: true,
  input: input('query_chunks', {
    document_id: id.optional(),
    type: label.optional(),
    status: label.optional(),
    parent_id: id.optional(),
    limit: z.int().min(1).max(MAX_LIMIT).optional().describe(`Page size, default ${DEFAULT_LIMIT}`),
    cursor: z.string().optional().describe('next_cursor of the page before'),
    sql: z.string().min(1).max(64 * 1024).optional().describe('One SELECT, WITH or VALUES statement'),
    args: z
      .array(z.union([z.string(), z.number(), z.null()]))
      .max(256)
      .optional()
      .describe('Values of the ? in sql, in order'),
  }),
  output: z.union([
    z.object({ chunks: z.array(chunkHeadOut), next_cursor: z.string().optional() }),
    z.object({ columns: z.array(z.string()), rows: z.array(z.array(z.unknown())), truncated: z.boolean() }),
  ]),
  rawSql: ({ sql, args = [], ...filters }) => {
    if (sql === undefined) return undefined;
    const named = FILTERS.filter((name) => filters[name] !== undefined);
    if (named.length > 0) {
      throw new Refusal('invalid_input', `query_chunks: sql stands alone, put ${named.join(', ')} into its WHERE clause`);
    }
    return { sql, args };
  },
  run: (tx, { limit = DEFAULT_LIMIT, ...query }) => queryChunks(tx.db, { ...query, limit }),
});
