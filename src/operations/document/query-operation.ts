import { z } from 'zod';
import { queryChunks } from '../../documents/query/query.js';
import { Refusal } from '../../errors.js';
import type { Operation } from '../operation.js';
import { input } from '../input.js';
import { documentOperation } from './document-operation.js';
import { chunkHeadOut, id, label } from './shapes.js';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;
const MAX_TESTS = 32;
const MAX_ORDER = 4;

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const bound = z.union([z.string(), z.number()]);
const time = bound.describe('Unix nanoseconds, or a text like 2026-06-30T09:00:00Z');
const column = z.string().max(80).describe('type, status, title, created_at, updated_at, revision, position or fields.<name>');
const test = z
  .strictObject({
    eq: scalar.optional(),
    ne: scalar.optional().describe('Also passes where there is no value'),
    in: z.array(scalar).max(256).optional(),
    gt: bound.optional(),
    gte: bound.optional(),
    lt: bound.optional(),
    lte: bound.optional(),
    exists: z.boolean().optional(),
  })
  .refine((test) => Object.keys(test).length > 0, 'must say eq, ne, in, gt, gte, lt, lte or exists');

const filters = {
  document_id: id.optional(),
  type: label.optional(),
  status: label.optional(),
  parent_id: id.optional(),
  title: z.string().optional(),
  tag: z.string().min(1).optional(),
  under_path: z.string().min(1).optional().describe('Only documents with this path or below it'),
  updated_after: time.optional(),
  updated_before: time.optional(),
  where: z
    .record(column, z.union([scalar, test]))
    .refine((where) => Object.keys(where).length <= MAX_TESTS, `at most ${MAX_TESTS} names`)
    .optional()
    .describe('Tests by name, all of which must hold: a value to equal, null for none, or {eq, ne, in, gt, gte, lt, lte, exists}'),
  order: z
    .array(z.strictObject({ by: column, dir: z.enum(['asc', 'desc']).default('asc') }))
    .max(MAX_ORDER)
    .optional()
    .describe('Default document, parent, position; chunks without a value come last'),
};
const page = {
  limit: z.int().min(1).max(MAX_LIMIT).optional().describe(`Page size, default ${DEFAULT_LIMIT}`),
  cursor: z.string().optional().describe('next_cursor of the page before'),
  include_body: z.boolean().optional().describe('With the bodies; a page of long ones ends early'),
};
const NAMES = [...Object.keys(filters), ...Object.keys(page)];

export const queryOperation: Operation = documentOperation({
  op: 'query_chunks',
  summary:
    'Find chunks by filters, in any order, a page at a time; or by one read-only SQL statement over documents, chunks, chunk_edges, chunk_types, chunk_tags',
  readOnly: true,
  input: input('query_chunks', {
    ...filters,
    ...page,
    sql: z.string().min(1).max(64 * 1024).optional().describe('One SELECT, WITH or VALUES statement'),
    args: z
      .array(z.union([z.string(), z.number(), z.null()]))
      .max(256)
      .optional()
      .describe('Values of the ? in sql, in order'),
  }),
  output: z.union([
    z.object({ chunks: z.array(chunkHeadOut.extend({ body: z.string().optional() })), next_cursor: z.string().optional() }),
    z.object({ columns: z.array(z.string()), rows: z.array(z.array(z.unknown())), truncated: z.boolean() }),
  ]),
  rawSql: ({ sql, args = [], ...rest }) => {
    if (sql === undefined) return undefined;
    const named = NAMES.filter((name) => rest[name as keyof typeof rest] !== undefined);
    if (named.length > 0) {
      throw new Refusal('invalid_input', `query_chunks: sql stands alone, put ${named.join(', ')} into its WHERE clause`);
    }
    return { sql, args };
  },
  run: (tx, { op: _op, scope: _scope, agent: _agent, sql: _sql, args: _args, limit = DEFAULT_LIMIT, cursor, include_body: includeBody, ...query }) =>
    queryChunks(tx.db, query, { limit, cursor, includeBody }),
});
