import type { TurnRequest } from '../model.js';
import type { Reply } from '../replying-model.js';
import type { MockCondition, MockScript, MockTurn } from '../settings.js';
import { conversationOf } from './conversation.js';
import type { Conversation } from './conversation.js';
import { EmptySlot, fill } from './template.js';

/** A script has no answer. */
export class ScriptError extends Error {
  constructor(script: string, what: string) {
    super(`mock.scripts.${script}: ${what}`);
    this.name = 'ScriptError';
  }
}

/**
 * The answer of a script to a request: of the first turn whose condition holds, else of the next turn without one. Which
 * that is follows from the messages alone, by playing the script against the conversation from its beginning.
 *
 * @throws ScriptError where no turn is left, or one reads what the conversation does not hold
 */
export function replyOf(name: string, script: MockScript, { system, messages }: Pick<TurnRequest, 'system' | 'messages'>): Reply {
  let plainTurns = 0;
  for (const [at, message] of messages.entries()) {
    if (message.role !== 'assistant') continue;
    const turn = pick(script, conversationOf(system, messages.slice(0, at)), plainTurns);
    if (turn && !turn.when) plainTurns += 1;
  }
  const conversation = conversationOf(system, messages);
  const turn = pick(script, conversation, plainTurns);
  if (!turn) throw new ScriptError(name, `no turn is left after ${conversation.turn} answers: add one, or loop: true`);
  try {
    const { when: _when, ...reply } = turn;
    const filled = fill(reply, conversation) as Reply;
    return { ...filled, ...(filled.text === undefined ? {} : { text: asText(filled.text) }) };
  } catch (error) {
    if (error instanceof EmptySlot) throw new ScriptError(name, `turns.${script.turns.indexOf(turn)}: ${error.message}`);
    throw error;
  }
}

function pick({ turns, loop }: MockScript, conversation: Conversation, plainTurns: number): MockTurn | undefined {
  const conditional = turns.find(({ when }) => when && holds(when, conversation));
  if (conditional) return conditional;
  const plain = turns.filter(({ when }) => !when);
  return plain[loop && plain.length > 0 ? plainTurns % plain.length : plainTurns];
}

function holds(when: MockCondition, { prompt, system, last, last_role: role, last_tools: tools, failed, turn }: Conversation): boolean {
  return [
    when.prompt_contains === undefined || prompt.includes(when.prompt_contains),
    when.system_contains === undefined || system.includes(when.system_contains),
    when.last_contains === undefined || last.includes(when.last_contains),
    when.last_lacks === undefined || !last.includes(when.last_lacks),
    when.last_role === undefined || role === when.last_role,
    when.last_tool === undefined || tools.includes(when.last_tool),
    when.last_is_error === undefined || failed === when.last_is_error,
    when.turns_below === undefined || turn < when.turns_below,
  ].every(Boolean);
}

/** A text that is one slot may have become another value. */
function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
