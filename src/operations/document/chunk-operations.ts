import { z } from 'zod';
import { createChunk, updateChunk } from '../../documents/chunks.js';
import { mergeUpdate } from '../../documents/merge-update.js';
import { getEdges } from '../../documents/links/edges.js';
import { chunkById, chunkWire } from '../../documents/rows.js';
import { deleteChunk } from '../../documents/tree.js';
import { Refusal } from '../../errors.js';
import type { Operation } from '../operation.js';
import { input } from '../input.js';
import { documentOperation } from './document-operation.js';
import { body, chunkOut, edgesOut, fields, id, label, place, revision, title } from './shapes.js';

const type = label.nullable().optional().describe('Chunk type; "" or null for none');
const status = label.nullable().optional().describe('Status; "" or null for none');

/** Edges that come with a chunk. */
const MAX_EDGES = 200;

export const chunkOperations: readonly Operation[] = [
  documentOperation({
    op: 'create_chunk',
    summary: 'Add a chunk below a parent (the root where none is named) or beside a sibling, last where no place is given',
    input: input('create_chunk', {
      document_id: id,
      parent_id: id.optional(),
      ...place,
      title,
      type,
      status,
      body: body.optional(),
      fields: fields.optional(),
    }),
    output: chunkOut,
    run: (tx, chunk) => chunkWire(createChunk(tx, chunk)),
  }),
  documentOperation({
    op: 'get_chunk',
    summary: 'Read one chunk with its body, fields and revision, and its edges where they are asked for',
    readOnly: true,
    input: input('get_chunk', { id, include_edges: z.boolean().optional().describe('With the edges of the chunk, as get_edges lists them') }),
    output: chunkOut.extend({
      edges: edgesOut.edges.optional(),
      unresolved: edgesOut.unresolved.optional().describe('Links of the body that lead to no chunk yet'),
      more_edges: z.literal(true).optional().describe(`There are more than these ${MAX_EDGES} edges: get_edges lists them all`),
    }),
    run: (tx, { id, include_edges: withEdges }) => {
      const chunk = chunkWire(chunkById(tx.db, id));
      if (!withEdges) return chunk;
      const { next_cursor: next, ...edges } = getEdges(tx.db, { id, direction: 'both', limit: MAX_EDGES });
      return { ...chunk, ...edges, ...(next === undefined ? {} : { more_edges: true }) };
    },
  }),
  documentOperation({
    op: 'update_chunk',
    summary:
      'Change a chunk at the revision that you read; a stale revision changes nothing and returns the current chunk. ' +
      'With base_revision instead, changes of others since then are merged with yours unless they overlap',
    input: input('update_chunk', {
      id,
      revision: revision.optional().describe('Revision that you read; or send base_revision'),
      base_revision: revision.optional().describe('Revision that you changed: what others changed since then is merged'),
      title: title.optional(),
      type,
      status,
      body: body.optional(),
      fields: fields.optional(),
    }),
    output: chunkOut.extend({ merged: z.literal(true).optional() }),
    run: (tx, { id, revision, base_revision, title, type, status, body, fields }) => {
      const patch = { title, type, status, body, fields };
      if (revision !== undefined && base_revision !== undefined) {
        throw new Refusal('invalid_input', 'update_chunk: revision and base_revision exclude each other: send one of them');
      }
      if (revision !== undefined) return chunkWire(updateChunk(tx, id, revision, patch));
      if (base_revision === undefined) throw new Refusal('missing_field', 'update_chunk: missing required field: revision (or base_revision)');
      const { row, merged } = mergeUpdate(tx, id, base_revision, patch);
      return merged ? { ...chunkWire(row), merged } : chunkWire(row);
    },
  }),
  documentOperation({
    op: 'delete_chunk',
    idempotent: true,
    summary: 'Delete a chunk with everything below it',
    destructive: true,
    input: input('delete_chunk', { id, revision: revision.optional() }),
    output: z.object({ deleted: z.literal(true), cascade_deleted_descendants: z.int() }),
    run: (tx, { id, revision }) => ({ deleted: true, cascade_deleted_descendants: deleteChunk(tx, id, revision) }),
  }),
];
