import type { CallToolResult, Tool } from '@modelcontextprotocol/sdk/types.js';
import type { RefusalWire } from '../../errors.js';
import { hasScope, type Principal } from '../../identity/principal.js';
import type { Outcome } from '../../operations/dispatcher.js';
import { operationsOf } from '../../operations/registry.js';
import { toolTitle } from '../http-error.js';
import { annotationsOf } from './annotations.js';
import { mayKnow } from './classification.js';
import { EVERYTHING, type Profile } from './profiles.js';
import { NOT_REPEATABLE } from './repeatable.js';
import { inputSchemaOf, outputSchemaOf } from './schemas.js';

const listed = new Map<string, readonly Tool[]>();

/**
 * The tools of a profile that a principal may call, with the ops of them that it may call. What is listed hangs on the
 * profile and the principal's scopes alone, of which there are few sets: each is made once.
 */
export function toolsFor(principal: Principal, profile: Profile = EVERYTHING): readonly Tool[] {
  const key = [profile.name, ...principal.scopes.toSorted()].join(' ');
  let tools = listed.get(key);
  if (!tools) {
    const flat = profile.flat.listFor(principal).filter(({ name }) => mayKnow(principal, name));
    tools = [...profile.tools.flatMap((tool) => toolFor(principal, tool)), ...flat];
    listed.set(key, tools);
  }
  return tools;
}

const described = new Map<string, Tool>();

/** Several sets of scopes show the same tool: it is kept by its ops, and not once a set. */
function toolFor(principal: Principal, tool: string): Tool[] {
  const operations = operationsOf(tool).filter(({ requires }) => hasScope(principal, requires));
  if (operations.length === 0 || !mayKnow(principal, tool)) return [];
  const key = [tool, ...operations.map(({ op }) => op)].join(' ');
  let description = described.get(key);
  if (!description) {
    const title = toolTitle(tool).replaceAll('_', ' ');
    description = {
      name: tool,
      title,
      description: operations.map((each) => `${each.op}: ${each.summary}.`).join('\n'),
      inputSchema: inputSchemaOf(operations),
      outputSchema: outputSchemaOf(operations),
      annotations: annotationsOf(title, operations),
      _meta: { [NOT_REPEATABLE]: operations.filter(({ keyless }) => keyless).map(({ op }) => op) },
    };
    described.set(key, description);
  }
  return [description];
}

/**
 * A tool's outcome as MCP shows it: text for models, the same as structured content for programs.
 *
 * @param next what to do after a refusal.
 */
export function toolResult(tool: string, outcome: Outcome, next?: string): CallToolResult {
  if (outcome.ok) {
    return {
      content: [{ type: 'text', text: outcome.json }],
      structuredContent: JSON.parse(outcome.json) as Record<string, unknown>,
    };
  }
  return refusalResult(tool, outcome.refusal, next);
}

function refusalResult(tool: string, { reason, error, data }: RefusalWire, next: string | undefined): CallToolResult {
  const structured = { reason, ...(data === undefined ? {} : { data }), ...(next === undefined ? {} : { next }) };
  return {
    isError: true,
    content: [
      { type: 'text', text: `${tool}: ${error}` },
      { type: 'text', text: JSON.stringify(structured) },
    ],
    structuredContent: { ...structured, error },
  };
}
