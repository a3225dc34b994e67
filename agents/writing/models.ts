import type { LanguageModel } from 'ai';
import type { ModelSettings } from './settings.js';

/** A model that is ready to be called. */
export interface PickedModel {
  model: LanguageModel;
  /** `provider/model`, for logs and notes. */
  name: string;
}

type Env = Readonly<Record<string, string | undefined>>;

/** In the order in which a key in the environment decides. */
const PROVIDERS = {
  anthropic: { key: 'ANTHROPIC_API_KEY', model: 'claude-sonnet-5' },
  openai: { key: 'OPENAI_API_KEY', model: 'gpt-5-mini' },
  google: { key: 'GOOGLE_GENERATIVE_AI_API_KEY', model: 'gemini-3.5-flash' },
} as const;
const COMPATIBLE_KEY = 'OPENAI_COMPATIBLE_API_KEY';

type KeyedProvider = keyof typeof PROVIDERS;

/**
 * Picks the model that writes drafts: the one of the settings, else the default of the first provider whose key
 * is in the environment. Provider packages are loaded only when one is picked.
 *
 * @returns undefined where there is no key, which means the offline writer; an `openai-compatible` server needs
 *   none and gets OPENAI_COMPATIBLE_API_KEY where that is set
 * @throws TypeError for `openai-compatible` without `model` or `base_url`
 */
export async function pickModel(settings: ModelSettings | undefined, env: Env): Promise<PickedModel | undefined> {
  if (settings?.provider === 'openai-compatible') return compatibleModel(settings, env);
  const provider = settings?.provider ?? (Object.keys(PROVIDERS) as KeyedProvider[]).find((name) => env[PROVIDERS[name].key]);
  if (provider === undefined) return undefined;
  const apiKey = env[PROVIDERS[provider].key];
  if (!apiKey) return undefined;
  const model = settings?.model ?? PROVIDERS[provider].model;
  return { model: await keyedModel(provider, model, { apiKey, baseURL: settings?.base_url }), name: `${provider}/${model}` };
}

async function keyedModel(provider: KeyedProvider, model: string, options: { apiKey: string; baseURL?: string }): Promise<LanguageModel> {
  switch (provider) {
    case 'anthropic':
      return (await import('@ai-sdk/anthropic')).createAnthropic(options)(model);
    case 'openai':
      return (await import('@ai-sdk/openai')).createOpenAI(options)(model);
    case 'google':
      return (await import('@ai-sdk/google')).createGoogleGenerativeAI(options)(model);
  }
}

async function compatibleModel({ model, base_url: baseURL }: ModelSettings, env: Env): Promise<PickedModel> {
  if (!model || !baseURL) {
    throw new TypeError('The provider openai-compatible needs both settings model and base_url, such as http://127.0.0.1:11434/v1.');
  }
  const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
  const apiKey = env[COMPATIBLE_KEY];
  return { model: createOpenAICompatible({ name: 'openai-compatible', baseURL, apiKey })(model), name: `openai-compatible/${model}` };
}
