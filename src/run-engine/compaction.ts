import type { AgentDefinition } from '../definitions/agent-definition.js';
import { choiceOf } from '../models/choice.js';
import type { Message, TextBlock, Turn, TurnTaker } from '../models/model.js';

/** Fewer messages than this are left as they are (reference: wire 1.2, compact). */
const MIN_MESSAGES = 4;

const ASK = `Summarise this conversation for yourself, who will go on with it without the rest: what was asked, what was done and found with every id, number and name that is needed again, what was decided and why, what is open. Facts only, no new ideas.`;

export interface Compaction {
  readonly compacted: boolean;
  readonly before_tokens: number;
  readonly after_tokens: number;
}

export function compactable(messages: readonly Message[]): boolean {
  return messages.length >= MIN_MESSAGES;
}

/** Has the agent's model summarise the conversation. Rejects as a turn does. */
export async function summarise(
  turns: TurnTaker,
  definition: AgentDefinition,
  userTier: string | undefined,
  messages: readonly Message[],
  before: number,
  signal: AbortSignal,
): Promise<{ message: { role: 'user'; content: [TextBlock] }; turn: Turn; result: Compaction }> {
  const asked: Message = { role: 'user', content: [{ type: 'text', text: ASK }] };
  const turn = await turns.turn({ choice: choiceOf(definition, userTier), system: [], messages: [...messages, asked], tools: [] }, () => undefined, signal);
  const text = turn.content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('');
  // What untrusted text says may be in the summary.
  const untrusted = messages.some(({ role, content }) => role !== 'assistant' && (content as readonly { untrusted?: boolean }[]).some((part) => part.untrusted));
  const block: TextBlock = { type: 'text', text: `Summary of the conversation so far:\n${text}`, ...(untrusted ? { untrusted: true, kind: 'summary' } : {}) };
  return { message: { role: 'user', content: [block] }, turn, result: { compacted: true, before_tokens: before, after_tokens: turn.usage.output_tokens } };
}
