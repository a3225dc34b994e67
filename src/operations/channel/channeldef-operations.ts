import { z } from 'zod';
import { changeable, declaration, declaredName } from '../../channels/declaration.js';
import { CHANNEL_SCOPES } from '../../channels/definition.js';
import { serviceOperation, type Operation } from '../operation.js';
import { create, describeAll, purgeAll, remove, update } from './defining.js';

const TOOL = 'channeldef';
const ADMIN = 'substrate:admin';

const duration = z.number().describe('Seconds');
const descOut = z.object({
  name: z.string(),
  description: z.string().optional(),
  scope: z.enum(CHANNEL_SCOPES),
  semantic: z.enum(['queue', 'broadcast']),
  publisher: z.enum(['', 'system']),
  default_ttl: duration.optional(),
  max_messages: z.int().optional(),
  max_bytes: z.int().optional(),
  max_age: duration.optional(),
  overflow: z.enum(['drop_oldest', 'reject']),
  max_deliveries: z.int(),
  visibility_timeout: duration,
  dead_letter: z.boolean(),
  source: z.enum(['yaml', 'runtime']),
  message_count: z.int().optional().describe('In your own scope; not there for channels of agents'),
  oldest_visible_at: z.iso.datetime().optional(),
  newest_visible_at: z.iso.datetime().optional(),
});

/** Of what can be left out, null puts the default back. */
const changes = Object.fromEntries(Object.entries(changeable.shape).map(([name, schema]) => [name, schema.nullable()])) as {
  [Name in keyof typeof changeable.shape]: z.ZodNullable<(typeof changeable.shape)[Name]>;
};
const name = z.string().max(512);

function input<Shape extends z.ZodRawShape>(op: string, shape: Shape) {
  return z.strictObject({ op: z.literal(op), ...shape });
}

export const channeldefOperations: readonly Operation[] = [
  serviceOperation(TOOL, ADMIN, {
    op: 'create',
    summary: 'Declare a channel',
    input: input('create', { name: declaredName, ...declaration.shape }),
    output: descOut,
    run: async ({ channels }, call, request) => create(channels, call, request),
  }),
  serviceOperation(TOOL, ADMIN, {
    op: 'update',
    summary: 'Change a channel that was declared at run time; null puts a default back',
    input: input('update', { name, ...changes }),
    output: descOut,
    run: async ({ channels }, call, request) => update(channels, call, request),
  }),
  serviceOperation(TOOL, ADMIN, {
    op: 'delete',
    summary: 'Take the declaration of a channel back; its messages and consumers go, in every scope',
    destructive: true,
    keyless: true,
    input: input('delete', { name }),
    output: z.object({ name: z.string(), deleted: z.literal(true) }),
    run: async ({ channels }, call, request) => remove(channels, call, request.name),
  }),
  serviceOperation(TOOL, ADMIN, {
    op: 'purge',
    summary: 'Empty a channel, in every scope; consumers stay',
    destructive: true,
    keyless: true,
    input: input('purge', { name }),
    output: z.object({ name: z.string(), purged: z.int() }),
    run: async ({ channels }, call, request) => purgeAll(channels, call, request.name),
  }),
  serviceOperation(TOOL, ADMIN, {
    op: 'list',
    summary: 'List the declared channels with their settings and sizes',
    readOnly: true,
    input: input('list', {}),
    output: z.object({ channels: z.array(descOut) }),
    run: async ({ channels }, call) => ({ channels: await describeAll(channels, call) }),
  }),
];
