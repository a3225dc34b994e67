import type { SharedV3ProviderOptions } from '@ai-sdk/provider';
import { Refusal } from '../errors.js';
import type { ProviderKind } from './settings.js';

/** How much a model thinks, from the least. */
export const EFFORTS = ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
export type Effort = (typeof EFFORTS)[number];

/** Models that think for a budget of tokens: Claude 3.7 to 4.5, Gemini 2.5. The later ones are told an effort. */
const CLAUDE_WITHOUT_THINKING = /claude-(instant|v?2|3-haiku|3-opus|3-sonnet|3-5)/;
const CLAUDE_WITH_BUDGET = /claude-(3-7|(opus|sonnet|haiku)-4(-[015]|-\d{8}|@|$))/;
const GEMINI_WITH_BUDGET = /gemini-2\.5/;
const BUDGETS: Readonly<Record<Effort, number>> = { minimal: 1024, low: 2048, medium: 8192, high: 24_576, xhigh: 24_576, max: 24_576 };

/**
 * The options of a provider for an effort.
 *
 * @throws Refusal `invalid_input` for an effort that there is not
 */
export function effortOptions(effort: string | undefined, kind: ProviderKind, model: string): SharedV3ProviderOptions {
  if (effort === undefined || effort === '') return {};
  if (!isEffort(effort)) throw new Refusal('invalid_input', `effort: "${effort}" is not one of ${EFFORTS.join(', ')}`);
  switch (kind) {
    case 'anthropic':
      return { anthropic: ofClaude(effort, model) };
    case 'openai':
      return { openai: { reasoningEffort: effort === 'max' ? 'xhigh' : effort } };
    case 'google':
      return { google: { thinkingConfig: ofGemini(effort, model) } };
    case 'openai-compatible':
      return { openaiCompatible: { reasoningEffort: effort === 'max' || effort === 'xhigh' ? 'high' : effort } };
    case 'ollama':
      return { ollama: { think: effort !== 'minimal' } };
    case 'mock':
    case 'offline':
      return {};
  }
}

function isEffort(text: string): text is Effort {
  return (EFFORTS as readonly string[]).includes(text);
}

function ofClaude(effort: Effort, model: string): SharedV3ProviderOptions[string] {
  if (CLAUDE_WITHOUT_THINKING.test(model)) return {};
  if (CLAUDE_WITH_BUDGET.test(model)) return effort === 'minimal' ? {} : { thinking: { type: 'enabled', budgetTokens: BUDGETS[effort] } };
  if (effort === 'minimal') return { effort: 'low' };
  return { effort, thinking: { type: 'adaptive', display: 'summarized' } };
}

function ofGemini(effort: Effort, model: string): { [key: string]: string | number | boolean } {
  if (GEMINI_WITH_BUDGET.test(model)) return { thinkingBudget: BUDGETS[effort], includeThoughts: true };
  return { thinkingLevel: effort === 'xhigh' || effort === 'max' ? 'high' : effort, includeThoughts: true };
}
