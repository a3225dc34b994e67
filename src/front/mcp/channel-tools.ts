import type { Tool } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { Refusal, toRefusalWire } from '../../errors.js';
import { hasScope, type Principal } from '../../identity/principal.js';
import type { Dispatcher, Outcome, ToolCall } from '../../operations/dispatcher.js';
import { findOperation } from '../../operations/registry.js';
import { withMsgId } from '../message-ids.js';
import { NOT_REPEATABLE } from './repeatable.js';

/** The op that each flat tool of the original stands for (reference: wire 3.5). */
const FLAT: Readonly<Record<string, { tool: string; op: string }>> = {
  publish_channel: { tool: 'channel', op: 'publish' },
  subscribe_channel: { tool: 'channel', op: 'subscribe' },
  peek_channel: { tool: 'channel', op: 'peek' },
  ack_channel: { tool: 'channel', op: 'ack' },
  list_channels: { tool: 'channeldef', op: 'list' },
};

const scopeId = z.string().optional().describe('With scope user: you; nobody else can be named');

export function isChannelTool(name: string): boolean {
  return Object.hasOwn(FLAT, name);
}

/** Those of the flat channel tools that a principal may call. */
export function channelToolsFor(principal: Principal): Tool[] {
  return Object.entries(FLAT)
    .filter(([, { tool, op }]) => hasScope(principal, findOperation(tool, op).requires))
    .map(([name, { tool, op }]) => {
      const { input, summary, readOnly, destructive, keyless } = findOperation(tool, op);
      const schema = z.toJSONSchema(input.omit({ op: true }).extend({ scope_id: scopeId }), { io: 'input', unrepresentable: 'any' });
      const { $schema: _dialect, ...inputSchema } = schema;
      return {
        name,
        description: `${summary}.`,
        inputSchema: inputSchema as Tool['inputSchema'],
        annotations: { readOnlyHint: readOnly, destructiveHint: destructive, openWorldHint: false },
        _meta: { [NOT_REPEATABLE]: keyless ? [op] : [] },
      };
    });
}

/** Calls the op behind a flat tool, as the routes do. */
export function callChannelTool(dispatcher: Dispatcher, call: ToolCall, done: (outcome: Outcome) => void): void {
  const { tool, op } = FLAT[call.tool]!;
  const { scope_id: named, ...input } = call.input;
  if (named !== undefined && named !== '' && (input.scope !== 'user' || named !== call.principal.subject)) {
    const refusal = new Refusal('channel_not_declared', `scope_id ${JSON.stringify(named)} is not you: a channel of scope user is one's own`, { scope_id: named });
    return done({ ok: false, refusal: toRefusalWire(refusal) });
  }
  dispatcher.dispatch({ ...call, tool, input: { ...input, op } }, (outcome) =>
    done(outcome.ok ? { ok: true, json: withMsgId(op, outcome.json) } : outcome),
  );
}
