import { z } from 'zod';
import {
  CHANNEL_SCOPES,
  DEFAULT_MAX_DELIVERIES,
  DEFAULT_VISIBILITY_TIMEOUT,
  isChannelName,
  isLogTopic,
  isSystemName,
  queueOfDeadLetters,
  type ChannelDefinition,
} from './definition.js';

const UNITS = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** A duration as a number of seconds, or as text like `5m`; seconds come out. */
export const seconds = z.union([
  z.number().positive().max(10 * 365 * 86_400),
  z
    .string()
    .regex(/^[1-9]\d*(ms|s|m|h)$/, 'seconds, or a number above 0 and ms, s, m or h, like 5m')
    .transform((text) => Number.parseInt(text, 10) * UNITS[/\D+$/.exec(text)![0] as keyof typeof UNITS]),
]).meta({ title: 'duration' });

const count = z.int().min(1);

/** What one says of a channel when it is declared, and may change later unless it stands in the configuration. */
export const changeable = z.strictObject({
  semantic: z
    .enum(['queue', 'broadcast', 'topic'])
    .transform((semantic) => (semantic === 'topic' ? 'broadcast' : semantic))
    .optional()
    .describe('queue (default): each message to one reader of a consumer; broadcast (or topic): to every consumer'),
  description: z.string().max(2000).optional().describe('For people'),
  default_ttl: seconds.optional().describe('Seconds after which a message is gone, unless its publisher says otherwise'),
  max_messages: count.optional().describe('Messages kept: the oldest go'),
  max_bytes: count.optional().describe('Bytes of values kept: the oldest go'),
  max_age: seconds.optional().describe('Seconds that messages are kept'),
  overflow: z
    .enum(['drop_oldest', 'reject'])
    .optional()
    .describe('What a full queue does with unread messages: put the oldest to the dead letters (default), or refuse new ones'),
  max_deliveries: z.int().min(1).max(1000).optional().describe('Deliveries of a queue without ack, then the message goes to the dead letters; default 5'),
  visibility_timeout: seconds.optional().describe('Seconds that a queue leaves a reader to ack, default 30'),
  dead_letter: z.boolean().optional().describe('Whether a queue keeps what it could not deliver in `<name>/dead`, default true'),
});

export const declaration = changeable.extend({
  scope: z.enum(CHANNEL_SCOPES).optional().describe('Whose: all of the tenant (global, default), each user, or each agent'),
  publisher: z.enum(['', 'system']).optional().describe('system: only the runtime publishes, and admins over HTTP; names below _system need it'),
});

export type Declaration = z.output<typeof declaration>;

/** A name that a channel can be declared under; the message says why not. */
export const declaredName = z
  .string()
  .refine(isChannelName, 'a channel name has segments of letters, digits, _, . and - (1 to 128), separated by /, 512 characters at most')
  .refine((name) => !isLogTopic(name), 'documents, types, memory, paths and webhooks are topics of the runtime: begin with another segment')
  .refine((name) => queueOfDeadLetters(name) === undefined, 'names that end in /dead are for dead letters');

export function toDefinition(name: string, declared: Declaration, source: 'yaml' | 'runtime'): ChannelDefinition {
  const semantic = declared.semantic ?? 'queue';
  return {
    ...declared,
    name,
    scope: declared.scope ?? 'global',
    semantic,
    publisher: declared.publisher ?? '',
    overflow: declared.overflow ?? 'drop_oldest',
    max_deliveries: declared.max_deliveries ?? DEFAULT_MAX_DELIVERIES,
    visibility_timeout: declared.visibility_timeout ?? DEFAULT_VISIBILITY_TIMEOUT,
    dead_letter: declared.dead_letter ?? true,
    source,
  };
}

/** The channels of a configuration, by name. */
export const configuredChannels = z
  .record(declaredName, declaration.extend({ scope: z.enum(CHANNEL_SCOPES).describe('Whose: all of the tenant, each user, or each agent') }))
  .superRefine((channels, ctx) => {
    for (const [name, { publisher }] of Object.entries(channels)) {
      if (isSystemName(name) && publisher !== 'system') {
        ctx.addIssue({ code: 'custom', path: [name, 'publisher'], message: 'channels below _system have the publisher system' });
      }
    }
  })
  .transform((channels) => new Map(Object.entries(channels).map(([name, declared]) => [name, toDefinition(name, declared, 'yaml')])));
