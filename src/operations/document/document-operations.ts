import { z } from 'zod';
import { createDocument, deleteDocument, getDocument, listDocuments, renameDocument } from '../../documents/documents.js';
import { exportMarkdown } from '../../documents/export-md.js';
import { fieldDefinition } from '../../documents/field-types.js';
import { importMarkdown } from '../../documents/import-md.js';
import { summarize } from '../../documents/summary.js';
import { defineType, listTypes } from '../../documents/types.js';
import { Refusal } from '../../errors.js';
import { pathOfDocument } from '../../paths/document-names.js';
import type { Operation } from '../operation.js';
import { input } from '../input.js';
import { documentOperation } from './document-operation.js';
import { documentOut, id, path, revision, summaryOut, syncOut, title, typeOut } from './shapes.js';
import { whichDocument } from './which-document.js';

const PAGE = 200;
const newPath = path.optional().describe('Path of the new document, default /documents/<its title>');
const rootRevision = revision.optional().describe('Revision of the root chunk that you read');

export const documentOperations: readonly Operation[] = [
  documentOperation({
    op: 'create_document',
    summary: 'Create an empty document',
    input: input('create_document', { title, path: newPath }),
    output: z.object({ document_id: id, root_chunk_id: id, title: z.string(), path }),
    run: (tx, { title, path }) => {
      const document = createDocument(tx, title, path);
      return {
        document_id: document.id,
        root_chunk_id: document.root_chunk_id,
        title,
        path: pathOfDocument(tx.db, document.id),
      };
    },
  }),
  documentOperation({
    op: 'get_document',
    summary: 'Read the title, root, path and size of a document',
    readOnly: true,
    input: input('get_document', { id: id.optional(), path: path.optional() }),
    output: documentOut,
    run: (tx, which) => getDocument(tx.db, whichDocument(tx, 'get_document', which)),
  }),
  documentOperation({
    op: 'list_documents',
    summary: 'List the documents of the scope in order of creation',
    readOnly: true,
    input: input('list_documents', {
      limit: z.int().min(1).max(PAGE).optional().describe(`Page size, default ${PAGE}`),
      cursor: z.string().optional().describe('next_cursor of the page before'),
    }),
    output: z.object({ documents: z.array(documentOut), next_cursor: z.string().optional() }),
    run: (tx, { limit = PAGE, cursor }) => pageOf(listDocuments(tx.db, decodeCursor(cursor), limit + 1), limit),
  }),
  documentOperation({
    op: 'documents_summary',
    summary: 'Overview of the documents: size, chunks by type and status, who wrote last and when',
    readOnly: true,
    input: input('documents_summary', {
      limit: z.int().min(1).max(PAGE).optional().describe(`Page size, default ${PAGE}`),
      cursor: z.string().optional().describe('next_cursor of the page before'),
    }),
    output: z.object({ documents: z.array(summaryOut), next_cursor: z.string().optional() }),
    run: (tx, { limit = PAGE, cursor }) => pageOf(summarize(tx.db, decodeCursor(cursor), limit + 1), limit),
  }),
  documentOperation({
    op: 'rename_document',
    summary: 'Rename a document and its root chunk, which are called alike',
    input: input('rename_document', { id: id.optional(), path: path.optional(), title, revision: rootRevision }),
    output: z.object({ document_id: id, root_chunk_id: id, title: z.string(), revision }),
    run: (tx, { title, revision, ...which }) => {
      const id = whichDocument(tx, 'rename_document', which);
      const root = renameDocument(tx, id, title, revision);
      return { document_id: id, root_chunk_id: root.id, title: root.title, revision: root.revision };
    },
  }),
  documentOperation({
    op: 'delete_document',
    idempotent: true,
    summary: 'Delete a document with all its chunks and names',
    destructive: true,
    input: input('delete_document', { id: id.optional(), path: path.optional(), revision: rootRevision }),
    output: z.object({ deleted: z.literal(true), document_id: id, n_chunks_deleted: z.int() }),
    run: (tx, { revision, ...which }) => {
      const id = whichDocument(tx, 'delete_document', which);
      return { deleted: true, document_id: id, n_chunks_deleted: deleteDocument(tx, id, revision) };
    },
  }),
  documentOperation({
    op: 'define_type',
    summary: 'Define or redefine a chunk type: later writes of type, status or fields are validated against it',
    input: input('define_type', {
      name: z.string().min(1).max(64),
      document_id: id.or(z.literal('')).optional().describe('Document in which the type holds; default the whole scope'),
      fields: z.array(fieldDefinition).max(64).optional(),
      revision: revision.optional().describe('Revision of the type that you read'),
    }),
    output: z.object({ ok: z.literal(true), name: z.string(), document_id: z.string(), revision }),
    run: (tx, { name, document_id = '', fields = [], revision }) => ({
      ok: true,
      name,
      document_id,
      revision: defineType(tx, name, document_id, fields, revision),
    }),
  }),
  documentOperation({
    op: 'list_types',
    summary: 'List the chunk types of the scope, with a document_id also those of the document',
    readOnly: true,
    input: input('list_types', { document_id: id.or(z.literal('')).optional() }),
    output: z.object({ types: z.array(typeOut) }),
    run: (tx, { document_id = '' }) => ({ types: listTypes(tx.db, document_id) }),
  }),
  documentOperation({
    op: 'import_md',
    summary:
      'Make a document of Markdown, one chunk a heading; with a document_id add it there, with a mode too sync an edited export back',
    destructive: true,
    input: input('import_md', {
      markdown: z.string(),
      title: title.optional().describe('Title of the document, default its first heading'),
      document_id: id.optional(),
      parent_id: id.optional().describe('Parent in document_id, default its root'),
      mode: z
        .enum(['replace', 'merge'])
        .optional()
        .describe('Sync document_id with the text: replace deletes the chunks that the text does not have, merge keeps them'),
      force: z.boolean().optional().describe('With a mode: overwrite what changed since the text was exported'),
      path: newPath,
    }),
    output: z.union([syncOut, z.object({ document_id: id, root_chunk_id: id, chunks_created: z.int() })]),
    run: (tx, input) => {
      if (input.document_id !== undefined && input.path !== undefined) {
        throw new Refusal('invalid_input', 'import_md: path names a new document, document_id is one that is there: send one of them');
      }
      return importMarkdown(tx, input);
    },
  }),
  documentOperation({
    op: 'export_md',
    summary: 'Render a document as Markdown, with metadata comments that import_md reads back',
    readOnly: true,
    input: input('export_md', {
      document_id: id.optional(),
      id: id.optional().describe('The same as document_id'),
      path: path.optional(),
      include_metadata: z.boolean().optional().describe('Default true'),
    }),
    output: z.object({ markdown: z.string(), document_id: id, title: z.string() }),
    run: (tx, { include_metadata = true, ...which }) =>
      exportMarkdown(tx.db, whichDocument(tx, 'export_md', which), include_metadata),
  }),
];

/** @param rows one more than the limit where there are more. */
function pageOf<Row extends { created_at: number; document_id: string }>(rows: Row[], limit: number): { documents: Row[]; next_cursor?: string } {
  const documents = rows.slice(0, limit);
  const last = documents.at(-1);
  return { documents, ...(rows.length > limit && last ? { next_cursor: `${last.created_at}-${last.document_id}` } : {}) };
}

function decodeCursor(cursor: string | undefined): [string, string] {
  if (cursor === undefined) return ['0', ''];
  const [, createdAt, documentId] = /^(\d+)-([0-9a-f]{32})$/.exec(cursor) ?? [];
  if (createdAt === undefined || documentId === undefined) {
    throw new Refusal('invalid_input', 'cursor is none that this op gave out: start without it', { cursor });
  }
  return [createdAt, documentId];
}
