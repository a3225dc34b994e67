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
  const heartbeat = new Heartbeat(input, context);
  const outcome = await new Promise<Outcome>((resolve) => {
    const asks = session.asking.canElicit ? { ask: (question: Interrupt, over: AbortSignal) => putQuestion(session.asking, context, question, over) } : {};
    // The answer to a cancelled call has nobody left to go to; the beat must not outlive it.
    whenGone(() => heartbeat.stop());
    const call: ToolCall = { principal, transport: 'mcp', tool, input, idempotencyKey: idempotencyKeyOf(exchange), whenGone, tell: (news) => heartbeat.tell(news), ...asks };
    if (flat) flat.call(dispatcher, call, resolve);
    else dispatcher.dispatch(call, resolve);
  });
  heartbeat.stop();
  const which = { tool, ...(typeof input.op === 'string' ? { op: input.op } : {}) };
  if (outcome.ok) session.say('debug', { ...which, ms: Math.round(performance.now() - begun) });
  else session.say(outcome.refusal.reason === 'internal' ? 'error' : 'warning', { ...which, reason: outcome.refusal.reason, error: outcome.refusal.error });
  return toolResult(tool, outcome, flat ? flat.nextAfter(outcome) : nextAfter(tool, outcome));
}

function unknownTool(tool: string, { name, flat }: Profile): McpError {
  const where = name === '' ? '' : ` in the profile ${name}, which has ${flat.names.join(', ')}`;
  return new McpError(ErrorCode.MethodNotFound, `unknown tool: ${tool}${where}`, { next: 'tools/list names the tools that there are for you' });
}

/** Progress of a call that takes its time: how many milliseconds it has taken, of how many where that is said. */
class Heartbeat {
  private readonly begun = performance.now();
  private readonly total: number | undefined;
  private readonly timer: NodeJS.Timeout | undefined;
  private progress = -1;

  constructor(
    { wait_ms, timeout_ms = wait_ms }: Record<string, unknown>,
    private readonly context: CallContext,
  ) {
    if (context.progressToken === undefined) return;
    this.total = typeof timeout_ms === 'number' && timeout_ms > 0 ? timeout_ms : undefined;
    if (typeof wait_ms === 'number' && wait_ms > 0) this.tell('waiting');
    this.timer = setInterval(() => this.tell('waiting'), HEARTBEAT_MS);
  }

  tell(message: string): void {
    const { progressToken, sendNotification } = this.context;
    if (progressToken === undefined) return;
    // It has to grow, though two things may be told in one millisecond.
    this.progress = Math.max(this.progress + 1, Math.round(performance.now() - this.begun));
    const { total, progress } = this;
    const params = { progressToken, progress, ...(total === undefined ? {} : { total }), message };
    // Refused only where the call is over: then nobody is there to be told.
    sendNotification({ method: 'notifications/progress', params }).catch(() => undefined);
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
