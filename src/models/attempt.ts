import type { LanguageModelV3 } from '@ai-sdk/provider';
import { jsonSchema, streamText, tool } from 'ai';
import type { FinishReason, LanguageModelUsage, TextStreamPart, ToolSet } from 'ai';
import { Deadline } from './deadline.js';
import { effortOptions } from './effort.js';
import type { ProviderOptions } from './effort.js';
import { ModelFailure } from './failure.js';
import { fromContent, toModelMessages, toSystem, withUniqueIds } from './messages.js';
import type { AssistantPart, Turn, TurnEvent, TurnRequest, Usage } from './model.js';
import type { Provider } from './providers.js';

// The AI SDK writes to the console what a provider does not support, such as a temperature beside thinking.
globalThis.AI_SDK_LOG_WARNINGS = false;

export type Answer = Pick<Turn, 'content' | 'stop_reason' | 'usage'>;

/**
 * One call of a model.
 *
 * @throws whatever the provider throws, a `ModelFailure` where it is silent for too long, the reason of `signal` where that ends it
 */
export async function attempt(
  request: TurnRequest,
  { language, provider, model }: { language: LanguageModelV3; provider: Provider; model: string },
  emit: (event: TurnEvent) => void,
  signal: AbortSignal,
): Promise<Answer> {
  using deadline = new Deadline(signal, provider.first_token_timeout, provider.idle_timeout);
  const result = streamText({
    model: language,
    system: toSystem(request, provider.kind),
    messages: toModelMessages(request.messages, provider.kind),
    tools: toTools(request),
    ...samplingOf(request),
    maxOutputTokens: request.max_tokens,
    providerOptions: merged(ownOptions(provider), effortOptions(request.effort, provider.kind, model)),
    // Retries are ours: they are told to who waits, and know of the circuit.
    maxRetries: 0,
    abortSignal: deadline.signal,
    onError: () => undefined,
  });
  const stream = result.fullStream[Symbol.asyncIterator]();
  let ending: Ending | undefined;
  for (;;) {
    const { done, value: part } = await deadline.race(stream.next());
    if (done) break;
    if (part.type === 'error') throw deadline.signal.aborted ? deadline.signal.reason : part.error;
    if (part.type === 'abort') throw deadline.signal.reason;
    if (part.type === 'finish-step') ending = part;
    if (part.type !== 'start' && part.type !== 'start-step') deadline.heard();
    tell(part, emit);
  }
  if (!ending) throw new ModelFailure('its answer ended in the middle', 'network');
  return answerOf(await deadline.race(result.content), ending, request);
}

type Ending = { finishReason: FinishReason; rawFinishReason: string | undefined; usage: LanguageModelUsage };

function tell(part: TextStreamPart<ToolSet>, emit: (event: TurnEvent) => void): void {
  if (part.type === 'text-delta' && part.text !== '') emit({ type: 'text', text: part.text });
  if (part.type === 'reasoning-delta' && part.text !== '') emit({ type: 'thinking', text: part.text });
}

function answerOf(parts: Parameters<typeof fromContent>[0], { finishReason, rawFinishReason, usage }: Ending, request: TurnRequest): Answer {
  if (finishReason === 'content-filter') throw new ModelFailure('its content filter ended the turn', 'refused');
  if (finishReason === 'error') throw new ModelFailure('it ended the turn with an error', 'server');
  const content = withUniqueIds(fromContent(parts), request.messages);
  return { content, stop_reason: stopReason(finishReason, rawFinishReason, content), usage: toUsage(usage) };
}

/** Some servers say `stop` where they call tools. */
function stopReason(reason: FinishReason, raw: string | undefined, content: readonly AssistantPart[]): Turn['stop_reason'] {
  if (reason === 'length') return 'max_tokens';
  if (content.some(({ type }) => type === 'tool_call')) return 'tool_use';
  return raw === 'stop_sequence' ? 'stop_sequence' : 'end_turn';
}

function toUsage({ inputTokens = 0, outputTokens = 0, inputTokenDetails: details }: LanguageModelUsage): Usage {
  const read = details.cacheReadTokens ?? 0;
  const written = details.cacheWriteTokens ?? 0;
  return {
    input_tokens: details.noCacheTokens ?? Math.max(0, inputTokens - read - written),
    output_tokens: outputTokens,
    cache_creation_input_tokens: written,
    cache_read_input_tokens: read,
  };
}

function toTools({ tools }: TurnRequest): ToolSet | undefined {
  if (tools.length === 0) return undefined;
  return Object.fromEntries(
    tools.map(({ name, description, input_schema: schema }) => [name, tool({ description, inputSchema: jsonSchema(schema) })]),
  );
}

function samplingOf({ sampling = {} }: TurnRequest) {
  return {
    temperature: sampling.temperature,
    topP: sampling.top_p,
    topK: sampling.top_k,
    frequencyPenalty: sampling.frequency_penalty,
    presencePenalty: sampling.presence_penalty,
    seed: sampling.seed,
    stopSequences: sampling.stop && [...sampling.stop],
  };
}

/** OpenAI keeps what it was asked unless it is told not to; thoughts then come with the answer, encrypted. */
function ownOptions({ kind }: Provider): ProviderOptions {
  return kind === 'openai' ? { openai: { store: false } } : {};
}

function merged(a: ProviderOptions, b: ProviderOptions): ProviderOptions {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries([...keys].map((key) => [key, { ...a[key], ...b[key] }]));
}
