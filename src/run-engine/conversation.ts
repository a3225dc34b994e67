import type { Message, ToolCallPart } from '../models/model.js';
import type { StoredMessage } from '../runs/types.js';

type Stored = Pick<StoredMessage, 'kind' | 'message' | 'run_id'>;

/** The messages of a session as the model gets them: a summary stands for all before it but the first. */
export class Conversation {
  private readonly stored: Stored[];

  constructor(stored: readonly Stored[]) {
    this.stored = [...stored];
  }

  add(...messages: readonly Stored[]): void {
    this.stored.push(...messages);
  }

  get messages(): readonly Message[] {
    const at = this.stored.findLastIndex(({ kind }) => kind === 'summary');
    const kept = at <= 0 ? this.stored : [this.stored[0]!, ...this.stored.slice(at)];
    return kept.map(({ message }) => message);
  }

  /** Calls of the last turn that have no results yet. */
  get openCalls(): readonly ToolCallPart[] {
    const last = this.stored.at(-1)?.message;
    return last?.role === 'assistant' ? last.content.filter((part) => part.type === 'tool_call') : [];
  }

  /** Whether the model has said its last word on all that it was told. */
  get isAnswered(): boolean {
    // A summary says nothing new.
    const last = this.stored.findLast(({ kind }) => kind !== 'summary')?.message;
    return last?.role === 'assistant' && this.openCalls.length === 0;
  }

  /** Turns that a run has taken. */
  turnsOf(runId: string): number {
    return this.stored.filter(({ run_id: id, message }) => id === runId && message.role === 'assistant').length;
  }

  /** The text of the last turn. */
  get lastText(): string {
    const last = this.stored.findLast(({ message }) => message.role === 'assistant')?.message;
    if (last?.role !== 'assistant') return '';
    return last.content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('');
  }

  /** Every tool call so far, for what is learned from them. */
  get calls(): readonly ToolCallPart[] {
    return this.stored.flatMap(({ message }) => (message.role === 'assistant' ? message.content.filter((part) => part.type === 'tool_call') : []));
  }

  get hasUntrusted(): boolean {
    return this.stored.some(({ message }) => message.role !== 'assistant' && (message.content as readonly { untrusted?: boolean }[]).some(({ untrusted }) => untrusted === true));
  }
}
