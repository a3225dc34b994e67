import { z } from 'zod';
import { backlinks } from '../../documents/links/backlinks.js';
import { MAX_TAG } from '../../documents/links/body-tags.js';
import { getEdges } from '../../documents/links/edges.js';
import { unlinkedMentions } from '../../documents/links/mentions.js';
import { listTags } from '../../documents/links/tags.js';
import { Refusal } from '../../errors.js';
import type { Operation } from '../operation.js';
import { input } from '../input.js';
import { documentOperation } from './document-operation.js';
import { edgesOut, id } from './shapes.js';

const nextCursor = z.string().optional();
const chunk = { id, title: z.string(), document_id: id, document_title: z.string() };

function page(standard: number, most: number) {
  return {
    limit: z.int().min(1).max(most).optional().describe(`Page size, default ${standard}`),
    cursor: z.string().optional().describe('next_cursor of the page before'),
  };
}

export const linkOperations: readonly Operation[] = [
  documentOperation({
    op: 'get_edges',
    summary: 'Edges of a chunk, with the chunk at the other end; and the links of its body that lead nowhere yet',
    readOnly: true,
    input: input('get_edges', {
      id,
      direction: z.enum(['out', 'in', 'both']).optional().describe('Edges that leave the chunk, that arrive, or both (default)'),
      kind: z.string().optional().describe('Only edges of this kind'),
      ...page(200, 1000),
    }),
    output: z.object({
      ...edgesOut,
      next_cursor: nextCursor,
    }),
    run: (tx, { direction = 'both', limit = 200, ...query }) => getEdges(tx.db, { ...query, direction, limit }),
  }),
  documentOperation({
    op: 'backlinks',
    summary: 'Who links to a chunk, or from other documents to any chunk of a document, with the text around the link',
    readOnly: true,
    input: input('backlinks', { id: id.optional(), document_id: id.optional(), ...page(50, 200) }),
    output: z.object({
      backlinks: z.array(z.object({ ...chunk, kind: z.string(), to_id: id, snippet: z.string().optional() })),
      next_cursor: nextCursor,
    }),
    run: (tx, { limit = 50, ...query }) => {
      if ((query.id === undefined) === (query.document_id === undefined)) {
        throw new Refusal('invalid_input', 'backlinks: name either the chunk by id or the document by document_id');
      }
      return backlinks(tx.db, { ...query, limit });
    },
  }),
  documentOperation({
    op: 'unlinked_mentions',
    summary: 'Chunks whose body mentions the title of a chunk without a link to it; go on while there is a next_cursor, also after an empty page',
    readOnly: true,
    input: input('unlinked_mentions', { id, ...page(50, 200) }),
    output: z.object({ mentions: z.array(z.object({ ...chunk, snippet: z.string() })), next_cursor: nextCursor }),
    run: (tx, { limit = 50, ...query }) => unlinkedMentions(tx.db, { ...query, limit }),
  }),
  documentOperation({
    op: 'list_tags',
    summary: 'Tags of the scope or of a document, with the number of chunks that have them',
    readOnly: true,
    input: input('list_tags', {
      document_id: id.optional(),
      prefix: z.string().max(MAX_TAG + 1).optional().describe('Only tags that begin so, in whatever case'),
      ...page(200, 1000),
    }),
    output: z.object({ tags: z.array(z.object({ tag: z.string(), count: z.int() })), next_cursor: nextCursor }),
    run: (tx, { limit = 200, ...query }) => listTags(tx.db, { ...query, limit }),
  }),
];
