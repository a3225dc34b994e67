import type { Reason, RefusalWire } from '../../errors.js';
import type { Outcome } from '../../operations/dispatcher.js';

type Step = string | ((tool: string, refusal: RefusalWire) => string);

/** Also of the flat tools: their own list_channels is for administrators. */
export const WHICH_CHANNELS = 'list_channels of the tool channel tells which channels there are, and whose.';

/** What to do after a refusal, by its reason. A reason that is not here says it all in its message. */
const STEPS: Readonly<Partial<Record<RefusalWire['reason'], Step>>> = {
  missing_field: (tool) => `Send the field. The input schema of ${tool} says in $defs, by op, which fields there are and which are required.`,
  invalid_input: (tool) => `Correct the fields that the message names. The input schema of ${tool} says in $defs, by op, what each takes.`,
  unknown_op: 'Use one of the ops in data.ops.',
  invalid_field: 'list_types tells the fields of the type and what each takes: correct the field, or define_type anew.',
  not_found: (tool) => (tool === 'document' ? 'Look the id up with list_documents, query_chunks or search; list_deleted finds what was deleted. With another scope the id is another thing.' : `Look up what there is with a list op of ${tool}, in the scope that you mean.`),
  revision_conflict: 'Nothing was written. Apply your change to the current state, which data has or a read gets you, and send it with the revision of that state.',
  root_chunk: 'The root goes with its document: use rename_document or delete_document.',
  parent_gone: 'Undelete the parent first, or name another one.',
  path_taken: 'Choose another path, or resolve the path to see what is there.',
  scope_unsupported: 'Leave scope out to use your own storage.',
  idempotency_mismatch: 'That key stands for another call: use a new key for a new write.',
  forbidden: (_tool, { data }) =>
    typeof data?.scope === 'string'
      ? `Do not repeat the call: your bearer lacks the scope ${data.scope}. Ask whoever gave it to you for one that has it; context self tells which scopes yours has.`
      : 'Do not repeat the call: your bearer may not do this. context self tells which scopes it has.',
  busy: 'Nothing was changed. Wait a second and send the same call again.',
  unavailable: 'Send the same call again in a second; give a write an idempotency_key, so that it is done once.',
  too_many_waiters: 'End a call that waits, or send this one without wait_ms.',
  channel_not_declared: WHICH_CHANNELS,
  channel_not_found: WHICH_CHANNELS,
  channel_lease_lost: 'The messages may be with somebody else by now: subscribe again.',
  channel_full: 'Wait until its readers have acknowledged messages.',
  cursor_ahead: 'Read from the beginning, or from a cursor that this channel gave you.',
  sql_timeout: 'Narrow the statement: a filter on an indexed field, or a LIMIT.',
  sql_refused: 'One SELECT, WITH or VALUES statement is taken; values go into args.',
  too_large: 'Send less at once: split the text, or ask for a smaller page.',
  memory_quota_exceeded: 'Delete entries that are no longer needed.',
};

/** What to do after an outcome of a tool with ops, where it was a refusal and there is something to say. */
export function nextAfter(tool: string, outcome: Outcome): string | undefined {
  if (outcome.ok) return undefined;
  const step = STEPS[outcome.refusal.reason];
  return typeof step === 'function' ? step(tool, outcome.refusal) : step;
}

/** What to do after refusals that tools with one kind of input have in common. */
export const FLAT_STEPS: Readonly<Partial<Record<Reason, string>>> = {
  missing_field: 'Nothing was changed. Send the field that is named as well.',
  invalid_input: 'Nothing was changed. Correct what is named, and call again.',
  forbidden: 'Your bearer may not do this: do not try again, ask the person who gave it to you.',
  busy: 'Nothing was changed. Wait a second, and call again.',
  unavailable: 'Wait a second. Read whether a write was done before you call again.',
};
