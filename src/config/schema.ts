import { z } from 'zod';
import { SCOPES } from '../identity/principal.js';
import { configuredChannels } from '../channels/declaration.js';
import { rateLimitsSchema, serverSchema } from './server-schema.js';
import { DEFAULT_SETTINGS } from '../scope/settings.js';
import { selectorSchema } from '../channels/selection.js';
import { outgoingWebhooks } from './outgoing-webhooks.js';

/** Names that a `token_env` may not have: they are the runtime's own secrets (reference: wire 2.7). */
const DENIED_ENV = new Set([
  'PG_DSN',
  'LOOMCYCLE_PG_DSN',
  'LOOMCYCLE_SQLMEM_PG_DSN',
  'LOOMCYCLE_AUTH_TOKEN',
  'LOOMCYCLE_OPERATOR_TOKEN_PEPPER',
  'LOOMCYCLE_MCP_UPSTREAM_TOKEN',
  'LOOMCYCLE_OTEL_EXPORTER_OTLP_HEADERS',
]);
const ALLOWED_ENV = new Set(['BRAVE_API_KEY', 'GITHUB_TOKEN', 'SLACK_BOT_TOKEN', 'REDIS_URL']);

const tokenEnv = z
  .string()
  .refine((name) => /^LOOMCYCLE_[A-Z0-9_]+$/.test(name) || ALLOWED_ENV.has(name), 'must begin with LOOMCYCLE_')
  .refine((name) => !DENIED_ENV.has(name), "is one of the runtime's own secrets: choose another name");

const principal = z.strictObject({
  tenant: z.string().default('').describe('"" is the shared tenant, the same as "default"'),
  subject: z.string().min(1).describe('User id: whose files the principal acts on'),
  scopes: z.array(z.enum(SCOPES)).describe('What the bearer may do; admin only where it is named'),
  token_env: tokenEnv.describe('Environment variable that holds the secret'),
});

/** Who there is where a configuration declares nobody. */
const DEFAULT_PRINCIPAL: z.output<typeof principal> = {
  tenant: '',
  subject: 'denn',
  scopes: ['substrate:admin'],
  token_env: 'LOOMCYCLE_TOKEN_DENN',
};

const duration = z
  .string()
  .regex(/^[1-9]\d*(ms|s|m|h|d)$/, 'a number above 0 and ms, s, m, h or d, like 5m')
  .transform((text) => {
    const [, amount, unit] = /^(\d+)(\D+)$/.exec(text)!;
    return Number(amount) * { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit as 'ms' | 's' | 'm' | 'h' | 'd'];
  });
/** A duration, or null where there is no end. */
const retention = z.union([z.literal('forever').transform(() => null), duration]);

const aclEntry = z.string().regex(/^(\*|[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*(\/\*)?)$/, 'a name, a prefix and /*, or *');

const agent = z.strictObject({
  description: z.string().optional(),
  resident: z.literal(true).describe('Lives as long as the runtime and reacts to events'),
  code: z.string().regex(/^[a-z][a-z0-9-]*$/).describe('Module in agents/ that holds its code'),
  principal: z.string().describe('Name of the principal as which it acts'),
  subscribe: z
    .array(selectorSchema.extend({ scope: z.enum(['user', 'agent']).default('user') }))
    .min(1)
    .max(16)
    .refine((each) => new Set(each.map(({ scope }) => scope)).size <= 1, 'all subscriptions of an agent have the same scope: it reads one log')
    .describe('The events that wake it: topics or patterns, each with a filter where it has one'),
  grants: z.array(z.enum(['documents:tenant'])).default([]).describe('Scopes that it holds beside those of its principal'),
  channels: z
    .strictObject({ publish: z.array(aclEntry).default([]), subscribe: z.array(aclEntry).default([]) })
    .optional()
    .describe('Channels that it may use: names, prefix/*, or * for all; none without it'),
  every: duration.optional().describe('Also wakes it at this interval'),
  settings: z.record(z.string(), z.unknown()).default({}).describe('Whatever the code takes'),
});

const seed = z.strictObject({
  principal: z.string().describe('Whose user scope gets it'),
  types: z.array(z.string()).default([]).describe('yaml files, each a define_type input'),
  documents: z.array(z.string()).default([]).describe('Markdown files; {{today+2}} becomes a date'),
});

/** The configuration of the runtime: the merged yaml files. */
export const configSchema = z
  .strictObject({
    principals: z
      .record(z.string(), principal)
      .refine((declared) => Object.keys(declared).length > 0, 'declare at least one: there is no open mode')
      .default({ denn: DEFAULT_PRINCIPAL }),
    agents: z.record(z.string().regex(/^[A-Za-z0-9_-]{1,128}$/), agent).default({}),
    storage: z
      .strictObject({
        synchronous: z.enum(['FULL', 'NORMAL', 'OFF']).default('FULL').describe('How durable an acknowledged write is'),
        workers: z.int().min(1).max(64).default(2).describe('Threads that own scope files'),
        idle_close: duration.default(300_000).describe('A scope unused for so long is closed'),
      })
      .prefault({}),
    history: z
      .strictObject({
        keep: retention.default(DEFAULT_SETTINGS.history.keepMs).describe('How long a replaced revision of a chunk is kept'),
        keep_deleted: retention.default(DEFAULT_SETTINGS.history.keepDeletedMs).describe('How long what was deleted can come back'),
      })
      .prefault({}),
    memory: z
      .strictObject({
        max_value_bytes: z.int().min(1).default(DEFAULT_SETTINGS.memory.maxValueBytes).describe('Longest value of an entry, in bytes of JSON'),
        max_scope_bytes: z.int().min(1).default(DEFAULT_SETTINGS.memory.maxScopeBytes).describe('All keys and values of a scope together'),
      })
      .prefault({}),
    sql: z
      .strictObject({
        processes: z.int().min(1).max(16).default(2).describe('Processes that run SQL of users and models'),
        deadline: duration.default(5_000).describe('A statement is ended after it'),
        max_memory: z
          .int()
          .min(128 * 1024 * 1024)
          .default(512 * 1024 * 1024)
          .describe('Bytes of memory past which a statement is ended'),
        max_rows: z.int().min(1).default(10_000),
        quota: z.int().min(64 * 1024).default(64 * 1024 * 1024).describe('Bytes of the SQL memory of a scope'),
        busy: duration.default(5_000).describe('How long a write of SQL memory waits for those of others'),
        transactions: z.int().min(0).max(64).default(8).describe('Most transactions of SQL memory that are open at once'),
        transaction: duration.default(30_000).describe('A transaction of SQL memory is rolled back after it'),
        audit: z.enum(['full', 'metadata', 'off']).default('full').describe('What is recorded of each statement'),
        max_bytes: z.int().min(1024).default(8 * 1024 * 1024).describe('Longest result, in characters of JSON'),
      })
      .prefault({}),
    channels: configuredChannels.prefault({}).describe('Declared channels, by name'),
    log: z
      .strictObject({
        max_age: duration.nullable().default(DEFAULT_SETTINGS.log.maxAgeMs).describe('How long events of documents are kept'),
        max_events: z.int().min(1).nullable().default(DEFAULT_SETTINGS.log.maxEvents).describe('How many of the newest events are kept'),
      })
      .prefault({}),
    channel_limits: z
      .strictObject({
        max_payload_bytes: z.int().min(1).max(8 * 1024 * 1024).default(64 * 1024).describe('Largest value of a message, as JSON'),
        max_wait: duration.default(30_000).describe('Longest that subscribe and await wait'),
        max_waiters: z.int().min(1).default(256).describe('Calls of one principal that wait at the same time'),
      })
      .prefault({}),
    subscriptions: z
      .strictObject({
        max_waiting_bytes: z
          .int()
          .min(64 * 1024)
          .max(1024 * 1024 * 1024)
          .default(16 * 1024 * 1024)
          .describe('Bytes that may wait for a slow subscriber: past it, it is told resync'),
        keep_alive: duration.default(20_000).describe('How often an event stream without events shows that it lives'),
      })
      .prefault({}),
    server: serverSchema(duration).describe('How the server is reached'),
    rate_limits: rateLimitsSchema.describe('How much one may ask at once'),
    outgoing_webhooks: outgoingWebhooks(duration, tokenEnv).prefault({}).describe('Events sent to URLs'),
    seed: z.record(z.string(), seed).default({}).describe('What an empty data directory starts with'),
  })
  .superRefine((config, ctx) => {
    const blocks = { agents: config.agents, seed: config.seed, outgoing_webhooks: config.outgoing_webhooks.endpoints };
    for (const [block, declared] of Object.entries(blocks)) {
      for (const [name, { principal: who }] of Object.entries(declared)) {
        if (Object.hasOwn(config.principals, who)) continue;
        const path = block === 'outgoing_webhooks' ? [block, 'endpoints', name, 'principal'] : [block, name, 'principal'];
        ctx.addIssue({ code: 'custom', path, message: `there is no principal "${who}"` });
      }
    }
  });

export type Config = z.output<typeof configSchema>;
export type AgentConfig = Config['agents'][string];
export type SeedConfig = Config['seed'][string];
