import { z } from 'zod';
import type { AssistantPart, Message, ModelChoice, TextBlock, Turn, TurnTaker } from '../../src/models/model.js';

/** How often a text that breaks a rule goes back to the model. */
export const MAX_REPAIRS = 2;

/** A text that a model is to write. */
export interface WritingTask<T> {
  readonly taker: TurnTaker;
  readonly choice: ModelChoice;
  readonly system: readonly TextBlock[];
  readonly material: readonly TextBlock[];
  /** The tool by which the model hands its text in. */
  readonly tool: { readonly name: string; readonly description: string; readonly schema: z.ZodType<T> };
  /** What is wrong with a text, a sentence each; nothing where it can be used. */
  check(value: T): readonly string[];
  /** Told of every turn before anything comes of it. */
  readonly onTurn?: ((turn: Turn) => Promise<void>) | undefined;
  readonly signal: AbortSignal;
}

/** The last repair still breaks a rule. */
export class RulesBroken extends Error {
  override readonly name = 'RulesBroken';

  constructor(readonly problems: readonly string[]) {
    super(`after ${MAX_REPAIRS} repairs: ${problems.join(' ')}`);
  }
}

/**
 * Has a model write a text, and checks it. One that breaks a rule goes back with the exact problems, at most
 * `MAX_REPAIRS` times.
 *
 * @throws RulesBroken; refusals of the model and an abort by the signal pass through
 */
export async function writeChecked<T>(task: WritingTask<T>): Promise<T> {
  const { name, description, schema } = task.tool;
  const tools = [{ name, description, input_schema: z.toJSONSchema(schema) as Record<string, unknown> }];
  const messages: Message[] = [{ role: 'user', content: task.material }];
  for (let attempt = 0; ; attempt += 1) {
    task.signal.throwIfAborted();
    const turn = await task.taker.turn({ choice: task.choice, system: task.system, messages, tools }, () => undefined, task.signal);
    await task.onTurn?.(turn);
    const answer = read(turn, task.tool);
    const problems = 'value' in answer ? task.check(answer.value) : [answer.problem];
    if ('value' in answer && problems.length === 0) return answer.value;
    if (attempt === MAX_REPAIRS) throw new RulesBroken(problems);
    messages.push(...repair(turn.content, problems, name));
  }
}

function read<T>({ content, stop_reason: reason }: Turn, { name, schema }: WritingTask<T>['tool']): { value: T } | { problem: string } {
  const call = content.find((part) => part.type === 'tool_call' && part.name === name);
  // Models that know no tools write what they would have handed in.
  const given = call?.type === 'tool_call' ? call.input : parseJson(textOf(content));
  if (given === undefined) return { problem: reason === 'max_tokens' ? 'The answer was cut off: it is too long.' : `The answer does not call the tool ${name}.` };
  const read = schema.safeParse(given);
  if (read.success) return { value: read.data };
  return { problem: `The input of ${name} is not what was asked for: ${read.error.issues.map((issue) => `${issue.path.join('.') || 'input'}: ${issue.message}`).join('; ')}.` };
}

function textOf(content: readonly AssistantPart[]): string {
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

function parseJson(text: string): unknown {
  const [, fenced] = /```(?:json)?\s*([\s\S]*?)```/.exec(text) ?? [];
  try {
    return JSON.parse(fenced ?? text);
  } catch {
    return undefined;
  }
}

/** The answer, and what is wrong with it: as the results of its calls where it has any, since providers want one for each. */
function repair(content: readonly AssistantPart[], problems: readonly string[], tool: string): Message[] {
  const text = ['Not taken. It breaks these rules:', ...problems.map((problem) => `- ${problem}`), `Call ${tool} again with the whole text, with only these problems mended.`].join('\n');
  const results = content.flatMap((part) => (part.type === 'tool_call' ? [{ type: 'tool_result' as const, id: part.id, name: part.name, output: text, is_error: true }] : []));
  // Providers refuse an empty message.
  const said: Message[] = content.some((part) => part.type !== 'text' || part.text !== '') ? [{ role: 'assistant', content }] : [];
  return [...said, results.length > 0 ? { role: 'tool', content: results } : { role: 'user', content: [{ type: 'text', text }] }];
}
