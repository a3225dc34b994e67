import type { Message, TextBlock, ToolResultPart } from '../model.js';

/** What a script sees of a conversation. Outputs that are JSON are parsed. */
export interface Conversation {
  /** Text of the newest message of the user. */
  readonly prompt: string;
  /** Text of the first. */
  readonly task: string;
  readonly system: string;
  /** Text of the newest message: what the user wrote, or what the tools returned. */
  readonly last: string;
  readonly last_role: 'user' | 'assistant' | 'tool' | undefined;
  /** Of the newest message, where it is one of tools. */
  readonly result: readonly unknown[];
  /** Names and inputs of the newest calls. */
  readonly call: readonly { readonly name: string; readonly input: unknown }[];
  /** Newest result of each tool. */
  readonly tool: Readonly<Record<string, unknown>>;
  /** Answers of the model so far. */
  readonly turn: number;
  readonly failed: boolean;
  readonly last_tools: readonly string[];
}

export function conversationOf(system: readonly TextBlock[], messages: readonly Message[]): Conversation {
  const users = messages.filter((message) => message.role === 'user');
  const answers = messages.filter((message) => message.role === 'assistant');
  const last = messages.at(-1);
  const results = last?.role === 'tool' ? last.content : [];
  const everyResult = messages.flatMap((message) => (message.role === 'tool' ? message.content : []));
  return {
    prompt: textOf(users.at(-1)),
    task: textOf(users[0]),
    system: system.map(({ text }) => text).join('\n'),
    last: textOf(last),
    last_role: last?.role,
    result: results.map(valueOf),
    call: (answers.at(-1)?.content ?? []).flatMap((part) => (part.type === 'tool_call' ? [{ name: part.name, input: part.input }] : [])),
    tool: Object.fromEntries(everyResult.map((part) => [part.name, valueOf(part)])),
    turn: answers.length,
    failed: results.some((part) => part.is_error),
    last_tools: results.map(({ name }) => name),
  };
}

function textOf(message: Message | undefined): string {
  if (!message) return '';
  if (message.role === 'tool') return message.content.map(({ output }) => output).join('\n');
  return message.content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}

function valueOf({ output }: ToolResultPart): unknown {
  try {
    return JSON.parse(output);
  } catch {
    return output;
  }
}
