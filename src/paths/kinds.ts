import { z } from 'zod';

/** What a name can stand for. */
export const KINDS = ['directory', 'document', 'chunk', 'memory_entry', 'channel', 'url'] as const;
export type Kind = (typeof KINDS)[number];
export type ResourceKind = Exclude<Kind, 'directory'>;

const id = z.string().regex(/^[0-9a-f]{32}$/, 'must be 32 lower-case hex characters');

/** How a caller says which resource of a kind it means. */
export const REFS = {
  document: z.strictObject({ document_id: id }),
  chunk: z.strictObject({ chunk_id: id, document_id: id.optional() }),
  memory_entry: z.strictObject({ key: z.string().min(1).max(1024), facet: z.literal('kv').default('kv') }),
  channel: z.strictObject({
    channel: z.string().min(1).max(256),
    scope: z.enum(['global', 'user', 'agent']).default('global'),
  }),
  url: z.strictObject({ url: z.url({ protocol: /^https?$/ }).max(2048) }),
} as const satisfies Record<ResourceKind, z.ZodObject>;

export type Ref = { [K in ResourceKind]: z.output<(typeof REFS)[K]> }[ResourceKind];
