import { z } from 'zod';
import { linkChunks, unlinkChunks } from '../../documents/link-chunks.js';
import type { Operation } from '../operation.js';
import { input } from '../input.js';
import { documentOperation } from './document-operation.js';
import { id, revision } from './shapes.js';

const kind = z.string().min(1).max(64).describe('What the edge means, for example depends-on');
const edge = { from_id: id, to_id: id, kind, revision: revision.optional().describe('Revision of from_id that you read') };

export const edgeOperations: readonly Operation[] = [
  documentOperation({
    op: 'link_chunks',
    idempotent: true,
    summary: 'Make an edge from one chunk to another; one that is there already changes nothing',
    input: input('link_chunks', edge),
    output: z.object({ ok: z.literal(true), from_id: id, to_id: id, kind: z.string(), revision }),
    run: (tx, { from_id, to_id, kind, revision }) => {
      const from = linkChunks(tx, { from_id, to_id, kind }, revision);
      return { ok: true, from_id, to_id, kind, revision: from.revision };
    },
  }),
  documentOperation({
    op: 'unlink_chunks',
    idempotent: true,
    summary: 'Take an edge between two chunks away; one that is not there changes nothing',
    destructive: true,
    input: input('unlink_chunks', edge),
    output: z.object({ removed: z.literal(true), revision }),
    run: (tx, { from_id, to_id, kind, revision }) => ({
      removed: true,
      revision: unlinkChunks(tx, { from_id, to_id, kind }, revision).revision,
    }),
  }),
];
