import type { LanguageModelV3StreamPart } from '@ai-sdk/provider';
import type { AssistantPart } from './model.js';

/** A text or thought as it grows. What the provider says of it last holds, as the signature at the end of a thought. */
interface Growing {
  readonly type: 'text' | 'thinking';
  text: string;
  metadata: unknown;
}

/** Puts the parts of an answer together from its stream, in the order in which they began. */
export class AnswerParts {
  private readonly parts: (Growing | AssistantPart)[] = [];
  private readonly growing = new Map<string, Growing>();

  add(part: LanguageModelV3StreamPart): void {
    switch (part.type) {
      case 'text-start':
      case 'reasoning-start':
        this.begin(part.type === 'text-start' ? 'text' : 'thinking', part.id);
        this.note(part);
        break;
      case 'text-delta':
      case 'reasoning-delta':
        (this.growing.get(keyOf(part)) ?? this.begin(part.type === 'text-delta' ? 'text' : 'thinking', part.id)).text += part.delta;
        this.note(part);
        break;
      case 'text-end':
      case 'reasoning-end':
        this.note(part);
        this.growing.delete(keyOf(part));
        break;
      case 'tool-call':
        this.parts.push({ type: 'tool_call', id: part.toolCallId, name: part.toolName, input: inputOf(part.input), ...metadataOf(part.providerMetadata) });
        break;
      default:
      // Sources, files and what tells of the stream itself are not kept.
    }
  }

  /** Texts that are empty are left out. */
  finish(): AssistantPart[] {
    return this.parts.flatMap((part): AssistantPart[] => {
      if (!('metadata' in part)) return [part];
      // A thought without text may carry the signature that the provider wants back.
      if (part.text === '' && (part.type === 'text' || part.metadata === undefined)) return [];
      return [{ type: part.type, text: part.text, ...metadataOf(part.metadata) }];
    });
  }

  private begin(type: Growing['type'], id: string): Growing {
    const part: Growing = { type, text: '', metadata: undefined };
    this.parts.push(part);
    this.growing.set(`${type}/${id}`, part);
    return part;
  }

  private note(part: { type: string; id: string; providerMetadata?: unknown }): void {
    const growing = this.growing.get(keyOf(part));
    if (growing && part.providerMetadata !== undefined) growing.metadata = part.providerMetadata;
  }
}

function keyOf({ type, id }: { type: string; id: string }): string {
  return `${type.startsWith('text') ? 'text' : 'thinking'}/${id}`;
}

function metadataOf(metadata: unknown): { provider_metadata?: unknown } {
  return metadata === undefined ? {} : { provider_metadata: metadata };
}

/** What is no JSON object is shown to the tool, which refuses it with what it wants. */
function inputOf(text: string): Readonly<Record<string, unknown>> {
  if (text.trim() === '') return {};
  try {
    const input: unknown = JSON.parse(text);
    return typeof input === 'object' && input !== null && !Array.isArray(input) ? (input as Record<string, unknown>) : { invalid_json: text };
  } catch {
    return { invalid_json: text };
  }
}
