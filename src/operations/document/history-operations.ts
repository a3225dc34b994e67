import { z } from 'zod';
import { deletionOf, listDeleted } from '../../documents/deleted.js';
import { chunkHistory, documentHistory } from '../../documents/history.js';
import { chunkWire } from '../../documents/rows.js';
import { undeleteChunk, undeleteDocument } from '../../documents/undelete.js';
import { diffVersions, getVersion, restoreVersion } from '../../documents/versions.js';
import { Refusal } from '../../errors.js';
import { TRANSPORTS } from '../../scope/messages.js';
import type { Operation } from '../operation.js';
import { input } from '../input.js';
import { documentOperation } from './document-operation.js';
import { chunkOut, id, nanoseconds, revision } from './shapes.js';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

const page = {
  limit: z.int().min(1).max(MAX_LIMIT).optional().describe(`Page size, default ${DEFAULT_LIMIT}`),
  cursor: z.string().optional().describe('next_cursor of the page before'),
};
const which = {
  id: id.optional().describe('A chunk'),
  document_id: id.optional().describe('A whole document'),
};
const author = { actor: z.string(), agent: z.string().optional(), transport: z.enum(TRANSPORTS), op: z.string() };

const entryOut = z.object({
  chunk_id: id.optional(),
  revision: revision.optional(),
  at: nanoseconds,
  ...author,
  changed: z.array(z.string()).describe('title, type, status, fields.<name>, body, place'),
  title: z.string().optional(),
});

const deletedOut = z.object({
  document_id: id,
  id: id.optional().describe('The chunk; left out for a whole document'),
  title: z.string(),
  n_chunks: z.int(),
  deleted_at: nanoseconds,
  until: nanoseconds.optional().describe('When it is gone for good; left out for never'),
  ...author,
});

export const historyOperations: readonly Operation[] = [
  documentOperation({
    op: 'history',
    summary: 'List the revisions of a chunk, or all writes to a document, newest first: who, when, how and what changed; also of deleted ones',
    readOnly: true,
    input: input('history', { ...which, ...page }),
    output: z.object({ entries: z.array(entryOut), next_cursor: z.string().optional(), deleted: deletedOut.optional() }),
    run: (tx, { id, document_id, limit = DEFAULT_LIMIT, cursor }) => {
      if (one('history', id, document_id) === 'document') return documentHistory(tx.db, document_id!, limit, cursor);
      const deleted = deletionOf(tx, id!);
      return { ...chunkHistory(tx.db, id!, limit, cursor), ...(deleted ? { deleted } : {}) };
    },
  }),
  documentOperation({
    op: 'get_version',
    summary: 'Read a chunk as it was at a revision, and who made it so',
    readOnly: true,
    input: input('get_version', { id, revision }),
    output: z.object({ revision, at: nanoseconds, ...author, chunk: chunkOut }),
    run: (tx, { id, revision }) => getVersion(tx.db, id, revision),
  }),
  documentOperation({
    op: 'diff',
    summary: 'Compare two revisions of a chunk: unified diff of the body, and the other parts that differ',
    readOnly: true,
    input: input('diff', { id, from: revision, to: revision.optional().describe('Default the present one') }),
    output: z.object({
      id,
      from: revision,
      to: revision,
      body: z.string().describe('Unified diff, "" where the bodies are equal'),
      changes: z.array(z.object({ part: z.string(), before: z.unknown(), after: z.unknown() })),
    }),
    run: (tx, { id, from, to }) => diffVersions(tx.db, id, from, to),
  }),
  documentOperation({
    op: 'restore_version',
    summary: 'Write title, type, status, fields and body of a past revision as a new revision',
    input: input('restore_version', {
      id,
      revision: revision.describe('The revision to restore'),
      expected_revision: revision.optional().describe('The present revision that you know: refused where it is another'),
    }),
    output: chunkOut,
    run: (tx, { id, revision, expected_revision }) => chunkWire(restoreVersion(tx, id, revision, expected_revision)),
  }),
  documentOperation({
    op: 'undelete',
    summary: 'Bring back a deleted chunk with all that was deleted with it, or a deleted document',
    input: input('undelete', which),
    output: z.object({ undeleted: z.literal(true), document_id: id, id, title: z.string(), n_chunks_undeleted: z.int() }),
    run: (tx, { id, document_id }) =>
      one('undelete', id, document_id) === 'document' ? undeleteDocument(tx, document_id!) : undeleteChunk(tx, id!),
  }),
  documentOperation({
    op: 'list_deleted',
    summary: 'List what undelete can bring back, the last deleted first',
    readOnly: true,
    input: input('list_deleted', page),
    output: z.object({ deleted: z.array(deletedOut), next_cursor: z.string().optional() }),
    run: (tx, { limit = DEFAULT_LIMIT, cursor }) => listDeleted(tx, limit, cursor),
  }),
];

/** @throws Refusal where not exactly one of them is named. */
function one(op: string, id: string | undefined, documentId: string | undefined): 'chunk' | 'document' {
  if (id === undefined && documentId === undefined) throw new Refusal('missing_field', `${op}: missing required field: id, or document_id`);
  if (id !== undefined && documentId !== undefined) throw new Refusal('invalid_input', `${op}: send id or document_id, not both`);
  return id === undefined ? 'document' : 'chunk';
}
