import type { User } from './runtime.js';

/** A call of a tool, and what came of it. */
export interface MadeCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly output: string;
  readonly refused: boolean;
}

type Part = { type: 'text'; text: string } | { type: 'tool_call'; id: string; name: string; input: MadeCall['input'] } | { type: 'tool_result'; id: string; output: string; is_error: boolean };

/** The calls of a session as the runtime keeps them, in order. */
export async function callsOf(user: User, session: string): Promise<MadeCall[]> {
  const { messages } = await user.call<{ messages: { message: { content: Part[] } }[] }>('run', 'transcript', { session_id: session });
  const parts = messages.flatMap(({ message }) => message.content);
  const results = new Map(parts.flatMap((part) => (part.type === 'tool_result' ? [[part.id, part] as const] : [])));
  return parts.flatMap((part) => {
    if (part.type !== 'tool_call') return [];
    const result = results.get(part.id);
    return [{ name: part.name, input: part.input, output: result?.output ?? '', refused: result?.is_error ?? true }];
  });
}

/** Why a call was refused. */
export function reasonOf({ output }: MadeCall): string {
  if (output.startsWith('you have no tool ')) return 'no_tool';
  return (JSON.parse(output) as { reason: string }).reason;
}

/** Document ops of a call, those of a batch each. */
export function opsOf({ name, input }: MadeCall): readonly Readonly<Record<string, unknown>>[] {
  if (name !== 'Document') return [];
  return input.op === 'batch' ? (input.ops as Record<string, unknown>[]) : [input];
}

/** Ops that change what is there, and have to name the revision that they are made on. */
const GUARDED = ['update_chunk', 'move_chunk', 'reorder_chunk', 'delete_chunk', 'link_chunks', 'unlink_chunks', 'rename_document', 'delete_document'];

export function isGuarded({ op, revision, base_revision: base, expected_revision: expected, mode, markdown, force }: Readonly<Record<string, unknown>>): boolean {
  if (op === 'import_md' && mode !== undefined) return force !== true && String(markdown).includes('"revision":');
  if (op === 'restore_version') return expected !== undefined;
  return !GUARDED.includes(String(op)) || revision !== undefined || base !== undefined;
}

/** Texts that a call puts into documents. */
export function textsOf(call: MadeCall): string[] {
  return opsOf(call).flatMap(({ title, body, markdown, status, kind, fields }) => [title, body, markdown, status, kind, ...Object.values((fields ?? {}) as Record<string, unknown>)].filter((text) => text !== undefined && text !== null).map(String));
}

/** Counts that a call was answered with, as `chunks_created`. */
export function countsOf({ output, refused }: MadeCall): string[] {
  if (refused) return [];
  return [...output.matchAll(/"(?:chunks|n|cascade)_\w+":(\d+)/g)].map(([, count]) => count!);
}
