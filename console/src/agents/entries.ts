import type { RunStatus, StoredMessage, Usage } from '../api/runs.js';

/** One thing that a conversation shows. */
export type Entry =
  | { readonly kind: 'person' | 'text' | 'thinking' | 'note'; readonly text: string }
  | { readonly kind: 'error'; readonly text: string }
  | ToolEntry;

export interface ToolEntry {
  readonly kind: 'tool';
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
  /** Absent while the call is under way. */
  readonly output?: string;
  readonly failed?: boolean;
}

/** What is known of a run that is followed. */
export interface Followed {
  readonly entries: readonly Entry[];
  readonly status: RunStatus;
  readonly stopReason?: string;
  readonly usage?: Usage;
  /** It waits for input of a person. */
  readonly awaitsInput: boolean;
  /** Entries before the turn that is under way. */
  readonly settled: number;
}

export const begun = (entries: readonly Entry[]): Followed => ({ entries, status: 'running', awaitsInput: false, settled: entries.length });

interface Call {
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
}

/** The events of a run (docs/PROTOCOL.md) that change what is shown. */
export type RunEvent =
  | { readonly type: 'text' | 'thinking'; readonly text: string }
  | { readonly type: 'usage' | 'resumed' | 'awaiting_input' | 'context_compaction' | 'reset' }
  | { readonly type: 'retry'; readonly retry: { readonly provider: string } }
  | { readonly type: 'provider_fallback'; readonly fallback: { readonly from: string; readonly to: string } }
  | { readonly type: 'tool_call'; readonly tool_use: Call }
  | { readonly type: 'tool_result'; readonly tool_use: Omit<Call, 'input'>; readonly text: string; readonly is_error: boolean }
  | { readonly type: 'steer'; readonly user_input: { readonly text: string } }
  | { readonly type: 'spawn_child_started'; readonly spawn_child: { readonly agent: string } }
  | { readonly type: 'error'; readonly error: string }
  | { readonly type: 'done'; readonly status: RunStatus; readonly stop_reason: string; readonly usage: Usage };

/** The state of a run after one more of its events; one that is not known here changes nothing. */
export function after(before: Followed, event: RunEvent): Followed {
  const { entries } = before;
  const add = (entry: Entry): Followed => settle(before, [...entries, entry]);
  switch (event.type) {
    case 'text':
    case 'thinking':
      return { ...before, awaitsInput: false, entries: joined(before, event.type, event.text) };
    case 'usage':
      return { ...before, settled: entries.length };
    case 'retry':
      return begunAnew(before, `${event.retry.provider} failed, and is asked again`);
    case 'provider_fallback':
      return begunAnew(before, `${event.fallback.from} failed: ${event.fallback.to} goes on`);
    case 'resumed':
      return begunAnew(before, 'The server was restarted: the run goes on');
    case 'tool_call': {
      const { id, name, input } = event.tool_use;
      const others = entries.filter((entry) => entry.kind !== 'tool' || entry.id !== id);
      return settle(before, [...others, { kind: 'tool', id, name, input }]);
    }
    case 'tool_result':
      return settle(before, withResult(entries, event.tool_use.id, event.text, event.is_error));
    case 'steer':
      return { ...add({ kind: 'person', text: event.user_input.text }), awaitsInput: false };
    case 'awaiting_input':
      return { ...before, awaitsInput: true };
    case 'spawn_child_started':
      return add({ kind: 'note', text: `${event.spawn_child.agent} began to work for this agent` });
    case 'context_compaction':
      return add({ kind: 'note', text: SUMMARISED });
    case 'error':
      return add({ kind: 'error', text: event.error });
    case 'reset':
      return add({ kind: 'note', text: 'Earlier steps are no longer kept' });
    case 'done':
      return { ...settle(before, event.status === 'cancelled' ? calmed(entries) : entries), status: event.status, stopReason: event.stop_reason, usage: event.usage, awaitsInput: false };
    default:
      return before;
  }
}

const SUMMARISED = 'The conversation so far was summarised to make room';

/** Messages of a run that has ended, as entries. */
export function entriesOf(messages: readonly StoredMessage[]): Entry[] {
  let entries: Entry[] = [];
  for (const { kind, message } of messages) {
    if (kind === 'summary') {
      entries.push({ kind: 'note', text: SUMMARISED });
      continue;
    }
    for (const part of message.content) {
      if (part.type === 'tool_call') entries.push({ kind: 'tool', id: part.id ?? '', name: part.name ?? '', input: part.input });
      else if (part.type === 'tool_result') entries = withResult(entries, part.id ?? '', part.output ?? '', part.is_error ?? false);
      else if (part.text) entries.push({ kind: message.role === 'user' ? 'person' : part.type, text: part.text });
    }
  }
  return entries;
}

/** What a run was told before its first event. */
export function inputOf(messages: readonly StoredMessage[]): Entry[] {
  const end = messages.findIndex(({ kind, message }) => kind !== 'message' || message.role !== 'user');
  return entriesOf(end < 0 ? messages : messages.slice(0, end));
}

/** Why a run was cancelled is no failure. */
function calmed(entries: readonly Entry[]): Entry[] {
  return entries.map((entry, at) => (entry.kind === 'error' && at === entries.length - 1 ? { kind: 'note', text: entry.text } : entry));
}

function joined({ entries, settled }: Followed, kind: 'text' | 'thinking', text: string): Entry[] {
  const last = entries.at(-1);
  const goesOn = entries.length > settled && last?.kind === kind;
  return goesOn ? [...entries.slice(0, -1), { kind, text: last.text + text }] : [...entries, { kind, text }];
}

function settle(before: Followed, entries: readonly Entry[]): Followed {
  return { ...before, entries, settled: entries.length };
}

/** The turn under way begins anew: what came of it does not count. */
function begunAnew(before: Followed, text: string): Followed {
  const kept = before.entries.slice(0, before.settled);
  return settle(before, kept.some((entry) => entry.kind === 'note' && entry.text === text) ? kept : [...kept, { kind: 'note', text }]);
}

function withResult(entries: readonly Entry[], id: string, output: string, failed: boolean): Entry[] {
  return entries.map((entry) => (entry.kind === 'tool' && entry.id === id ? { ...entry, output, failed } : entry));
}
