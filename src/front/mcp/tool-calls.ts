import { ErrorCode, McpError, type CallToolResult, type CallToolRequestParams } from '@modelcontextprotocol/sdk/types.js';
import type { Dispatcher, Outcome, ToolCall } from '../../operations/dispatcher.js';
import type { Interrupt } from '../../runs/interrupts.js';
import { idempotencyKeyOf } from '../tool-routes.js';
import { ForbiddenTool, mayKnow } from './classification.js';
import type { CallContext } from './methods.js';
import { nextAfter } from './next.js';
import type { Profile } from './profiles.js';
import { putQuestion } from './run-questions.js';
import { toolResult } from './tools.js';

/** Milliseconds after which a call that waits shows that it still does. */
const HEARTBEAT_MS = 5000;

/** Calls a tool. @throws ForbiddenTool for one that is hidden from the caller, before McpError for one that there is not */
export async function callTool(
  dispatcher: Dispatcher,
  { name: tool, arguments: input = {} }: CallToolRequestParams,
  context: CallContext,
): Promise<CallToolResult> {
  if (!mayKnow(context.principal, tool)) throw new ForbiddenTool(tool);
  const { principal, exchange, session, whenGone } = context;
  const flat = session.profile.flat.find(tool);
  if (!flat && !session.profile.tools.includes(tool)) throw unknownTool(tool, session.profile);
  const begun = performance.now();
  const heartbeat = beat(input, context);
  const outcome = await new Promise<Outcome>((resolve) => {
    const asks = session.asking.canElicit ? { ask: (question: Interrupt, over: AbortSignal) => putQuestion(session.asking, context, question, over) } : {};
    // The answer to a cancelled call has nobody left to go to; the beat must not outlive it.
    whenGone(() => clearInterval(heartbeat));
    const call: ToolCall = { principal, transport: 'mcp', tool, input, idempotencyKey: idempotencyKeyOf(exchange), whenGone, ...asks };
    if (flat) flat.call(dispatcher, call, resolve);
    else dispatcher.dispatch(call, resolve);
  });
  clearInterval(heartbeat);
  const which = { tool, ...(typeof input.op === 'string' ? { op: input.op } : {}) };
  if (outcome.ok) session.say('debug', { ...which, ms: Math.round(performance.now() - begun) });
  else session.say(outcome.refusal.reason === 'internal' ? 'error' : 'warning', { ...which, reason: outcome.refusal.reason, error: outcome.refusal.error });
  return toolResult(tool, outcome, flat ? flat.nextAfter(outcome) : nextAfter(tool, outcome));
}

function unknownTool(tool: string, { name, flat }: Profile): McpError {
  const where = name === '' ? '' : ` in the profile ${name}, which has ${flat.names.join(', ')}`;
  return new McpError(ErrorCode.MethodNotFound, `unknown tool: ${tool}${where}`, { next: 'tools/list names the tools that there are for you' });
}

/** Progress of a call that waits for messages: how many of its milliseconds it has waited. */
function beat(input: Record<string, unknown>, { progressToken, sendNotification }: CallContext): NodeJS.Timeout | undefined {
  const { wait_ms: total } = input;
  if (progressToken === undefined || typeof total !== 'number' || total <= 0) return undefined;
  const begun = performance.now();
  const tell = (progress: number): void => {
    // Refused only where the call is over: then nobody is there to be told.
    sendNotification({ method: 'notifications/progress', params: { progressToken, progress, total, message: 'waiting' } }).catch(() => undefined);
  };
  tell(0);
  return setInterval(() => tell(Math.round(performance.now() - begun)), HEARTBEAT_MS);
}
