import { z } from 'zod';
import { getSubtree, MAX_SUBTREE_CHUNKS } from '../../documents/subtree.js';
import { MAX_DEPTH } from '../../documents/limits.js';
import { moveChunk, reorderChunk } from '../../documents/tree.js';
import { Refusal } from '../../errors.js';
import type { Operation } from '../operation.js';
import { input } from '../input.js';
import { documentOperation } from './document-operation.js';
import { chunkHeadOut, id, place, revision } from './shapes.js';

export const treeOperations: readonly Operation[] = [
  documentOperation({
    op: 'move_chunk',
    summary: 'Move a chunk with its subtree to another parent or place of its document',
    input: input('move_chunk', { id, new_parent_id: id.optional(), ...place, revision: revision.optional() }),
    output: z.object({ ok: z.literal(true), id, new_parent_id: id, position: z.int(), revision }),
    run: (tx, { id, new_parent_id: parentId, ...target }) => {
      const moved = moveChunk(tx, id, { ...target, parentId });
      return { ok: true, id, new_parent_id: moved.parent_id, position: moved.position, revision: moved.revision };
    },
  }),
  documentOperation({
    op: 'reorder_chunk',
    summary: 'Move a chunk to another place among its siblings: to a position, or right after or before one of them',
    input: input('reorder_chunk', { id, ...place, revision: revision.optional() }),
    output: z.object({ ok: z.literal(true), id, parent_id: id, position: z.int(), revision }),
    run: (tx, { id, ...target }) => {
      if (target.position === undefined && target.after_id === undefined && target.before_id === undefined) {
        throw new Refusal('missing_field', 'reorder_chunk: missing required field: position (or after_id, or before_id)');
      }
      const moved = reorderChunk(tx, id, target);
      return { ok: true, id, parent_id: moved.parent_id, position: moved.position, revision: moved.revision };
    },
  }),
  documentOperation({
    op: 'get_subtree',
    summary: 'Read a chunk and everything below it at once, in order, with bodies',
    readOnly: true,
    input: input('get_subtree', {
      id,
      depth: z.int().min(0).max(MAX_DEPTH).optional().describe('Levels below the chunk, default all'),
      include_body: z.boolean().optional().describe('Default true'),
    }),
    output: z.object({
      document_id: id,
      chunks: z.array(chunkHeadOut.extend({ depth: z.int(), body: z.string().optional() })).max(MAX_SUBTREE_CHUNKS),
      truncated: z.boolean(),
    }),
    run: (tx, { id, depth, include_body: bodies = true }) => getSubtree(tx.db, id, { depth, bodies }),
  }),
];
