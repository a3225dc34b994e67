import { z } from 'zod';
import { NOT_SPOKEN, PROVIDER_DEFAULTS, providerNames, kindOf } from '../models/providers.js';
import type { ModelSettings } from '../models/settings.js';
import { duration, durationText } from './duration.js';
import { nearest } from './nearest.js';
import { ALLOWED_VARIABLES, OWN_SECRETS } from './variables.js';

const keyEnv = z
  .string()
  .refine((name) => /^LOOMCYCLE_[A-Z0-9_]+$|^[A-Z][A-Z0-9_]*_API_KEY$/.test(name) || ALLOWED_VARIABLES.has(name), 'must begin with LOOMCYCLE_ or end with _API_KEY')
  .refine((name) => !OWN_SECRETS.has(name), "is one of the runtime's own secrets: choose another name");

const price = z.strictObject({
  input: z.number().min(0),
  output: z.number().min(0),
  cache_read: z.number().min(0).optional(),
  cache_write: z.number().min(0).optional(),
});

const alias = z.strictObject({
  provider: z.string().describe('Name of its provider'),
  model: z.string().min(1).describe("Its name in the provider's API"),
  price: price.optional().describe('US dollars for a million tokens: `{input, output, cache_read?, cache_write?}`; of well-known models known without it'),
  max_context_tokens: z.int().min(1).optional().describe('Longest conversation that it takes, in tokens'),
});

const provider = z.strictObject({
  kind: z
    .enum(['anthropic', 'openai', 'google', 'ollama', 'openai-compatible', 'mock', 'offline'])
    .optional()
    .describe('How it is spoken to; required for a name that is not [built in](MODELS.md#providers)'),
  base_url: z.url({ protocol: /^https?$/ }).optional().describe('Address of its API, as `http://127.0.0.1:8000/v1`'),
  api_key_env: keyEnv.optional().describe('Variable that holds its key: begins with `LOOMCYCLE_` or ends with `_API_KEY`'),
  retry_attempts: z.int().min(0).max(20).default(PROVIDER_DEFAULTS.retry_attempts).describe('How often a turn is tried again after 429, 5xx, a broken connection or silence'),
  first_token_timeout: duration.prefault(durationText(PROVIDER_DEFAULTS.first_token_timeout)).describe('It may be silent for so long at the beginning of a turn'),
  idle_timeout: duration.prefault(durationText(PROVIDER_DEFAULTS.idle_timeout)).describe('And for so long later'),
  circuit_failures: z.int().min(1).default(PROVIDER_DEFAULTS.circuit_failures).describe('After so many failures in a row it is left alone'),
  circuit_open: duration.prefault(durationText(PROVIDER_DEFAULTS.circuit_open)).describe('For so long; then one call tries it out'),
});

const tiers = z.record(z.string().min(1), z.array(z.union([z.string(), z.strictObject({ provider: z.string(), model: z.string().min(1) })])));

const userTier = z.strictObject({
  provider_priority: z.array(z.string()).optional().describe('In place of the one for everybody'),
  tiers: tiers.optional().describe('Tiers in place of those for everybody of the same name'),
  fallback_on_error: z.boolean().optional().describe('In place of the one for everybody'),
  max_fallback_attempts: z.int().min(0).optional().describe('How many further candidates a turn may try; without it all'),
  retry_attempts: z.int().min(0).max(20).optional().describe('In place of that of the provider'),
  rate_limit_cooldown_ms: z.int().min(0).optional().describe('A provider that still answers 429 after the last retry is left alone for so long at least'),
});

const condition = z.strictObject({
  prompt_contains: z.string().optional(),
  system_contains: z.string().optional(),
  last_contains: z.string().optional(),
  last_lacks: z.string().optional(),
  last_role: z.enum(['user', 'tool']).optional(),
  last_tool: z.string().optional(),
  last_is_error: z.boolean().optional(),
  turns_below: z.int().min(1).optional(),
});

const mockTurn = z
  .strictObject({
    when: condition.optional(),
    text: z.string().optional(),
    thinking: z.string().optional(),
    tool_calls: z.array(z.strictObject({ name: z.string().min(1), input: z.record(z.string(), z.unknown()).default({}) })).optional(),
    stop_reason: z.enum(['end_turn', 'max_tokens', 'stop_sequence']).optional(),
  })
  .refine(({ text, thinking, tool_calls: calls }) => text !== undefined || thinking !== undefined || calls !== undefined, 'needs text, thinking or tool_calls');

const script = z.strictObject({
  turns: z.array(mockTurn).min(1).describe('What it answers, see [MODELS](MODELS.md#mock)'),
  loop: z.boolean().default(false).describe('After its last turn without `when` it begins anew'),
  latency_ms: z.int().min(0).optional().describe('It waits for so long before it answers'),
  fail: z
    .strictObject({
      rate: z.number().min(0).max(1).optional(),
      seed: z.int().optional(),
      first: z.int().min(1).optional(),
      status: z.int().min(400).max(599),
      retry_after_ms: z.int().min(0).optional(),
      mid_stream: z.boolean().optional(),
    })
    .optional()
    .describe('Attempts that fail: `{status, rate?, seed?, first?, retry_after_ms?, mid_stream?}`'),
});

/** The blocks of the configuration that say which models there are. */
export const modelBlocks = {
  defaults: z
    .strictObject({
      provider: z.string().optional().describe('Provider of agents that name none'),
      model: z.string().optional().describe('Model, or alias of one, of agents that name neither a model nor a tier'),
      tier: z.string().optional().describe('Tier of agents that name none, where there is no default model'),
    })
    .prefault({}),
  providers: z.record(z.string().regex(/^[A-Za-z0-9_-]{1,64}$/), provider).default({}).describe('Providers that are not built in, and what is other than built in'),
  models: z.record(z.string().min(1), alias).default({}).describe('Models by names of your own'),
  tiers: tiers.default({}).describe('Candidates for each tier, best first: an alias, or `{provider, model}`'),
  user_tiers: z.record(z.string().min(1), userTier).default({}).describe('What the users of a tier get; `default` is for those without one'),
  provider_priority: z.array(z.string()).default([]).describe('Candidates of these providers come first, in this order'),
  fallback_on_error: z.boolean().default(true).describe('Whether the next candidate of a tier takes a turn that failed'),
  mock: z
    .strictObject({ scripts: z.record(z.string().min(1), script).default({}).describe('What models of the provider `mock` answer, by name') })
    .prefault({}),
};

/** What `Models` needs of a configuration. */
export function modelSettingsOf(config: ModelSettings): ModelSettings {
  const { models, providers, tiers, user_tiers, provider_priority, fallback_on_error, defaults, mock } = config;
  return { models, providers, tiers, user_tiers, provider_priority, fallback_on_error, defaults, mock };
}

type Place = (string | number)[];
type Loose = Record<string, unknown>;

/** Every provider and alias that is named is there. Runs on what else is wrong, too, so it takes nothing for granted. */
export function requireModels(config: unknown, ctx: z.core.$RefinementCtx): void {
  const blocks = objectOf(config);
  const providers = objectOf(blocks.providers) as ModelSettings['providers'];
  const known = providerNames({ providers });
  const refuse = (path: Place, message: string): void => ctx.addIssue({ code: 'custom', path, message });
  const provider = (name: unknown, path: Place): void => {
    if (typeof name === 'string' && !known.includes(name)) refuse(path, `there is no provider "${name}"${meant(name, known)}`);
  };
  for (const [name, said] of Object.entries(providers)) requireKind(name, objectOf(said), providers, refuse);
  const aliases = Object.entries(objectOf(blocks.models));
  for (const [name, said] of aliases) provider(objectOf(said).provider, ['models', name, 'provider']);
  const route = (routing: Loose, path: Place): void => {
    for (const [at, name] of listOf(routing.provider_priority).entries()) provider(name, [...path, 'provider_priority', at]);
    for (const [tier, entries] of Object.entries(objectOf(routing.tiers))) {
      for (const [at, entry] of listOf(entries).entries()) {
        const place = [...path, 'tiers', tier, at];
        if (typeof entry !== 'string') provider(objectOf(entry).provider, [...place, 'provider']);
        else if (!aliases.some(([name]) => name === entry)) refuse(place, `there is no model "${entry}" in models${meant(entry, aliases.map(([name]) => name))}`);
      }
    }
  };
  route(blocks, []);
  const userTiers = Object.entries(objectOf(blocks.user_tiers));
  for (const [name, said] of userTiers) route(objectOf(said), ['user_tiers', name]);
  if (userTiers.length > 0 && !userTiers.some(([name]) => name === 'default')) refuse(['user_tiers'], 'needs an entry default, for users without a tier');
  provider(objectOf(blocks.defaults).provider, ['defaults', 'provider']);
}

function requireKind(name: string, said: Loose, providers: ModelSettings['providers'], refuse: (path: Place, message: string) => void): void {
  const kind = kindOf(name, { providers });
  if (kind === undefined && !NOT_SPOKEN.includes(name)) refuse(['providers', name, 'kind'], `is required: ${name} is not built in`);
  if (said.kind === 'openai-compatible' && said.base_url === undefined) refuse(['providers', name, 'base_url'], 'is required for openai-compatible');
}

function objectOf(value: unknown): Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Loose) : {};
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function meant(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === undefined ? '' : `: did you mean "${near}"?`;
}
