import { z } from 'zod';
import { createChunk, updateChunk } from '../../documents/chunks.js';
import { chunkById, chunkWire } from '../../documents/rows.js';
import { deleteChunk, moveChunk } from '../../documents/tree.js';
import type { Operation } from '../operation.js';
import { input } from '../input.js';
import { documentOperation } from './document-operation.js';
import { body, chunkOut, fields, id, label, revision, title } from './shapes.js';

const type = label.nullable().optional().describe('Chunk type; "" or null for none');
const status = label.nullable().optional().describe('Status; "" or null for none');
const position = z.int().min(0).describe('Place among the siblings, from 0');

export const chunkOperations: readonly Operation[] = [
  documentOperation({
    op: 'create_chunk',
    summary: 'Add a chunk below a parent (the root where none is named), last where no position is given',
    input: input('create_chunk', {
      document_id: id,
      parent_id: id.optional(),
      position: position.optional(),
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
    summary: 'Read one chunk with its body, fields and revision',
    readOnly: true,
    input: input('get_chunk', { id }),
    output: chunkOut,
    run: (tx, { id }) => chunkWire(chunkById(tx.db, id)),
  }),
  documentOperation({
    op: 'update_chunk',
    summary: 'Change a chunk at the revision that you read; a stale revision changes nothing and returns the current chunk',
    input: input('update_chunk', {
      id,
      revision,
      title: title.optional(),
      type,
      status,
      body: body.optional(),
      fields: fields.optional(),
    }),
    output: chunkOut,
    run: (tx, { id, revision, title, type, status, body, fields }) =>
      chunkWire(updateChunk(tx, id, revision, { title, type, status, body, fields })),
  }),
  documentOperation({
    op: 'delete_chunk',
    summary: 'Delete a chunk with everything below it',
    destructive: true,
    input: input('delete_chunk', { id, revision: revision.optional() }),
    output: z.object({ deleted: z.literal(true), cascade_deleted_descendants: z.int() }),
    run: (tx, { id, revision }) => ({ deleted: true, cascade_deleted_descendants: deleteChunk(tx, id, revision) }),
  }),
  documentOperation({
    op: 'move_chunk',
    summary: 'Move a chunk with its subtree to another parent or place of its document',
    input: input('move_chunk', {
      id,
      new_parent_id: id.optional(),
      position: position.optional(),
      revision: revision.optional(),
    }),
    output: z.object({ ok: z.literal(true), id, new_parent_id: id, position: z.int(), revision }),
    run: (tx, { id, new_parent_id: parentId, position, revision }) => {
      const moved = moveChunk(tx, id, { parentId, position, revision });
      return { ok: true, id, new_parent_id: moved.parent_id, position: moved.position, revision: moved.revision };
    },
  }),
];
