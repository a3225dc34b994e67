import { z } from 'zod';
import { body, id, label, place, revision } from '../../operations/document/shapes.js';
import { FlatTools, type FlatSpec } from './flat-tools.js';
import { FLAT_STEPS } from './next.js';

const chunkId = id.describe('Id of the chunk');
const documentId = id.describe('Id of the document');
const readRevision = revision.describe('Revision of the chunk that you read; where it is another by now, nothing is written');
const labels = {
  type: label.optional().describe('Type of the chunk, as list_types names them; "" for none'),
  status: label.optional().describe('Status, such as scheduled or drafted; "" for none'),
};
const fieldValues = z.record(z.string(), z.unknown()).optional();
const scopes = {
  scope: z
    .enum(['user', 'tenant', 'agent'])
    .optional()
    .describe('Whose documents: your own (user, the default), those that your tenant shares (tenant), or those of an agent that acts for you (agent)'),
};

const FIND = 'Nothing was changed. list_documents, search_documents and query_chunks find ids; an id is known in its own scope only.';
const NEXT: FlatSpec['next'] = {
  ...FLAT_STEPS,
  revision_conflict:
    'Nothing was written. Apply your change to data.current, which somebody else has written meanwhile, and call again with data.current_revision as revision.',
  not_found: FIND,
  invalid_field: 'Nothing was written. list_types tells what each field of the type takes: correct the field that data names, and call again.',
  root_chunk: 'The root chunk is the document itself: it can be written, but neither moved nor deleted.',
};

type Verb = Omit<FlatSpec, 'tool'>;

function verb({ omit = [], shape = {}, next = {}, ...rest }: Verb): FlatSpec {
  return { ...rest, tool: 'document', omit, shape: { ...scopes, ...shape }, next: { ...NEXT, ...next } };
}

function reading(spec: Omit<Verb, 'idempotent'>): FlatSpec {
  return verb({ ...spec, idempotent: true });
}

/** Repeats are the transport's business, not that of a model: it sends no key. */
function writing(spec: Verb): FlatSpec {
  return verb({ ...spec, omit: [...(spec.omit ?? []), 'idempotency_key'] });
}

const READING: readonly FlatSpec[] = [
  reading({
    name: 'list_documents',
    title: 'List documents',
    op: 'documents_summary',
    description:
      'Overview of all documents: id, title, path, number of chunks by type and by status, who wrote last and when. Start here when you do not know which document you need. Where the answer has a next_cursor there are more: call again with it as cursor.',
  }),
  reading({
    name: 'search_documents',
    title: 'Search documents',
    op: 'search',
    description:
      'Finds chunks by the words in their title, body and fields, best first, each with its id, document, place (trail), status, revision and the text around the hit. query takes words (all of them must be there), pre*, "a phrase", AND, OR, NOT and ( ). To find chunks by status, type, dates or other fields, use query_chunks.',
    shape: {
      query: z.string().min(1).max(1000).describe('Words to find, for example: launch AND (mastodon OR bluesky)'),
      document_id: documentId.optional().describe('Only in this document'),
      type: label.optional().describe('Only chunks of this type'),
      status: label.optional().describe('Only chunks with this status'),
      tag: z.string().min(1).optional().describe('Only chunks with this tag, such as launch'),
    },
  }),
  reading({
    name: 'query_chunks',
    title: 'Find chunks by status, type and fields',
    op: 'query_chunks',
    description:
      'Finds chunks by what is known of them: document, type, status, tag, time of change, and typed fields. This is how to find work that is due, for example {"type":"publication","status":"scheduled","where":{"fields.date":{"lte":"2026-06-30"}},"order":[{"by":"fields.date"}]}. Chunks come without their bodies unless include_body is true; with only document_id it is the outline of a document. Where the answer has a next_cursor there are more.',
    omit: ['sql', 'args'],
    without: ['columns', 'rows', 'truncated'],
    shape: {
      document_id: documentId.optional().describe('Only in this document'),
      type: label.optional().describe('Only chunks of this type'),
      status: label.optional().describe('Only chunks with this status'),
      parent_id: id.optional().describe('Only chunks right below this one'),
      title: z.string().optional().describe('Only chunks with exactly this title'),
      tag: z.string().min(1).optional().describe('Only chunks with this tag, such as launch'),
    },
  }),
  reading({
    name: 'read_document',
    title: 'Read a document',
    op: 'export_md',
    description:
      'A whole document as Markdown. Below each heading a comment <!-- loom: {"id":…,"revision":…,"type":…,"status":…,"fields":…} --> tells what write_chunk needs to change that chunk: its id and revision. Name the document by document_id or by path. With include_metadata false the text has no comments: use that to hand the document to somebody. Of a very long document read the outline with query_chunks first, and then single chunks.',
    omit: ['id'],
    shape: { document_id: documentId.optional().describe('Id of the document; or send path') },
  }),
  reading({
    name: 'read_chunk',
    title: 'Read a chunk',
    op: 'get_chunk',
    fixed: { include_edges: true },
    omit: ['include_edges'],
    description:
      'One chunk: title, body (Markdown), type, status, fields, the revision that write_chunk needs, and the edges that leave it and arrive at it, from link_chunks and from [[title]] in bodies. Read a chunk right before you change it.',
    shape: { id: chunkId },
  }),
  reading({
    name: 'list_types',
    title: 'List chunk types',
    op: 'list_types',
    description:
      'The types that chunks can have, each with its fields: name, kind of value, allowed values, whether it is required. Look here before you write type, status or fields of a chunk.',
    shape: { document_id: documentId.optional().describe('With the types that hold in this document only') },
  }),
  reading({
    name: 'changes_since',
    title: 'See what changed',
    op: 'changes_since',
    description:
      'What people and agents wrote to a document, or to all of them, oldest first: which chunk, how (op), its status before and after, who and when. Without since it is the newest changes. Keep next_cursor and send it as since next time: then you get what is new, your own writes among it. A time as since, such as 2026-06-29, gives all from then on, for example for a weekly digest. Where more is true, go on with next_cursor.',
    shape: { document_id: documentId.optional().describe('Only this document') },
    next: { cursor_ahead: 'Leave since out: the answer has a cursor that is good here.' },
  }),
];

const WRITING: readonly FlatSpec[] = [
  writing({
    name: 'create_document',
    title: 'Create a document',
    op: 'create_document',
    idempotent: false,
    description: 'Makes an empty document and returns its document_id and root_chunk_id. Fill it with add_chunk. Where you have the whole text already, use import_markdown instead.',
    next: { path_taken: 'Nothing was made. Send another path, or read the document that has it with read_document.' },
  }),
  writing({
    name: 'import_markdown',
    title: 'Import Markdown',
    op: 'import_md',
    idempotent: false,
    description:
      'Makes a document of a Markdown text: each heading becomes a chunk, the first is the root. With document_id it adds the text below parent_id of that document instead, or below its root. With document_id and a mode it brings the document to what the text says: take the text from read_document, change it, keep its comments, and send it back. Mode merge keeps chunks that the text lacks, replace deletes them. All or nothing.',
    shape: {
      markdown: z.string().describe('The text, beginning with the heading of the root, such as "# Launch plan\\n\\n## Week 1\\n\\nText."'),
      document_id: documentId.optional().describe('The document to add to or to change; left out: a new document'),
    },
    next: {
      revision_conflict:
        'Nothing was written: others changed the chunks in data.conflicts since you read the document. Read it again with read_document, apply your change to that text, and send it.',
      path_taken: 'Nothing was made. Send another path, or import into the document that has it with its document_id.',
    },
  }),
  writing({
    name: 'add_chunk',
    title: 'Add a chunk',
    op: 'create_chunk',
    idempotent: false,
    description:
      'Adds a chunk to a document, last below parent_id (the root where it is left out) unless a place is given, and returns it with its id and revision 1. Give it a type, status and fields where the document has types, so that query_chunks finds it.',
    shape: {
      document_id: documentId,
      parent_id: id.optional().describe('Chunk below which it goes; left out: the root'),
      title: z.string().describe('Heading, one line'),
      ...labels,
      body: body.optional().describe('Text in Markdown. [[title]] links to a chunk, #tag tags this one'),
      fields: fieldValues.describe('Typed fields, for example {"platform":"x","date":"2026-06-30"}'),
    },
  }),
  writing({
    name: 'write_chunk',
    title: 'Write a chunk',
    op: 'update_chunk',
    idempotent: true,
    omit: ['base_revision'],
    without: ['merged'],
    description:
      'Changes a chunk: any of title, body, type, status and fields; what you leave out stays. Send the revision that you read. Where somebody else wrote meanwhile, nothing is written and the refusal revision_conflict brings the current chunk: apply your change to it and send it with its revision. This is also how to set a status, and how to rename a document, by the title of its root chunk.',
    shape: {
      id: chunkId,
      revision: readRevision,
      title: z.string().optional().describe('New heading, one line'),
      ...labels,
      body: body.optional().describe('The whole new text in Markdown. [[title]] links to a chunk, #tag tags this one'),
      fields: fieldValues.describe('Fields to set, null to remove one; those that you leave out stay'),
    },
  }),
  writing({
    name: 'move_chunk',
    title: 'Move a chunk',
    op: 'move_chunk',
    idempotent: true,
    description: 'Moves a chunk, with all that is below it, to another parent of the same document, or to another place among its siblings. Last where no place is given.',
    shape: { id: chunkId, revision: readRevision, new_parent_id: id.optional().describe('Chunk below which it goes; left out: where it is'), ...place },
  }),
  writing({
    name: 'delete_chunk',
    title: 'Delete a chunk',
    op: 'delete_chunk',
    idempotent: true,
    description:
      'Deletes a chunk with everything below it. Ask the person first, unless they told you to. To mark work as done or dropped, set its status with write_chunk instead. A person can bring it back in the console for some time.',
    shape: { id: chunkId, revision: readRevision },
  }),
  writing({
    name: 'link_chunks',
    title: 'Link two chunks',
    op: 'link_chunks',
    idempotent: true,
    description:
      'Makes an edge of a kind from one chunk to another, also across documents, for example depends-on. One that is there already changes nothing. read_chunk shows the edges. For a link in the text write [[title]] into the body instead.',
    shape: edge(),
  }),
  writing({
    name: 'unlink_chunks',
    title: 'Take a link away',
    op: 'unlink_chunks',
    idempotent: true,
    description: 'Takes an edge away that link_chunks made; one that is not there changes nothing. A link in a body goes when it is taken out of the body.',
    shape: edge(),
  }),
  writing({
    name: 'define_type',
    title: 'Define a chunk type',
    op: 'define_type',
    idempotent: false,
    description:
      'Defines what fields chunks of a type have, or defines it anew; later writes are checked against it. For example {"name":"publication","fields":[{"name":"platform","type":"enum","values":["mastodon","x"]},{"name":"date","type":"date"},{"name":"status","type":"enum","values":["scheduled","drafted","posted"]}]}. Look at list_types first: send all fields of a type that you define anew, and its revision.',
    shape: {
      name: z.string().min(1).max(64).describe('Name of the type, such as publication'),
      document_id: documentId.optional().describe('Document in which the type holds; left out: all documents of the scope'),
    },
    next: { revision_conflict: 'Nothing was written. Read the type with list_types, and send your change with its revision.' },
  }),
];

function edge(): z.ZodRawShape {
  return {
    from_id: id.describe('Chunk that the edge leaves'),
    to_id: id.describe('Chunk at which it arrives'),
    kind: z.string().min(1).max(64).describe('What the edge means, for example depends-on'),
    revision: revision.optional().describe('Revision of from_id that you read; left out: whichever it is'),
  };
}

/** Documents as flat verbs, for models that drown in tools: all that it takes to plan, write and follow what others write. */
export const DOCUMENT_TOOLS = new FlatTools([...READING, ...WRITING]);
