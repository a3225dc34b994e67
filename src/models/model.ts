import type { Sampling } from '../definitions/agent-definition.js';

/** A piece of text that a model reads. What the runtime or its operator did not write is untrusted. */
export interface TextBlock {
  readonly type: 'text';
  readonly text: string;
  /** The model is told to take it as data, never as instructions. */
  readonly untrusted?: boolean;
  /** What an untrusted block is, as `web-page` or `chunk`. */
  readonly kind?: string;
  /** The prompt up to here comes again: the provider may keep it, where it can. */
  readonly cacheable?: boolean;
}

export interface ToolCallPart {
  readonly type: 'tool_call';
  /** Unique in its run. */
  readonly id: string;
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** `provider_metadata` is what the provider wants back with the part, as the signature of a thought. */
export type AssistantPart =
  | { readonly type: 'text'; readonly text: string; readonly provider_metadata?: unknown }
  | { readonly type: 'thinking'; readonly text: string; readonly provider_metadata?: unknown }
  | (ToolCallPart & { readonly provider_metadata?: unknown });

export interface ToolResultPart {
  readonly type: 'tool_result';
  readonly id: string;
  readonly name: string;
  /** Text, or JSON text. */
  readonly output: string;
  readonly is_error: boolean;
  readonly untrusted?: boolean;
}

/** One message of a conversation, as it is kept in the scope file: no provider's form. */
export type Message =
  | { readonly role: 'user'; readonly content: readonly TextBlock[] }
  | { readonly role: 'assistant'; readonly content: readonly AssistantPart[] }
  | { readonly role: 'tool'; readonly content: readonly ToolResultPart[] };

export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of an object. */
  readonly input_schema: Readonly<Record<string, unknown>>;
}

/** What an agent asks for; what it leaves out the configuration's defaults give. */
export interface ModelChoice {
  readonly provider?: string;
  readonly model?: string;
  readonly tier?: string;
  /** Tier of the user for whom the run is: bounds and orders the candidates of a tier. */
  readonly user_tier?: string;
}

export interface TurnRequest {
  readonly choice: ModelChoice;
  readonly system: readonly TextBlock[];
  readonly messages: readonly Message[];
  readonly tools: readonly ToolSpec[];
  readonly sampling?: Sampling | undefined;
  readonly effort?: string | undefined;
  readonly max_tokens?: number | undefined;
}

/** Tokens of one turn or the sum of a run. `input_tokens` neither came from the provider's cache nor went to it; all but `output_tokens` together are the prompt. */
export interface Usage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly cache_read_input_tokens: number;
}

/** Tokens of a prompt and its answer, those that the provider kept from before included. */
export function tokensOf({ input_tokens: input, output_tokens: output, cache_creation_input_tokens: created, cache_read_input_tokens: read }: Usage): number {
  return input + output + created + read;
}

/** What is told while a turn is under way. */
export type TurnEvent =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly text: string }
  /** The turn begins anew after `wait_ms`: what came of it before does not count. */
  | { readonly type: 'retry'; readonly retry: { provider: string; attempt: number; wait_ms: number; reason: string } }
  | { readonly type: 'provider_fallback'; readonly fallback: { from: string; to: string; reason: string } };

export interface Turn {
  readonly content: readonly AssistantPart[];
  readonly stop_reason: 'end_turn' | 'tool_use' | 'max_tokens' | 'stop_sequence';
  readonly usage: Usage;
  readonly provider: string;
  readonly model: string;
  /** US dollars; null where the price of the model is not known. */
  readonly cost_usd: number | null;
  readonly max_context_tokens?: number;
}

/**
 * Whoever takes turns in a conversation: a model, or the code of a code agent. A turn depends on its request alone,
 * so that one that was cut off can be taken again.
 */
export interface TurnTaker {
  /** Rejects with a Refusal whose text says which provider failed with what. `signal` ends it early. */
  turn(request: TurnRequest, emit: (event: TurnEvent) => void, signal: AbortSignal): Promise<Turn>;
}
