import { UnsupportedFunctionalityError } from '@ai-sdk/provider';
import type { LanguageModelV3, LanguageModelV3FinishReason, LanguageModelV3StreamPart, LanguageModelV3Usage } from '@ai-sdk/provider';
import type { Message, TurnRequest } from './model.js';

/** An answer that is known before it is sent. */
export interface Reply {
  readonly thinking?: string;
  readonly text?: string;
  readonly tool_calls?: readonly { readonly name: string; readonly input: Readonly<Record<string, unknown>> }[];
  readonly stop_reason?: 'end_turn' | 'max_tokens' | 'stop_sequence';
}

export interface Delivery {
  /** Called before anything is sent; may take its time, and throw what a provider would. */
  readonly before?: (signal: AbortSignal | undefined) => Promise<void>;
  /** Sent in place of the second half of the text. */
  readonly breaksWith?: Error;
}

const CHARS_PER_TOKEN = 4;

/** A model in the form of the AI SDK that streams a reply, word by word. Tokens are estimated by length. */
export function replyingModel(name: { provider: string; model: string }, request: TurnRequest, reply: () => Reply, delivery: Delivery = {}): LanguageModelV3 {
  return {
    specificationVersion: 'v3',
    provider: name.provider,
    modelId: name.model,
    supportedUrls: {},
    doGenerate: () => Promise.reject(new UnsupportedFunctionalityError({ functionality: 'answers that are not streamed' })),
    doStream: async ({ abortSignal }) => {
      await delivery.before?.(abortSignal);
      return { stream: ReadableStream.from(partsOf(reply(), request, delivery.breaksWith)) };
    },
  };
}

function* partsOf(reply: Reply, request: TurnRequest, breaksWith: Error | undefined): Generator<LanguageModelV3StreamPart> {
  yield { type: 'stream-start', warnings: [] };
  if (reply.thinking !== undefined) {
    yield { type: 'reasoning-start', id: 'thinking' };
    for (const delta of wordsOf(reply.thinking)) yield { type: 'reasoning-delta', id: 'thinking', delta };
    yield { type: 'reasoning-end', id: 'thinking' };
  }
  const words = wordsOf(reply.text ?? '');
  if (words.length > 0) {
    yield { type: 'text-start', id: 'text' };
    for (const delta of breaksWith ? words.slice(0, words.length / 2) : words) yield { type: 'text-delta', id: 'text', delta };
    if (!breaksWith) yield { type: 'text-end', id: 'text' };
  }
  if (breaksWith) {
    yield { type: 'error', error: breaksWith };
    return;
  }
  const before = callsBefore(request.messages);
  for (const [at, { name, input }] of (reply.tool_calls ?? []).entries()) {
    yield { type: 'tool-call', toolCallId: `call_${before + at + 1}`, toolName: name, input: JSON.stringify(input) };
  }
  yield { type: 'finish', finishReason: finishReason(reply), usage: usageOf(reply, request) };
}

function wordsOf(text: string): string[] {
  return text.match(/\s*\S+\s*$|\s*\S+|\s+/g) ?? [];
}

/** Ids come from the conversation alone, so that a turn that is taken again calls by the same ones. */
function callsBefore(messages: readonly Message[]): number {
  return messages.reduce((sum, message) => sum + (message.role === 'assistant' ? message.content.filter(({ type }) => type === 'tool_call').length : 0), 0);
}

function finishReason({ tool_calls: calls = [], stop_reason: reason = 'end_turn' }: Reply): LanguageModelV3FinishReason {
  if (reason === 'max_tokens') return { unified: 'length', raw: reason };
  return { unified: calls.length > 0 ? 'tool-calls' : 'stop', raw: reason };
}

function usageOf({ text = '', thinking = '', tool_calls: calls = [] }: Reply, { system, messages }: TurnRequest): LanguageModelV3Usage {
  const input = tokens(system.map((block) => block.text).join('') + JSON.stringify(messages));
  const called = calls.length === 0 ? '' : JSON.stringify(calls);
  const output = tokens(text + thinking + called);
  return {
    inputTokens: { total: input, noCache: input, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: output, text: output - tokens(thinking), reasoning: tokens(thinking) },
  };
}

function tokens(text: string): number {
  return Math.ceil(text.length / CHARS_PER_TOKEN);
}
