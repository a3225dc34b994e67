import { Refusal } from '../errors.js';
import type { ToolCallPart, ToolResultPart } from '../models/model.js';
import { atMost } from './at-most.js';
import type { RunTool, ToolOutput, ToolRun } from './tools/tool.js';
import type { Trifecta } from './tools/trifecta.js';
import type { Recorder } from './recorder.js';
import type { CallRecord } from '../runs/types.js';

/** Calls of one turn that are under way at once (reference: tools 13.4). */
const AT_ONCE = 8;
/** Longest answer of a tool, in characters; what is longer is cut, and says so. */
const MAX_OUTPUT = 200_000;

export interface CallsContext {
  readonly tools: ReadonlyMap<string, RunTool>;
  readonly run: ToolRun;
  readonly trifecta: Trifecta;
  readonly recorder: Recorder;
  /** Number of the turn: with the id of a call it names the call in its run. */
  readonly turn: number;
  /** Calls that had begun before the run was taken up again. */
  readonly before: readonly CallRecord[];
  /** A call that waits gives its place up: how many are at work shows when the run has to. */
  atWork(change: 1 | -1): void;
}

/**
 * Makes the tool calls of a turn. What has an answer already keeps it; what may have run before and cannot be made
 * again is not: its answer tells the model so.
 *
 * @returns the results in the order of the calls. The last that came is not kept yet: the message of all of them is to follow.
 */
export async function makeCalls(calls: readonly ToolCallPart[], context: CallsContext): Promise<ToolResultPart[]> {
  const results = new Map<string, ToolResultPart>();
  const { before, recorder } = context;
  for (const { id, result } of before) if (result) results.set(id, result);
  const open = calls.filter(({ id }) => !results.has(id));
  let left = open.length;
  await atMost(AT_ONCE, open, async (call) => {
    const result = await makeCall(call, context);
    results.set(call.id, result);
    const { id, name, output: text, is_error, untrusted } = result;
    recorder.tell({ type: 'tool_result', tool_use: { id, name }, text, is_error, ...(untrusted ? { untrusted } : {}) });
    left -= 1;
    if (left > 0) await recorder.record({ calls: [{ id, result }] });
  });
  return calls.map(({ id }) => results.get(id)!);
}

async function makeCall(call: ToolCallPart, { tools, run, trifecta, recorder, turn, before, atWork }: CallsContext): Promise<ToolResultPart> {
  const { id, name, input } = call;
  const tool = tools.get(name);
  const begun = before.some((each) => each.id === id);
  if (!begun) recorder.tell({ type: 'tool_call', tool_use: { id, name, input } });
  const result = (output: ToolOutput): ToolResultPart => ({ type: 'tool_result', id, name, ...output, output: cut(output.output) });
  if (!tool) return result(failed(`you have no tool ${name}; you have ${[...tools.keys()].join(', ') || 'none'}`));
  atWork(1);
  try {
    if (!tool.repeatable(input)) {
      if (begun) return result(failed('the runtime stopped while this call was under way: it may have taken effect. Look before you make it again'));
      // Durable before it begins: after a restart it is known that it may have run.
      await recorder.record({ calls: [{ id, result: null }] });
    }
    const legs = tool.legs(input);
    trifecta.require(legs);
    trifecta.add(legs);
    const output = await tool.execute({ id: `${turn}:${id}`, input }, run);
    if (output.untrusted) trifecta.add(['untrusted']);
    return result(output);
  } catch (error) {
    // What ends the run, or is a defect, is not for the model.
    if (!(error instanceof Refusal) || run.signal.aborted) throw error;
    const { reason, message, data } = error;
    return result(failed(JSON.stringify({ error: message, reason, ...(data === undefined ? {} : { data }) })));
  } finally {
    atWork(-1);
  }
}

function failed(output: string): ToolOutput {
  return { output, is_error: true };
}

function cut(text: string): string {
  if (text.length <= MAX_OUTPUT) return text;
  return `${text.slice(0, MAX_OUTPUT)}\n[cut: ${text.length - MAX_OUTPUT} of ${text.length} characters are left out; ask for less at once]`;
}
