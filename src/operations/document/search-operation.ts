import { z } from 'zod';
import { search } from '../../documents/search/search.js';
import type { Operation } from '../operation.js';
import { input } from '../input.js';
import { documentOperation } from './document-operation.js';
import { id, label, revision } from './shapes.js';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;

export const searchOperation: Operation = documentOperation({
  op: 'search',
  summary: 'Find chunks by the words of title, body and fields, best first: word, pre*, "a phrase", AND, OR, NOT, ( )',
  readOnly: true,
  maintains: true,
  runsLast: true,
  input: input('search', {
    query: z.string().min(1).max(1000),
    document_id: id.optional(),
    type: label.optional(),
    status: label.optional(),
    tag: z.string().min(1).optional(),
    under_path: z.string().min(1).optional().describe('Only documents with this path or below it'),
    limit: z.int().min(1).max(MAX_LIMIT).optional().describe(`Page size, default ${DEFAULT_LIMIT}`),
    cursor: z.string().optional().describe('next_cursor of the page before'),
  }),
  output: z.object({
    hits: z.array(
      z.object({
        id,
        document_id: id,
        document_title: z.string(),
        path: z.string().optional(),
        title: z.string(),
        trail: z.array(z.string()).describe('Titles from the root of the document down to the parent'),
        type: z.string().optional(),
        status: z.string().optional(),
        revision,
        snippet: z.string().describe('Text around the hits, each between the characters U+0002 and U+0003'),
        score: z.number().describe('The higher, the better; comparable within one query'),
      }),
    ),
    next_cursor: z.string().optional(),
    indexing: z.literal(true).optional().describe('The newest changes are still being indexed and may be missing'),
  }),
  run: (tx, { op: _op, scope: _scope, agent: _agent, limit = DEFAULT_LIMIT, cursor, ...query }) => search(tx, query, limit, cursor),
});
