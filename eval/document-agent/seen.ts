import { wrapUntrusted } from '../../src/models/untrusted.js';
import type { Prompt } from './model-server.js';

/** A chunk as a tool told of it. */
export interface SeenChunk {
  readonly id: string;
  readonly title: string;
  readonly revision: number;
  readonly body?: string;
}

export interface Refused {
  readonly reason: string;
  readonly data?: { readonly current?: SeenChunk };
}

const MARKED = /<<<untrusted (\S+) ([0-9a-f]{32})\n([\s\S]*?)\n\2>>>/g;

/** What a scripted model knows: what stands in its prompt, as any other model. */
export class Seen {
  constructor(private readonly prompt: Prompt) {}

  /** The document that the person has open. */
  get documentId(): string {
    const [, told] = /About this run, from whoever began it:\n(.*)/.exec(this.prompt.messages[0]!.content) ?? [];
    return (JSON.parse(told!) as { document_id: string }).document_id;
  }

  /** What tools answered, the newest last, without marks. */
  get results(): readonly unknown[] {
    return this.prompt.messages.filter(({ role }) => role === 'tool').map(({ content }) => valueOf(content.replaceAll(MARKED, (_all, _kind, _mark, text: string) => text)));
  }

  /** The newest that a tool told of the chunk of this title. @throws where none did */
  chunk(title: string): SeenChunk {
    const all = this.results.flatMap(objectsIn) as Partial<SeenChunk>[];
    const chunk = all.findLast((each) => each.title === title && each.id !== undefined && each.revision !== undefined);
    if (!chunk) throw new Error(`the script was told of no chunk "${title}"`);
    return chunk as SeenChunk;
  }

  /** The newest value that a tool told under this key. @throws where none did */
  told(key: string): string {
    const object = this.results.flatMap(objectsIn).findLast((each) => Object.hasOwn(each, key));
    if (!object) throw new Error(`the script was told of no ${key}`);
    return String(object[key]);
  }

  get refused(): Refused {
    return this.results.at(-1) as Refused;
  }
}

/** What stands between right marks in the messages of others, by kind; a mark that is not the digest of its text is none. */
export function markedIn({ messages }: Prompt): readonly string[] {
  const heard = messages.filter(({ role }) => role === 'user' || role === 'tool');
  return heard.flatMap(({ content }) => [...content.matchAll(MARKED)].flatMap(([whole, kind, , text]) => (wrapUntrusted(text!, kind) === whole ? [text!] : [])));
}

/** What stands outside of such marks. */
export function unmarkedIn({ messages }: Prompt): string {
  const heard = messages.filter(({ role }) => role === 'user' || role === 'tool');
  return heard.map(({ content }) => content.replaceAll(MARKED, (whole, kind: string, _mark, text: string) => (wrapUntrusted(text, kind) === whole ? '' : whole))).join('\n');
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function objectsIn(value: unknown): Record<string, unknown>[] {
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  if (typeof value !== 'object' || value === null) return [];
  return [...Object.values(value).flatMap(objectsIn), value as Record<string, unknown>];
}
