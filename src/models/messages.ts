import type { LanguageModelV3Message, SharedV3ProviderOptions } from '@ai-sdk/provider';
import type { AssistantPart, Message, TextBlock, ToolResultPart, TurnRequest } from './model.js';
import type { ProviderKind } from './settings.js';
import { UNTRUSTED_RULE, wrapUntrusted } from './untrusted.js';

type AssistantContent = Extract<LanguageModelV3Message, { role: 'assistant' }>['content'];

/** Marks that Anthropic takes in one request. */
const MAX_MARKS = 4;
const CACHED: SharedV3ProviderOptions = { anthropic: { cacheControl: { type: 'ephemeral' } } };
/** Key under which each kind's metadata stands; the thoughts of another kind mean nothing to it. */
const METADATA_KEY: Partial<Record<ProviderKind, string>> = { anthropic: 'anthropic', openai: 'openai', google: 'google' };

/** A request in the form of the AI SDK's providers. Messages without content are left out. */
export function toPrompt(request: TurnRequest, kind: ProviderKind): LanguageModelV3Message[] {
  return [...toSystem(request, kind), ...toConversation(request.messages, kind)];
}

/** The system prompt, and what untrusted text is where there may be some. */
function toSystem(request: TurnRequest, kind: ProviderKind): LanguageModelV3Message[] {
  const blocks = request.system.map(blockText).filter((text) => text !== '');
  if (mayHoldUntrusted(request)) blocks.push(UNTRUSTED_RULE);
  if (blocks.length === 0) return [];
  // Many servers take one system message only, and at the beginning.
  if (kind !== 'anthropic') return [{ role: 'system', content: blocks.join('\n\n') }];
  const last = blocks.length - 1;
  return blocks.map((content, at) => ({ role: 'system', content, ...(at === last ? { providerOptions: CACHED } : {}) }));
}

/** Results of tools may become untrusted in a later turn: the rule stands from the beginning, so that the prefix stays the same. */
function mayHoldUntrusted({ system, messages, tools }: TurnRequest): boolean {
  if (tools.length > 0 || system.some(({ untrusted }) => untrusted)) return true;
  return messages.some((message) => message.role !== 'assistant' && message.content.some(({ untrusted }) => untrusted));
}

function blockText({ text, untrusted, kind }: TextBlock): string {
  return untrusted ? wrapUntrusted(text, kind) : text;
}

function toConversation(messages: readonly Message[], kind: ProviderKind): LanguageModelV3Message[] {
  const cached = kind === 'anthropic' ? cachedBlocks(messages) : new Set<TextBlock | ToolResultPart>();
  return messages.flatMap((message): LanguageModelV3Message[] => {
    switch (message.role) {
      case 'user': {
        const content = message.content
          .filter(({ text }) => text !== '')
          .map((block) => ({ type: 'text' as const, text: blockText(block), ...(cached.has(block) ? { providerOptions: CACHED } : {}) }));
        return content.length > 0 ? [{ role: 'user', content }] : [];
      }
      case 'assistant': {
        const content = toAssistantContent(message.content, kind);
        return content.length > 0 ? [{ role: 'assistant', content }] : [];
      }
      case 'tool':
        return [{ role: 'tool', content: message.content.map((part) => toResult(part, cached.has(part))) }];
    }
  });
}

/** The newest blocks that may be cached, and the end of the conversation, which the next turn goes on from. */
function cachedBlocks(messages: readonly Message[]): Set<TextBlock | ToolResultPart> {
  const last = messages.at(-1);
  const end = last && last.role !== 'assistant' ? last.content.filter((part) => !('text' in part) || part.text !== '').at(-1) : undefined;
  const marked = messages.flatMap((message) => (message.role === 'user' ? message.content.filter(({ cacheable, text }) => cacheable && text !== '') : []));
  // One mark is the system prompt's.
  const chosen = new Set<TextBlock | ToolResultPart>(end ? [end] : []);
  for (const block of marked.reverse()) if (chosen.size < MAX_MARKS - 1) chosen.add(block);
  return chosen;
}

/** An answer in the form in which it goes back to a provider. Texts that are empty and thoughts of another provider are left out. */
export function toAssistantContent(parts: readonly AssistantPart[], kind: ProviderKind): AssistantContent {
  return parts.filter((part) => isKept(part, kind)).map((part) => {
    const options = part.provider_metadata === undefined ? {} : { providerOptions: part.provider_metadata as SharedV3ProviderOptions };
    switch (part.type) {
      case 'text':
        return { type: 'text', text: part.text, ...options };
      case 'thinking':
        return { type: 'reasoning', text: part.text, ...options };
      case 'tool_call':
        return { type: 'tool-call', toolCallId: part.id, toolName: part.name, input: part.input, ...options };
    }
  });
}

function isKept(part: AssistantPart, kind: ProviderKind): boolean {
  if (part.type === 'tool_call') return true;
  if (part.type === 'text') return part.text !== '';
  const key = METADATA_KEY[kind];
  const metadata = part.provider_metadata;
  if (key === undefined) return part.text !== '';
  return typeof metadata === 'object' && metadata !== null && key in metadata;
}

function toResult(part: ToolResultPart, isCached: boolean) {
  const value = part.untrusted ? wrapUntrusted(part.output, 'tool-result') : part.output;
  return {
    type: 'tool-result' as const,
    toolCallId: part.id,
    toolName: part.name,
    output: { type: part.is_error ? ('error-text' as const) : ('text' as const), value },
    ...(isCached ? { providerOptions: CACHED } : {}),
  };
}

/** Calls with ids that are unique in the conversation: some servers count anew in each turn, or give none. */
export function withUniqueIds(parts: readonly AssistantPart[], messages: readonly Message[]): AssistantPart[] {
  const taken = new Set(messages.flatMap((message) => (message.role === 'assistant' ? message.content.flatMap((part) => (part.type === 'tool_call' ? [part.id] : [])) : [])));
  return parts.map((part) => {
    if (part.type !== 'tool_call') return part;
    let id = part.id;
    for (let n = taken.size + 1; id === '' || taken.has(id); n += 1) id = `${part.id || 'call'}_${n}`;
    taken.add(id);
    return { ...part, id };
  });
}
