import { nearest } from '../config/nearest.js';
import { Refusal } from '../errors.js';
import type { ModelChoice } from './model.js';
import { kindOf, providerNames } from './providers.js';
import type { ModelSettings, Price, TierEntry, UserTier } from './settings.js';

/** A model that may take a turn. */
export interface Candidate {
  readonly provider: string;
  readonly model: string;
  readonly price?: Price;
  readonly max_context_tokens?: number;
}

/** Who may take a turn, best first, and what to do where one fails. */
export interface Plan {
  readonly candidates: readonly Candidate[];
  /** How many further candidates are tried after one that failed. */
  readonly fallbacks: number;
  /** Of the user's tier, before what the provider says. */
  readonly retry_attempts?: number;
  /** A provider that limits us is left alone for so long at least, in milliseconds. */
  readonly rate_limit_cooldown_ms: number;
}

/** `provider/model`, for events, errors and logs. */
export function nameOf({ provider, model }: Pick<Candidate, 'provider' | 'model'>): string {
  return `${provider}/${model}`;
}

/**
 * What a choice means: a model that it names, else the candidates of a tier in the order of the provider priority, else
 * the configuration's defaults, else the offline writer.
 *
 * @throws Refusal `invalid_input` for a provider, model or tier that is not there
 */
export function planOf(choice: ModelChoice, settings: ModelSettings): Plan {
  const userTier = userTierOf(choice.user_tier, settings);
  const candidates = candidatesOf(choice, userTier, settings);
  const mayFallBack = userTier.fallback_on_error ?? settings.fallback_on_error;
  return {
    candidates,
    fallbacks: mayFallBack ? Math.min(candidates.length - 1, userTier.max_fallback_attempts ?? Infinity) : 0,
    retry_attempts: userTier.retry_attempts,
    rate_limit_cooldown_ms: userTier.rate_limit_cooldown_ms ?? 0,
  };
}

function candidatesOf(choice: ModelChoice, userTier: UserTier, settings: ModelSettings): Candidate[] {
  if (choice.provider !== undefined || choice.model !== undefined) return [pinned(choice.provider, choice.model, settings)];
  if (choice.tier !== undefined) return ofTier(choice.tier, userTier, settings);
  const { provider, model, tier } = settings.defaults;
  if (provider !== undefined || model !== undefined) return [pinned(provider, model, settings)];
  if (tier !== undefined) return ofTier(tier, userTier, settings);
  return [{ provider: 'offline', model: 'offline' }];
}

function pinned(provider: string | undefined, model: string | undefined, settings: ModelSettings): Candidate {
  if (provider !== undefined) requireKnown('provider', provider, providerNames(settings));
  if (model !== undefined) return named(provider, model, settings);
  const name = provider!;
  if (kindOf(name, settings) === 'offline') return { provider: name, model: 'offline' };
  if (settings.defaults.provider === name && settings.defaults.model !== undefined) return named(name, settings.defaults.model, settings);
  throw new Refusal('invalid_input', `model: ${name} needs one, as its API names it or by an alias from models`);
}

function named(provider: string | undefined, model: string, settings: ModelSettings): Candidate {
  const alias = Object.hasOwn(settings.models, model) ? settings.models[model] : undefined;
  if (alias && (provider === undefined || provider === alias.provider)) return alias;
  const of = provider ?? settings.defaults.provider;
  if (of === undefined) {
    throw unknown('model', model, Object.keys(settings.models), 'Name its provider, too, or declare an alias in models.');
  }
  requireKnown('provider', of, providerNames(settings));
  if (kindOf(of, settings) === 'mock') requireKnown('model', model, Object.keys(settings.mock.scripts));
  return priced(of, model, settings);
}

/** With the price of an alias that means the same model. */
function priced(provider: string, model: string, settings: ModelSettings): Candidate {
  return Object.values(settings.models).find((alias) => alias.provider === provider && alias.model === model) ?? { provider, model };
}

function ofTier(tier: string, userTier: UserTier, settings: ModelSettings): Candidate[] {
  const own = userTier.tiers ?? {};
  const entries = Object.hasOwn(own, tier) ? own[tier]! : Object.hasOwn(settings.tiers, tier) ? settings.tiers[tier]! : undefined;
  if (entries === undefined) throw unknown('tier', tier, [...Object.keys(own), ...Object.keys(settings.tiers)], 'Declare it in tiers.');
  if (entries.length === 0) throw new Refusal('invalid_input', `tier: "${tier}" has no candidates`);
  const priority = userTier.provider_priority ?? settings.provider_priority;
  const rank = ({ provider }: Candidate): number => (priority.includes(provider) ? priority.indexOf(provider) : priority.length);
  return entries.map((entry) => ofEntry(entry, settings)).sort((a, b) => rank(a) - rank(b));
}

function ofEntry(entry: TierEntry, settings: ModelSettings): Candidate {
  return typeof entry === 'string' ? named(undefined, entry, settings) : named(entry.provider, entry.model, settings);
}

function userTierOf(name: string | undefined, { user_tiers: declared }: ModelSettings): UserTier {
  if (name === undefined || name === '') return declared.default ?? {};
  if (Object.hasOwn(declared, name)) return declared[name]!;
  throw unknown('user_tier', name, Object.keys(declared), 'Declare it in user_tiers.');
}

function requireKnown(field: string, name: string, known: readonly string[]): void {
  if (!known.includes(name)) throw unknown(field, name, known, field === 'provider' ? 'Declare it in providers.' : 'Declare it in mock.scripts.');
}

function unknown(field: string, name: string, known: readonly string[], remedy: string): Refusal {
  const meant = nearest(name, known);
  return new Refusal('invalid_input', `${field}: there is no "${name}"${meant === undefined ? '.' : `: did you mean "${meant}"?`} ${remedy}`);
}
