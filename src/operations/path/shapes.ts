import { z } from 'zod';
import { KINDS, REFS } from '../../paths/kinds.js';

export const path = z.string().describe('Absolute path, such as /plans/launch');
export const kind = z.enum(KINDS);
export const resourceKind = kind.exclude(['directory']);
export const anyRef = z
  .union([REFS.document, REFS.chunk, REFS.memory_entry, REFS.channel, REFS.url])
  .describe('Which resource, by its kind: {document_id}, {chunk_id}, {key}, {channel, scope?}, {url}');

export const entryOut = z.object({ name: z.string(), kind, full_path: z.string(), resource_ref: anyRef.optional() });
const rootOut = z.object({ kind: z.literal('directory'), full_path: z.literal('/') });
export const resolvedOut = z.union([entryOut, rootOut]);

const scope = z.enum(['user', 'agent', 'tenant']);
const nanoseconds = z.number().describe('Unix nanoseconds');
export const statOut = z.union([
  entryOut.extend({
    scope,
    created_at: nanoseconds,
    updated_at: nanoseconds,
    aliases: z.array(z.string()).optional().describe('Other paths of the same resource'),
  }),
  rootOut.extend({ scope }),
]);
