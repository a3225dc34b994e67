import type { Conversation } from './conversation.js';

const SLOT = /\{\{\s*(json\s+)?([A-Za-z0-9_.-]+)\s*\}\}/g;

/** A slot of a script names what the conversation does not hold. */
export class EmptySlot extends Error {
  constructor(readonly path: string) {
    super(`{{${path}}} stands for nothing here`);
    this.name = 'EmptySlot';
  }
}

/**
 * A value of a script with its slots filled, at any depth: `{{result.0.chunk_id}}`. A text that is one slot and nothing
 * else becomes the value itself; in the midst of text what is no text is written as JSON, and `{{json …}}` always is.
 *
 * @throws EmptySlot
 */
export function fill(value: unknown, conversation: Conversation): unknown {
  if (typeof value === 'string') return fillText(value, conversation);
  if (Array.isArray(value)) return value.map((each) => fill(each, conversation));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fill(each, conversation)]));
}

function fillText(text: string, conversation: Conversation): unknown {
  const [only] = text.matchAll(SLOT);
  if (only && only[0] === text && only[1] === undefined) return lookUp(conversation, only[2]!);
  return text.replace(SLOT, (_slot, asJson: string | undefined, path: string) => {
    const value = lookUp(conversation, path);
    return typeof value === 'string' && asJson === undefined ? value : JSON.stringify(value);
  });
}

function lookUp(conversation: Conversation, path: string): unknown {
  let value: unknown = conversation;
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) throw new EmptySlot(path);
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}
