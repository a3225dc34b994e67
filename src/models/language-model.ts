import type { LanguageModelV3 } from '@ai-sdk/provider';
import type { Provider } from './providers.js';

/** Packages of providers are loaded only once one is used: each costs memory in every thread. */
export async function networkModel(provider: Provider, model: string): Promise<LanguageModelV3> {
  const { name, kind, base_url: baseURL, api_key: apiKey } = provider;
  switch (kind) {
    case 'anthropic':
      return (await import('@ai-sdk/anthropic')).createAnthropic({ apiKey, baseURL })(model);
    case 'openai':
      return (await import('@ai-sdk/openai')).createOpenAI({ apiKey, baseURL })(model);
    case 'google':
      return (await import('@ai-sdk/google')).createGoogleGenerativeAI({ apiKey, baseURL })(model);
    case 'ollama':
      return (await import('ollama-ai-provider-v2')).createOllama({ baseURL, headers: apiKey === undefined ? {} : { Authorization: `Bearer ${apiKey}` } })(model);
    case 'openai-compatible':
      return (await import('@ai-sdk/openai-compatible')).createOpenAICompatible({ name, apiKey, baseURL: baseURL ?? '', includeUsage: true })(model);
    case 'mock':
    case 'offline':
      throw new TypeError(`${kind} is no provider of the network`);
  }
}
