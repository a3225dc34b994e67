import { z } from 'zod';
import { FIELD_KINDS } from '../../documents/field-types.js';
import { LINK_KINDS } from '../../documents/links/body-links.js';
import { EDGE_SOURCES } from '../../documents/links/edges.js';
import { MAX_LABEL, MAX_TITLE } from '../../documents/limits.js';

export const id = z.string().regex(/^[0-9a-f]{32}$/, 'must be 32 lower-case hex characters');
export const path = z.string().describe('Path that names the document, such as /plans/launch');
export const revision = z.int().min(1);
export const title = z
  .string()
  .max(MAX_TITLE)
  .transform((text) => text.replaceAll(/\s+/g, ' ').trim())
  .refine((text) => text !== '', 'must not be empty');
export const body = z.string().describe('Markdown, at most 1 MiB in UTF-8');
export const fields = z.record(z.string().min(1).max(MAX_LABEL), z.unknown()).describe('Typed fields; null removes a key');
export const label = z.string().max(MAX_LABEL);
/** Where a chunk is wanted among its siblings; at most one of them may be sent. */
export const place = {
  position: z.int().min(0).optional().describe('Place among the siblings, from 0'),
  after_id: id.optional().describe('Sibling right before the place; instead of position'),
  before_id: id.optional().describe('Sibling right after the place; instead of position'),
};

export const nanoseconds = z.number().describe('Unix nanoseconds');

export const documentOut = z.object({
  document_id: id,
  title: z.string(),
  root_chunk_id: id,
  path,
  chunk_count: z.int(),
  created_at: nanoseconds,
  updated_at: nanoseconds,
});

const counts = z.record(z.string(), z.int()).describe('Number of chunks by name, "" for those without');

export const summaryOut = documentOut.extend({
  types: counts,
  statuses: counts,
  last_actor: z.string(),
  last_agent: z.string().optional(),
});

export const chunkHeadOut = z.object({
  id,
  document_id: id,
  parent_id: id.optional(),
  position: z.int(),
  title: z.string(),
  revision,
  type: z.string().optional(),
  status: z.string().optional(),
  fields: z.record(z.string(), z.unknown()).optional(),
  created_at: nanoseconds,
  updated_at: nanoseconds,
});

export const chunkOut = chunkHeadOut.extend({ body: z.string() });

export const typeOut = z.object({
  name: z.string(),
  document_id: z.string(),
  revision,
  fields: z.array(
    z.object({
      name: z.string(),
      type: z.enum(FIELD_KINDS),
      values: z.array(z.string()).optional(),
      required: z.boolean().optional(),
      default: z.unknown().optional(),
      indexed: z.boolean().optional(),
    }),
  ),
});

/** What a sync of a document with a text did. */
export const syncOut = z.object({
  document_id: id,
  root_chunk_id: id,
  chunks_created: z.int(),
  chunks_updated: z.int(),
  chunks_moved: z.int(),
  chunks_deleted: z.int(),
  chunks_unchanged: z.int(),
  edges_added: z.int(),
  edges_removed: z.int(),
});

/** Edges of a chunk, each with the chunk at the other end, and the links of its body that lead nowhere. */
export const edgesOut = {
  edges: z.array(
    z.object({
      direction: z.enum(['out', 'in']),
      kind: z.string(),
      source: z.enum(EDGE_SOURCES),
      id,
      title: z.string(),
      document_id: id,
      document_title: z.string(),
      created_at: nanoseconds,
    }),
  ),
  unresolved: z.array(z.object({ kind: z.enum(LINK_KINDS), target: z.string() })),
};
