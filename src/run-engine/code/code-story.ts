import type { Message, ToolCallPart, ToolResultPart } from '../../models/model.js';
import type { CodeInput } from './messages.js';

/** What is known of one call of a code agent's function, from the messages of its session. */
export interface CodeStory {
  /** Number of the message that it was called with: it is another call where that is another. */
  readonly start: number;
  readonly prompt: string;
  readonly before: CodeInput['messages'];
  /** Calls of tools that were answered, in the turns in which they were made. */
  readonly turns: readonly { readonly calls: readonly ToolCallPart[]; readonly results: readonly ToolResultPart[] }[];
}

/**
 * The function is called for what a run begins with, and anew for what is said after it was through. What is said
 * while it is at work it does not hear.
 * @param firstOwn number of the first message of the run.
 */
export function codeStory(messages: readonly Message[], firstOwn: number): CodeStory {
  let start = firstOwn;
  messages.forEach(({ role }, at) => {
    if (at > firstOwn && role === 'user' && isThrough(messages[at - 1]!)) start = at;
  });
  const after = messages.slice(start);
  const reaction = after.findIndex(({ role }) => role !== 'user');
  const asked = reaction === -1 ? after : after.slice(0, reaction);
  const turns = after.flatMap((message, at) => {
    const answered = after[at + 1];
    return message.role === 'assistant' && answered?.role === 'tool' ? [{ calls: callsOf(message), results: answered.content }] : [];
  });
  return { start, prompt: asked.map(textOf).join('\n\n'), before: messages.slice(0, start).flatMap(said), turns };
}

function isThrough(message: Message): boolean {
  return message.role === 'assistant' && callsOf(message).length === 0;
}

function callsOf(message: Message): ToolCallPart[] {
  return message.role === 'assistant' ? message.content.filter((part) => part.type === 'tool_call') : [];
}

function said(message: Message): CodeInput['messages'] {
  const text = textOf(message);
  return message.role === 'tool' || text === '' ? [] : [{ role: message.role, text }];
}

function textOf({ content }: Message): string {
  return content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}
