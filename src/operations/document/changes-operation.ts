import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../../channels/cursor.js';
import { changesSince, newestChanges, seqAt, type Changes } from '../../documents/changes-since.js';
import { documentById } from '../../documents/rows.js';
import { Refusal } from '../../errors.js';
import type { Transaction } from '../../scope/transaction.js';
import type { Operation } from '../operation.js';
import { input } from '../input.js';
import { documentOperation } from './document-operation.js';
import { id, nanoseconds, revision } from './shapes.js';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

/** A date, or a date and time with its zone. */
const time = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);

export const changesOperation: Operation = documentOperation({
  op: 'changes_since',
  summary: 'List what was written to a document, or to all of the scope, since a cursor or a time: who changed which chunk, how, and its status before and after',
  readOnly: true,
  runsLast: true,
  input: input('changes_since', {
    document_id: id.optional().describe('Only this document; default all of the scope'),
    since: z
      .string()
      .max(128)
      .optional()
      .describe('next_cursor of an answer before, or a time such as 2026-06-29 or 2026-06-29T09:00:00Z; left out: the newest changes'),
    limit: z.int().min(1).max(MAX_LIMIT).optional().describe(`Most changes of the answer, default ${DEFAULT_LIMIT}`),
  }),
  output: z.object({
    changes: z
      .array(
        z.object({
          op: z.string().describe('create_chunk, update_chunk, move_chunk, delete_chunk, …'),
          at: nanoseconds,
          document_id: id,
          chunk_id: id.optional(),
          title: z.string().optional().describe('What the chunk is called now; left out where it is gone'),
          revision: revision.optional(),
          type: z.string().optional(),
          status: z.string().optional().describe('After the change; left out for none'),
          previous_status: z.string().optional().describe('Before the change; left out for none'),
          actor: z.string(),
          agent: z.string().optional(),
        }),
      )
      .describe('Oldest first'),
    next_cursor: z.string().describe('Send it as since, now where there is more, or later to learn what came after'),
    more: z.boolean().describe('Whether there may be more after next_cursor already'),
    missed: z.literal(true).optional().describe('Since is older than the log: changes before the first of these are gone'),
  }),
  run: (tx, { document_id: documentId, since, limit = DEFAULT_LIMIT }) => {
    // One that was deleted has a past, but no more than one that never was.
    if (documentId !== undefined) documentById(tx.db, documentId);
    return toWire(since === undefined ? newestChanges(tx, documentId, limit) : changesSince(tx, documentId, placeOf(tx, since), limit));
  },
});

function toWire({ changes, upto, more, missed }: Changes): Record<string, unknown> {
  return { changes, next_cursor: encodeCursor(upto), more, ...(missed ? { missed } : {}) };
}

/** The seq that `since` stands for. @throws Refusal */
function placeOf(tx: Transaction, since: string): number {
  if (time.safeParse(since).success) return seqAt(tx, Date.parse(since) * 1e6);
  if (!since.startsWith('cur_')) {
    throw new Refusal('invalid_input', 'changes_since: since is neither a next_cursor nor a time such as 2026-06-29T09:00:00Z', { since });
  }
  const { seq } = decodeCursor(since);
  if (seq > tx.head) throw new Refusal('cursor_ahead', `changes_since: ${since} is past the newest change: leave since out to get a cursor of this scope`, { since });
  return seq;
}
