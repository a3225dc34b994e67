import { z } from 'zod';
import { streamQuery } from '../channel-stream.js';
import type { Operation } from '../../operations/operation.js';
import { findOperation } from '../../operations/registry.js';
import { TOKEN_DEF_TOOL } from '../../operations/token/token-operations.js';
import { DEFINITION_ROUTES } from './definition-routes.js';
import { errorBody } from './errors.js';
import { MEMORY_ROUTES } from './memory-routes.js';
import { RESIDENT_ROUTES } from './resident-routes.js';
import { RUN_ROUTES } from './run-routes.js';

/** What the description says of a route that is not a tool's. */
export interface RouteDescription {
  summary: string;
  /** Tag other than `runtime`. */
  tag?: string;
  /** Whether it needs no principal. */
  open?: boolean;
  query?: Readonly<Record<string, z.ZodType>>;
  body?: z.ZodType;
  responses: Readonly<Record<number, { description: string; schema?: z.ZodType; type?: string }>>;
  /** Statuses that it may refuse with, beside 401. */
  refused?: readonly number[];
}

const time = z.iso.datetime();
const sessionOut = z.object({
  id: z.string(),
  tenant_id: z.string(),
  subject: z.string(),
  created_at: time,
  last_seen_at: time,
  expires_at: time.describe('When it ends at the latest'),
  address: z.string().describe('From where it was begun'),
  user_agent: z.string(),
  current: z.boolean().describe('Whether it is that of this request'),
});

const reloadOut = z.object({
  changed: z.array(z.string()).describe('What took effect: + for what came, - for what went, ~ for what changed, and its path'),
  needs_restart: z.array(z.string()).describe('Paths that differ from the start and wait for the next one'),
  unchanged: z.boolean().describe('Whether both are empty'),
});
const problem = z.object({
  message: z.string(),
  file: z.string().optional(),
  line: z.int().optional().describe('From 1; 0 is the file as a whole'),
  column: z.int().optional(),
});
const badConfiguration = z.object({ code: z.literal('bad_configuration'), error: z.string(), data: z.object({ problems: z.array(problem) }) });

function operationOf(op: string): Operation {
  return findOperation(TOKEN_DEF_TOOL, op);
}

const html = { description: 'A page of the console.', type: 'text/html', schema: z.string() };
const message = z.record(z.string(), z.unknown());

/** Every route but the tools', the WebSocket and the console's pages, by path and method. A test compares it with what is mounted. */
export const ROUTES: Readonly<Record<string, Readonly<Record<string, RouteDescription>>>> = {
  '/healthz': {
    GET: {
      summary: 'Whether the server runs',
      open: true,
      responses: {
        200: { description: 'It does.', schema: z.object({ ok: z.boolean(), version: z.string(), uptime_seconds: z.int() }) },
      },
    },
  },
  '/v1/_me': {
    GET: {
      summary: 'Who you are',
      responses: {
        200: {
          description: 'The principal of the bearer or session.',
          schema: z.object({
            tenant_id: z.string(),
            subject: z.string(),
            scopes: z.array(z.string()),
            is_admin: z.boolean(),
            legacy: z.boolean(),
          }),
        },
      },
    },
  },
  '/.well-known/oauth-protected-resource': {
    GET: {
      summary: 'How to get in (RFC 9728)',
      open: true,
      responses: {
        200: {
          description: 'Bearers come in a header; the operator hands them out.',
          schema: z.object({
            resource: z.string(),
            bearer_methods_supported: z.array(z.string()),
            scopes_supported: z.array(z.string()),
            resource_name: z.string(),
          }),
        },
      },
    },
  },
  '/v1/_sessions': {
    GET: {
      summary: 'The console sessions that you may end: your own, as an administrator those of the tenant',
      responses: { 200: { description: 'Each session, the one used last first.', schema: z.object({ sessions: z.array(sessionOut) }) } },
    },
  },
  '/v1/_sessions/{id}': {
    DELETE: { summary: 'End a console session', responses: { 204: { description: 'It has ended.' } }, refused: [403, 404] },
  },
  '/v1/_operatortokendef/names': {
    GET: {
      summary: operationOf('names').summary,
      tag: 'operatortokendef',
      responses: { 200: { description: 'Each name.', schema: operationOf('names').output } },
      refused: [403, 503],
    },
  },
  ...RESIDENT_ROUTES,
  '/v1/_reload': {
    POST: {
      summary: 'Read the configuration again and bring it into effect, without a restart',
      body: z.strictObject({}),
      responses: {
        200: { description: 'It is in effect.', schema: reloadOut },
        422: { description: 'It cannot be used; nothing was changed.', schema: badConfiguration },
        501: { description: 'The runtime does not know where its configuration came from.', schema: errorBody },
      },
      refused: [400, 403, 413, 503],
    },
  },
  '/v1/_channels/stream': {
    GET: {
      summary: 'Subscribe to topics of one scope; the header Last-Event-ID goes before `after`',
      query: streamQuery.shape,
      responses: { 200: { description: 'Server-sent events: `message`, `reset`, `resync`.', type: 'text/event-stream', schema: z.string() } },
      refused: [400, 403],
    },
  },
  '/v1/openapi.json': {
    GET: { summary: 'This description', responses: { 200: { description: 'OpenAPI 3.1.', schema: message } } },
  },
  ...DEFINITION_ROUTES,
  ...MEMORY_ROUTES,
  ...RUN_ROUTES,
  '/v1/_mcp': {
    POST: {
      summary: 'Send an MCP message (Streamable HTTP)',
      body: message,
      responses: { 200: { description: 'The answer of a request.', schema: message }, 202: { description: 'A notification was taken.' } },
      refused: [400, 403, 404, 413],
    },
    GET: {
      summary: 'Open the stream of an MCP session',
      responses: { 200: { description: 'Server-sent events.', type: 'text/event-stream', schema: z.string() } },
      refused: [400, 403, 404],
    },
    DELETE: { summary: 'End an MCP session', responses: { 204: { description: 'It has ended.' } }, refused: [400, 403, 404] },
  },
  '/ui/login': {
    GET: { summary: 'The login page', open: true, responses: { 200: html }, refused: [404] },
    POST: {
      summary: 'Begin a console session',
      open: true,
      body: z.object({ token: z.string() }),
      responses: { 204: { description: 'The session is in the cookie.' } },
      refused: [400, 401, 403, 413],
    },
  },
  '/ui/logout': { POST: { summary: 'End the console session', responses: { 204: { description: 'It has ended.' } }, refused: [403] } },
};
