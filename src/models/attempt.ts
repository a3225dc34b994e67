import type { LanguageModelV3, LanguageModelV3CallOptions, LanguageModelV3FinishReason, LanguageModelV3StreamPart, LanguageModelV3Usage, SharedV3ProviderOptions } from '@ai-sdk/provider';
import { AnswerParts } from './answer-parts.js';
import { Deadline } from './deadline.js';
import { effortOptions } from './effort.js';
import { ModelFailure } from './failure.js';
import { toPrompt, withUniqueIds } from './messages.js';
import type { AssistantPart, Turn, TurnEvent, TurnRequest, Usage } from './model.js';
import type { Provider } from './providers.js';

export type Answer = Pick<Turn, 'content' | 'stop_reason' | 'usage'>;

/**
 * One call of a model, by the interface of the AI SDK's providers: its `streamText` on top of them takes milliseconds of
 * the processor for each turn, and does nothing for us but what stands here.
 *
 * @throws whatever the provider throws, a `ModelFailure` where it is silent for too long, the reason of `signal` where that ends it
 */
export async function attempt(
  request: TurnRequest,
  { language, provider, model }: { language: LanguageModelV3; provider: Provider; model: string },
  emit: (event: TurnEvent) => void,
  signal: AbortSignal,
): Promise<Answer> {
  const options = { ...optionsOf(request), prompt: toPrompt(request, provider.kind), providerOptions: merged(ownOptions(provider), effortOptions(request.effort, provider.kind, model)) };
  using deadline = new Deadline(signal, provider.first_token_timeout, provider.idle_timeout);
  const { stream } = await deadline.race(language.doStream({ ...options, abortSignal: deadline.signal }));
  const reader = stream.getReader();
  try {
    return await read(reader, { request, deadline, emit });
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

interface Reading {
  request: TurnRequest;
  deadline: Deadline;
  emit: (event: TurnEvent) => void;
}

async function read(reader: ReadableStreamDefaultReader<LanguageModelV3StreamPart>, { request, deadline, emit }: Reading): Promise<Answer> {
  const parts = new AnswerParts();
  for (;;) {
    const { done, value: part } = await deadline.race(reader.read());
    if (done) throw new ModelFailure('its answer ended in the middle', 'network');
    if (part.type === 'error') throw part.error;
    if (part.type === 'finish') return answerOf(parts, part, request);
    if (part.type !== 'stream-start') deadline.heard();
    if (part.type === 'text-delta' && part.delta !== '') emit({ type: 'text', text: part.delta });
    if (part.type === 'reasoning-delta' && part.delta !== '') emit({ type: 'thinking', text: part.delta });
    parts.add(part);
  }
}

function answerOf(parts: AnswerParts, { finishReason, usage }: { finishReason: LanguageModelV3FinishReason; usage: LanguageModelV3Usage }, request: TurnRequest): Answer {
  if (finishReason.unified === 'content-filter') throw new ModelFailure('its content filter ended the turn', 'refused');
  if (finishReason.unified === 'error') throw new ModelFailure('it ended the turn with an error', 'server');
  const content = withUniqueIds(parts.finish(), request.messages);
  return { content, stop_reason: stopReason(finishReason, content), usage: toUsage(usage) };
}

/** Some servers say `stop` where they call tools. */
function stopReason({ unified, raw }: LanguageModelV3FinishReason, content: readonly AssistantPart[]): Turn['stop_reason'] {
  if (unified === 'length') return 'max_tokens';
  if (content.some(({ type }) => type === 'tool_call')) return 'tool_use';
  return raw === 'stop_sequence' ? 'stop_sequence' : 'end_turn';
}

function toUsage({ inputTokens: input, outputTokens: output }: LanguageModelV3Usage): Usage {
  const read = input.cacheRead ?? 0;
  const written = input.cacheWrite ?? 0;
  return {
    input_tokens: input.noCache ?? Math.max(0, (input.total ?? 0) - read - written),
    output_tokens: output.total ?? 0,
    cache_creation_input_tokens: written,
    cache_read_input_tokens: read,
  };
}

function optionsOf({ tools, sampling = {}, max_tokens: maxOutputTokens }: TurnRequest): Omit<LanguageModelV3CallOptions, 'prompt'> {
  return {
    maxOutputTokens,
    temperature: sampling.temperature,
    topP: sampling.top_p,
    topK: sampling.top_k,
    frequencyPenalty: sampling.frequency_penalty,
    presencePenalty: sampling.presence_penalty,
    seed: sampling.seed,
    stopSequences: sampling.stop && [...sampling.stop],
    ...(tools.length === 0
      ? {}
      : { toolChoice: { type: 'auto' }, tools: tools.map(({ name, description, input_schema: inputSchema }) => ({ type: 'function', name, description, inputSchema })) }),
  };
}

/** OpenAI keeps what it was asked unless it is told not to; thoughts then come with the answer, encrypted. */
function ownOptions({ kind }: Provider): SharedV3ProviderOptions {
  return kind === 'openai' ? { openai: { store: false } } : {};
}

function merged(a: SharedV3ProviderOptions, b: SharedV3ProviderOptions): SharedV3ProviderOptions {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries([...keys].map((key) => [key, { ...a[key], ...b[key] }]));
}
