/** How a provider is spoken to. */
export type ProviderKind = 'anthropic' | 'openai' | 'google' | 'ollama' | 'openai-compatible' | 'mock' | 'offline';

/** US dollars for a million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
  /** Of tokens that come from the provider's cache; the price of input where it is left out. */
  readonly cache_read?: number;
  /** Of tokens that are written to it; the price of input where it is left out. */
  readonly cache_write?: number;
}

/** A model under a name of the operator's. */
export interface ModelAlias {
  readonly provider: string;
  readonly model: string;
  readonly price?: Price;
  readonly max_context_tokens?: number;
}

/** What the configuration says of a provider. Times are milliseconds. */
export interface ProviderSettings {
  readonly kind?: ProviderKind;
  readonly base_url?: string;
  /** Name of the variable that holds the key. */
  readonly api_key_env?: string;
  readonly retry_attempts?: number;
  readonly first_token_timeout?: number;
  readonly idle_timeout?: number;
  readonly circuit_failures?: number;
  readonly circuit_open?: number;
}

/** An alias, or a model of a provider. */
export type TierEntry = string | { readonly provider: string; readonly model: string };

export type Tiers = Readonly<Record<string, readonly TierEntry[]>>;

/** What users of a tier get; what it leaves out is as for everybody. */
export interface UserTier {
  readonly provider_priority?: readonly string[];
  readonly tiers?: Tiers;
  readonly fallback_on_error?: boolean;
  readonly max_fallback_attempts?: number;
  readonly retry_attempts?: number;
  readonly rate_limit_cooldown_ms?: number;
}

/** Holds where every condition holds that it names. */
export interface MockCondition {
  readonly prompt_contains?: string;
  readonly system_contains?: string;
  readonly last_contains?: string;
  readonly last_lacks?: string;
  readonly last_role?: 'user' | 'tool';
  readonly last_tool?: string;
  readonly last_is_error?: boolean;
  readonly turns_below?: number;
}

export interface MockTurn {
  readonly when?: MockCondition;
  readonly text?: string;
  readonly thinking?: string;
  readonly tool_calls?: readonly { readonly name: string; readonly input: Readonly<Record<string, unknown>> }[];
  readonly stop_reason?: 'end_turn' | 'max_tokens' | 'stop_sequence';
}

export interface MockFailure {
  /** Share of attempts that fail, 0 to 1. */
  readonly rate?: number;
  readonly seed?: number;
  /** So many attempts of each turn fail before one succeeds. */
  readonly first?: number;
  readonly status: number;
  readonly retry_after_ms?: number;
  /** It fails after half of the text was sent. */
  readonly mid_stream?: boolean;
}

export interface MockScript {
  readonly turns: readonly MockTurn[];
  readonly loop?: boolean;
  readonly latency_ms?: number;
  readonly fail?: MockFailure;
}

/** All that `Models` needs to know. Plain data, so that it can be sent to another thread. */
export interface ModelSettings {
  readonly models: Readonly<Record<string, ModelAlias>>;
  readonly providers: Readonly<Record<string, ProviderSettings>>;
  readonly tiers: Tiers;
  readonly user_tiers: Readonly<Record<string, UserTier>>;
  readonly provider_priority: readonly string[];
  readonly fallback_on_error: boolean;
  readonly defaults: { readonly provider?: string; readonly model?: string; readonly tier?: string };
  readonly mock: { readonly scripts: Readonly<Record<string, MockScript>> };
}
