import type { Usage } from './model.js';
import type { Price, ProviderKind } from './settings.js';

/*
 * List prices of the providers' own APIs, US dollars for a million tokens, gathered in November 2026 from public copies of
 * https://platform.claude.com/docs/en/about-claude/pricing (cache writes: those of five minutes),
 * https://developers.openai.com/api/docs/pricing and https://ai.google.dev/gemini-api/docs/pricing.
 * Models whose price depends on the length of the prompt are left out: their cost is unknown unless the configuration
 * says it.
 */
const PRICES: Partial<Record<ProviderKind, Readonly<Record<string, Price>>>> = {
  anthropic: {
    'claude-fable-5-1': { input: 10, output: 50, cache_read: 0.25, cache_write: 12.5 },
    'claude-fable-5': { input: 10, output: 50, cache_read: 1, cache_write: 12.5 },
    'claude-opus-5-5': { input: 4, output: 20, cache_read: 0.2, cache_write: 5 },
    'claude-opus-5': { input: 5, output: 25, cache_read: 0.5, cache_write: 6.25 },
    'claude-opus-4-8': { input: 5, output: 25, cache_read: 0.5, cache_write: 6.25 },
    'claude-opus-4-7': { input: 5, output: 25, cache_read: 0.5, cache_write: 6.25 },
    'claude-opus-4-6': { input: 5, output: 25, cache_read: 0.5, cache_write: 6.25 },
    'claude-opus-4-5': { input: 5, output: 25, cache_read: 0.5, cache_write: 6.25 },
    'claude-sonnet-4-6': { input: 3, output: 15, cache_read: 0.3, cache_write: 3.75 },
    'claude-sonnet-4-5': { input: 3, output: 15, cache_read: 0.3, cache_write: 3.75 },
    'claude-haiku-4-5': { input: 1, output: 5, cache_read: 0.1, cache_write: 1.25 },
  },
  openai: {
    'gpt-5.2': { input: 1.75, output: 14, cache_read: 0.175 },
    'gpt-5.1': { input: 1.25, output: 10, cache_read: 0.125 },
    'gpt-5': { input: 1.25, output: 10, cache_read: 0.125 },
    'gpt-5-mini': { input: 0.25, output: 2, cache_read: 0.025 },
    'gpt-5-nano': { input: 0.05, output: 0.4, cache_read: 0.005 },
  },
  google: {
    'gemini-2.5-flash': { input: 0.3, output: 2.5, cache_read: 0.03 },
    'gemini-2.5-flash-lite': { input: 0.1, output: 0.4, cache_read: 0.01 },
  },
};
/** The date of a version, as in claude-haiku-4-5-20251001 and gpt-5-2025-08-07. */
const DATED = /-(\d{8}|\d{4}-\d{2}-\d{2}|latest)$/;
const NOTHING: Price = { input: 0, output: 0 };

/** The list price of a model; undefined where it is not known. The offline writer costs nothing. */
export function listPrice(kind: ProviderKind, model: string): Price | undefined {
  if (kind === 'offline') return NOTHING;
  const prices = PRICES[kind] ?? {};
  return [model, model.replace(DATED, '')].filter((name) => Object.hasOwn(prices, name)).map((name) => prices[name])[0];
}

/** US dollars. */
export function costOf(usage: Usage, price: Price): number {
  const { input, output, cache_read: read = input, cache_write: write = input } = price;
  const sum =
    usage.input_tokens * input + usage.output_tokens * output + usage.cache_read_input_tokens * read + usage.cache_creation_input_tokens * write;
  return sum / 1_000_000;
}
