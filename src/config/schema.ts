import { z } from 'zod';
import { aclEntry } from '../definitions/agent-content.js';
import { SCOPES } from '../identity/principal.js';
import { configuredChannels } from '../channels/declaration.js';
import { rateLimitsSchema, serverSchema } from './server-schema.js';
import { DEFAULT_SETTINGS } from '../scope/settings.js';
import { mcpServersSchema, requireOneWay, runKeys } from './agents-schema.js';
import { bundleManifest } from './bundle-manifest.js';
import { duration, durationText, retention } from './duration.js';
import { FILE_TYPE } from './json-schema.js';
import { modelBlocks, requireModels } from './models-schema.js';
import { runBlocks } from './runs-schema.js';
import { outgoingWebhooks } from './outgoing-webhooks.js';
import { oneTimer, residentsBlock, subscriptions, wakeKeys } from './resident-schema.js';
import { ALLOWED_VARIABLES, OWN_SECRETS } from './variables.js';

const tokenEnv = z
  .string()
  .refine((name) => /^LOOMCYCLE_[A-Z0-9_]+$/.test(name) || ALLOWED_VARIABLES.has(name), 'must begin with LOOMCYCLE_')
  .refine((name) => !OWN_SECRETS.has(name), "is one of the runtime's own secrets: choose another name");

const principal = z.strictObject({
  tenant: z.string().default('').describe('`""` is the shared tenant, the same as `default`'),
  subject: z.string().min(1).describe('Whose documents the principal works on'),
  scopes: z.array(z.enum(SCOPES)).describe('What it may do: of the scopes below'),
  token_env: tokenEnv.describe('Variable that holds the secret'),
});

/** Who there is where a configuration declares nobody. */
const DEFAULT_PRINCIPAL: z.output<typeof principal> = {
  tenant: '',
  subject: 'denn',
  scopes: ['substrate:admin'],
  token_env: 'LOOMCYCLE_TOKEN_DENN',
};

/** A file. Relative ones are relative to the configuration file that names them. */
const file = z.string().min(1).meta({ title: FILE_TYPE });

const agentKeys = {
  description: z.string().optional().describe('For people'),
  code: z.string().regex(/^[a-z][a-z0-9-]*$/).describe('Folder in `agents/` that holds its code'),
  principal: z.string().describe('Name of the principal as which it acts'),
  subscribe: subscriptions.describe('What wakes it, 1 to 16 of `{topic, filter?, scope?}`, see [PROTOCOL](PROTOCOL.md#subscriptions). `scope` is `user` (default) or `agent`, the same in all of them, since an agent has one place in one log'),
  channels: z
    .strictObject({ publish: z.array(aclEntry).default([]), subscribe: z.array(aclEntry).default([]) })
    .optional()
    .describe('Channels that it may use, as `{publish: […], subscribe: […]}`: names, `prefix/*` for all below, or `*`; none without it'),
  grants: z.array(z.enum(['documents:tenant'])).default([]).describe('Scopes that it holds beside those of its principal'),
  ...wakeKeys,
  settings: z.record(z.string(), z.unknown()).default({}).describe('What its code takes'),
  ...runKeys,
};

const residentAgent = z
  .strictObject({
    resident: z.literal(true).describe('It lives as long as the server, and events wake it. Without it the agent works where it is run'),
    ...agentKeys,
  })
  .superRefine(requireOneWay)
  .refine(oneTimer, { path: ['cron'], message: 'has `every`, too: keep one of them' });

/** One that is not resident: it is run, or it is a resident that is switched off. */
const declaredAgent = z
  .strictObject({ resident: z.literal(false).optional(), ...agentKeys, code: z.string() })
  .partial()
  .superRefine(requireOneWay);

const agent = z.discriminatedUnion('resident', [residentAgent, declaredAgent]);

const seed = z.strictObject({
  principal: z.string().describe('Whose documents'),
  types: z.array(file).default([]).describe('Yaml files, each the input of a `define_type`'),
  documents: z.array(file).default([]).describe('Markdown files, each imported; `{{today}}`, `{{today+2}}` and `{{today-1}}` become dates'),
});

/** The configuration of the runtime: the merged yaml files. */
export const configSchema = z
  .strictObject({
    principals: z
      .record(z.string(), principal)
      .refine((declared) => Object.keys(declared).length > 0, 'declare at least one: there is no open mode')
      .default({ denn: DEFAULT_PRINCIPAL }),
    agents: z.record(z.string().regex(/^[A-Za-z0-9_-]{1,128}$/), agent).default({}),
    mcp_servers: mcpServersSchema.default({}).describe('Servers whose tools agents may have, by name, see [AGENTS](AGENTS.md#mcp-servers)'),
    residents: residentsBlock(file).describe('Where resident agents run'),
    storage: z
      .strictObject({
        synchronous: z.enum(['FULL', 'NORMAL', 'OFF']).default('FULL').describe('How durable an acknowledged write is, see [OPERATIONS](OPERATIONS.md#durability)'),
        workers: z.int().min(1).max(64).default(2).describe('Threads that own scope files; each scope belongs to one'),
        idle_close: duration.prefault('5m').describe('A scope unused for so long is closed'),
      })
      .prefault({}),
    history: z
      .strictObject({
        keep: retention
          .prefault(durationText(DEFAULT_SETTINGS.history.keepMs))
          .describe('How long a revision of a chunk can be read and restored after it was replaced; the newest 20 revisions of a chunk are always kept'),
        keep_deleted: retention
          .prefault(durationText(DEFAULT_SETTINGS.history.keepDeletedMs))
          .describe('How long what was deleted can be undeleted; then it is removed with all its revisions'),
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
        processes: z.int().min(1).max(16).default(2).describe('Statements that run at once, each in a process of its own'),
        deadline: duration.prefault('5s').describe('A statement is ended after it'),
        max_memory: z
          .int()
          .min(128 * 1024 * 1024)
          .default(512 * 1024 * 1024)
          .describe('Bytes of memory past which a statement is ended'),
        max_rows: z.int().min(1).default(10_000).describe('Rows of an answer'),
        quota: z.int().min(64 * 1024).default(64 * 1024 * 1024).describe('Bytes of the database of a scope; a deletion may take a quarter more for its time'),
        busy: duration.prefault('5s').describe('How long a write waits for those of others'),
        transactions: z.int().min(0).max(64).default(8).describe('Transactions that are open at once, each in a process of its own'),
        transaction: duration.prefault('30s').describe('A transaction is rolled back after it'),
        audit: z.enum(['full', 'metadata', 'off']).default('full').describe('What is recorded of each statement: everything, all but its text, nothing'),
        max_bytes: z.int().min(1024).default(8 * 1024 * 1024).describe('Size of the rows of an answer as JSON'),
      })
      .prefault({}),
    channels: configuredChannels.prefault({}).describe('Declared channels, by name'),
    log: z
      .strictObject({
        max_age: duration.nullable().default(DEFAULT_SETTINGS.log.maxAgeMs).describe('How long events of documents are kept; without it for good'),
        max_events: z.int().min(1).nullable().default(DEFAULT_SETTINGS.log.maxEvents).describe('How many of the newest events are kept; without it all'),
      })
      .prefault({}),
    channel_limits: z
      .strictObject({
        max_payload_bytes: z.int().min(1).max(8 * 1024 * 1024).default(64 * 1024).describe('Largest value of a message, as JSON'),
        max_wait: duration.prefault('30s').describe('Longest that subscribe and await wait'),
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
          .describe('Bytes that may wait for a slow subscriber; past it, it is told [resync](PROTOCOL.md#falling-behind)'),
        keep_alive: duration.prefault('20s').describe('How often an event stream without events shows that it lives'),
      })
      .prefault({}),
    server: serverSchema.describe('How the server is reached'),
    rate_limits: rateLimitsSchema.describe('How much one may ask at once'),
    outgoing_webhooks: outgoingWebhooks(tokenEnv).prefault({}).describe('Events sent to URLs'),
    ...modelBlocks,
    ...runBlocks,
    seed: z.record(z.string(), seed).default({}).describe('What an empty data directory starts with'),
  })
  .superRefine(requirePrincipals, { when: () => true })
  .superRefine(requireModels, { when: () => true });

/** What acts as a principal, by name, as far as it was understood. */
type Acting = Record<string, { principal?: unknown; resident?: unknown } | undefined>;

/** Agents, seeds and webhooks act as principals that there are. Runs on what else is wrong, too: all errors come at once. */
function requirePrincipals(config: unknown, ctx: z.core.$RefinementCtx): void {
  const { principals = {}, agents = {}, seed: seeds = {}, outgoing_webhooks: webhooks } = config as {
    principals?: object;
    agents?: Acting;
    seed?: Acting;
    outgoing_webhooks?: { endpoints?: Acting };
  };
  const residents = Object.fromEntries(Object.entries(agents).filter(([, agent]) => agent?.resident === true));
  const blocks: [string[], Acting][] = [
    [['agents'], residents],
    [['seed'], seeds],
    [['outgoing_webhooks', 'endpoints'], webhooks?.endpoints ?? {}],
  ];
  for (const [path, declared] of blocks) {
    for (const [name, entry] of Object.entries(declared)) {
      const who = entry?.principal;
      if (typeof who !== 'string' || Object.hasOwn(principals, who)) continue;
      ctx.addIssue({ code: 'custom', path: [...path, name, 'principal'], message: `there is no principal "${who}"` });
    }
  }
}

/** What one file may say: the configuration, and keys that are about the file itself and are not merged. */
export const configFileSchema = z.strictObject({
  include: z.array(file).default([]).describe('Files that lie below this one'),
  bundle: bundleManifest.optional().describe('Which bundle the file is, where it is one'),
  ...configSchema.shape,
});

export type Config = z.output<typeof configSchema>;
export type AgentConfig = z.output<typeof residentAgent>;
export type SeedConfig = Config['seed'][string];

/** The agents that run, by name. */
export function residentsOf({ agents }: Config): Record<string, AgentConfig> {
  return Object.fromEntries(Object.entries(agents).filter((named): named is [string, AgentConfig] => named[1].resident === true));
}
