import { Refusal } from '../../src/errors.js';
import type { ResidentContext } from '../../src/residents/protocol.js';
import type { DrafterSettings } from './settings.js';

/** No more of a voice than this, in UTF-16 units, goes to a model. */
const MAX_VOICE = 8000;

/**
 * The rules of the author's voice, read anew for each draft.
 * @returns undefined where the settings name none
 * @throws Error where they cannot be had: a draft in the wrong voice is worse than one that waits
 */
export async function readVoice(context: Pick<ResidentContext, 'name' | 'scope' | 'call'>, voice: DrafterSettings['voice']): Promise<string | undefined> {
  if (!voice) return undefined;
  const { scope } = context;
  const setting = `agents.${context.name}.settings.voice`;
  if ('chunk' in voice) {
    const chunk = await context.call<{ body: string }>('document', { op: 'get_chunk', scope, id: voice.chunk }).catch((error: unknown) => {
      if (error instanceof Refusal && error.reason === 'not_found') throw new Error(`${setting}.chunk: there is no chunk ${voice.chunk}; name one, or take the setting out`);
      throw error;
    });
    return usable(chunk.body, `${setting}.chunk: the chunk ${voice.chunk}`);
  }
  const { value } = await context.call<{ value: unknown }>('memory', { op: 'get', scope, key: voice.memory });
  if (value === null) throw new Error(`${setting}.memory: there is no entry ${voice.memory}; write one, or take the setting out`);
  const lines = Array.isArray(value) ? value : [value];
  if (!lines.every((line) => typeof line === 'string')) throw new Error(`${setting}.memory: the entry ${voice.memory} must be a text or a list of texts`);
  return usable(lines.join('\n'), `${setting}.memory: the entry ${voice.memory}`);
}

function usable(text: string, what: string): string {
  const trimmed = text.trim();
  if (trimmed === '') throw new Error(`${what} is empty: write the rules there, or take the setting out`);
  if (trimmed.length > MAX_VOICE) throw new Error(`${what} has ${trimmed.length} characters, more than ${MAX_VOICE}: shorten it`);
  return trimmed;
}
