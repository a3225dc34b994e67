import { z } from 'zod';
import type { Operation } from '../../operations/operation.js';
import { findOperation } from '../../operations/registry.js';
import type { RouteDescription } from './routes.js';

/** Keys that a route says by itself. */
const BY_ROUTE = ['op', 'channel', 'scope', 'agent', 'name'];
const REFUSED = [400, 403, 404, 409, 413, 429, 503];

/** The routes of channels: each stands for an op of `channel` or `channeldef`, whose input and output it has. */
export const CHANNEL_ROUTES: Readonly<Record<string, Readonly<Record<string, RouteDescription>>>> = {
  '/v1/_channels': {
    GET: route('channeldef', 'list'),
    POST: route('channeldef', 'create', { keep: ['name', 'scope'], status: 201 }),
  },
  '/v1/_channels/{name}': {
    PATCH: route('channeldef', 'update'),
    DELETE: { ...route('channeldef', 'delete', { body: false }), responses: { 204: { description: 'It is gone, with its messages and consumers.' } } },
  },
  '/v1/_channels/{name}/purge': { POST: route('channeldef', 'purge', { body: false }) },
  '/v1/_channels/_await': { POST: route('channel', 'await', { keep: ['scope', 'agent'] }) },
  '/v1/_channels/_broadcast': { POST: route('channel', 'broadcast', { keep: ['scope', 'agent'] }) },
  ...ofChannel('/v1/_channels/{name}'),
  ...ofChannel('/v1/users/{user_id}/channels/{name}'),
};

function ofChannel(path: string): Record<string, Record<string, RouteDescription>> {
  return {
    [`${path}/publish`]: { POST: route('channel', 'publish') },
    [`${path}/subscribe`]: { POST: route('channel', 'subscribe') },
    [`${path}/ack`]: { POST: route('channel', 'ack') },
    [`${path}/nack`]: { POST: route('channel', 'nack') },
    [`${path}/peek`]: { GET: route('channel', 'peek') },
    [`${path}/consumers`]: { GET: route('channel', 'consumers') },
  };
}

function route(tool: string, op: string, { keep = [], status = 200, body = true }: { keep?: string[]; status?: number; body?: boolean } = {}): RouteDescription {
  const operation = findOperation(tool, op);
  const left = Object.entries(operation.input.shape).filter(([key]) => keep.includes(key) || !BY_ROUTE.includes(key));
  const input = Object.fromEntries(left) as z.ZodRawShape;
  return {
    summary: operation.summary,
    tag: tool,
    ...(operation.readOnly && op !== 'await' ? { query: input as Record<string, z.ZodType> } : body ? { body: z.strictObject(input) } : {}),
    responses: { [status]: { description: 'The result.', schema: outputOf(operation) } },
    refused: REFUSED,
  };
}

/** The routes call a message's id `msg_id`. */
function outputOf({ op, output }: Operation): z.ZodType {
  if (op !== 'publish') return output;
  const { message_id: msg_id, ...rest } = (output as z.ZodObject).shape;
  return z.object({ msg_id: msg_id as z.ZodType, ...rest });
}
