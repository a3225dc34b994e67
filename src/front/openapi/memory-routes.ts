import { z } from 'zod';
import { entryOut } from '../../operations/memory/shapes.js';
import type { RouteDescription } from './routes.js';

const scope = z.enum(['agent', 'user']);
const where = { scope, scope_id: z.string() };
const page = {
  limit: z.int().min(1).max(1000).optional().describe('Page size, default 200'),
  cursor: z.string().optional().describe('next_cursor of the page before'),
};
const paged = { truncated: z.boolean(), next_cursor: z.string().optional() };

/** Routes of administrators to the memory of users and agents. */
export const MEMORY_ROUTES: Readonly<Record<string, Readonly<Record<string, RouteDescription>>>> = {
  '/v1/_memory/scopes': {
    GET: {
      summary: 'The scopes whose memory can be looked into',
      tag: 'memory',
      responses: {
        200: { description: 'Constant.', schema: z.object({ scopes: z.array(z.object({ name: scope, description: z.string() })) }) },
      },
      refused: [403],
    },
  },
  '/v1/_memory/scopes/{scope}': {
    GET: {
      summary: 'The users or agents that have memory, and how much',
      tag: 'memory',
      query: page,
      responses: {
        200: {
          description: 'Those with at least one entry.',
          schema: z.object({
            scope,
            scope_ids: z.array(z.object({ scope_id: z.string(), key_count: z.int(), bytes: z.int(), updated_at: z.number() })),
            ...paged,
          }),
        },
      },
      refused: [400, 403],
    },
  },
  '/v1/_memory/scopes/{scope}/{id}/keys': {
    GET: {
      summary: 'The entries of a user or agent',
      tag: 'memory',
      query: { prefix: z.string().optional().describe('Only keys that begin so'), ...page },
      responses: { 200: { description: 'In order of their keys.', schema: z.object({ ...where, entries: z.array(entryOut), ...paged }) } },
      refused: [400, 403],
    },
  },
  '/v1/_memory/scopes/{scope}/{id}/keys/{key}': {
    GET: {
      summary: 'One entry',
      tag: 'memory',
      responses: { 200: { description: 'The entry.', schema: z.object({ ...where, entry: entryOut }) } },
      refused: [400, 403, 404],
    },
    PUT: {
      summary: 'Write an entry',
      tag: 'memory',
      body: z.object({ value: z.unknown(), ttl_seconds: z.int().min(1).optional(), if_revision: z.int().min(0).optional() }),
      responses: {
        200: { description: 'It is written.', schema: z.object({ ...where, key: z.string(), embedded: z.literal(false), revision: z.int() }) },
      },
      refused: [400, 403, 409, 413],
    },
    DELETE: { summary: 'Delete an entry', tag: 'memory', responses: { 204: { description: 'There is none now.' } }, refused: [400, 403] },
  },
};
