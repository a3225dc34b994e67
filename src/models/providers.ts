import type { ModelSettings, ProviderKind, ProviderSettings } from './settings.js';

interface BuiltIn {
  readonly kind: ProviderKind;
  readonly base_url?: string;
  readonly api_key_env?: string;
  /** Works without a key. */
  readonly keyless?: boolean;
}

/** Providers that need no declaration; names as in the original, and `google`, `openai-compatible` and `offline`. */
export const BUILT_IN: Readonly<Record<string, BuiltIn>> = {
  anthropic: { kind: 'anthropic', api_key_env: 'ANTHROPIC_API_KEY' },
  openai: { kind: 'openai', api_key_env: 'OPENAI_API_KEY' },
  google: { kind: 'google', api_key_env: 'GOOGLE_GENERATIVE_AI_API_KEY' },
  gemini: { kind: 'google', api_key_env: 'GEMINI_API_KEY' },
  deepseek: { kind: 'openai-compatible', base_url: 'https://api.deepseek.com/v1', api_key_env: 'DEEPSEEK_API_KEY' },
  ollama: { kind: 'ollama', base_url: 'https://ollama.com/api', api_key_env: 'OLLAMA_API_KEY' },
  'ollama-local': { kind: 'ollama', base_url: 'http://127.0.0.1:11434/api', keyless: true },
  mock: { kind: 'mock', keyless: true },
  'mock-stable': { kind: 'mock', keyless: true },
  offline: { kind: 'offline', keyless: true },
};

/** Providers of the original that this runtime does not speak to: what names them is skipped. */
export const NOT_SPOKEN: readonly string[] = ['anthropic-oauth-dev'];

/** A provider as it is used. Times are milliseconds. */
export interface Provider {
  readonly name: string;
  readonly kind: ProviderKind;
  readonly base_url?: string;
  readonly api_key?: string;
  /** Why it cannot be used, and what to do; undefined where it can. */
  readonly missing?: string;
  readonly retry_attempts: number;
  readonly first_token_timeout: number;
  readonly idle_timeout: number;
  readonly circuit_failures: number;
  readonly circuit_open: number;
}

export const PROVIDER_DEFAULTS = {
  retry_attempts: 4,
  first_token_timeout: 120_000,
  idle_timeout: 60_000,
  circuit_failures: 5,
  circuit_open: 30_000,
} as const;

/** Names of all providers that a choice may name. */
export function providerNames({ providers }: Pick<ModelSettings, 'providers'>): string[] {
  return [...new Set([...Object.keys(BUILT_IN), ...Object.keys(providers), ...NOT_SPOKEN])];
}

/** How a provider is spoken to; undefined where it is not known or not spoken to. */
export function kindOf(name: string, { providers }: Pick<ModelSettings, 'providers'>): ProviderKind | undefined {
  return (Object.hasOwn(providers, name) ? providers[name]!.kind : undefined) ?? (Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name]!.kind : undefined);
}

/** A provider that `providerNames` has; undefined for one that this runtime does not speak to. */
export function providerOf(name: string, settings: ModelSettings, env: Env): Provider | undefined {
  const said: ProviderSettings = settings.providers[name] ?? {};
  const builtIn = BUILT_IN[name];
  const kind = kindOf(name, settings);
  if (kind === undefined) return undefined;
  const baseUrl = said.base_url ?? builtIn?.base_url;
  const keyEnv = said.api_key_env ?? builtIn?.api_key_env;
  const apiKey = keyEnv === undefined ? undefined : env[keyEnv] || undefined;
  return {
    ...PROVIDER_DEFAULTS,
    ...withoutUndefined(said),
    name,
    kind,
    base_url: baseUrl,
    api_key: apiKey,
    missing: missingOf(kind, { name, settings, apiKey, keyEnv, keyless: isKeyless(said, builtIn, kind) }),
  };
}

export type Env = Readonly<Record<string, string | undefined>>;

/** A server at an address of one's own needs a key only where the configuration names a variable for it. */
function isKeyless(said: ProviderSettings, builtIn: BuiltIn | undefined, kind: ProviderKind): boolean {
  if (said.api_key_env !== undefined) return false;
  if (builtIn?.keyless) return true;
  return said.base_url !== undefined && (kind === 'openai-compatible' || kind === 'ollama');
}

interface Standing {
  name: string;
  settings: ModelSettings;
  apiKey: string | undefined;
  keyEnv: string | undefined;
  keyless: boolean;
}

function missingOf(kind: ProviderKind, { name, settings, apiKey, keyEnv, keyless }: Standing): string | undefined {
  if (kind === 'mock' && Object.keys(settings.mock.scripts).length === 0) return `${name} is off: give it scripts under mock.scripts`;
  if (keyless || kind === 'mock' || kind === 'offline' || apiKey !== undefined) return undefined;
  return keyEnv === undefined ? `${name} has no key: name its variable in providers.${name}.api_key_env` : `${name} has no key: set ${keyEnv}`;
}

function withoutUndefined(said: ProviderSettings): ProviderSettings {
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}
