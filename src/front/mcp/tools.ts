import type { CallToolResult, Tool } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import type { RefusalWire } from '../../errors.js';
import { hasScope, type Principal } from '../../identity/principal.js';
import type { Outcome } from '../../operations/dispatcher.js';
import type { Operation } from '../../operations/operation.js';
import { operationsOf } from '../../operations/registry.js';
import { toolTitle } from '../http-error.js';
import { NOT_REPEATABLE } from './repeatable.js';
import { EVERYTHING, type Profile } from './profiles.js';

type JsonSchema = Record<string, unknown>;

/** The tools of a profile that a principal may call, with the ops of them that it may call. */
export function toolsFor(principal: Principal, profile: Profile = EVERYTHING): Tool[] {
  const tools = profile.tools.flatMap((tool) => {
    const operations = operationsOf(tool).filter(({ requires }) => hasScope(principal, requires));
    return operations.length === 0 ? [] : [describe(tool, operations)];
  });
  return [...tools, ...profile.flat.listFor(principal)];
}

const described = new Map<string, Tool>();

function describe(tool: string, operations: readonly Operation[]): Tool {
  const key = [tool, ...operations.map(({ op }) => op)].join(' ');
  let description = described.get(key);
  if (!description) {
    description = {
      name: tool,
      title: toolTitle(tool),
      description: operations.map((each) => `${each.op}: ${each.summary}.`).join('\n'),
      inputSchema: inputSchema(operations),
      annotations: {
        title: toolTitle(tool),
        readOnlyHint: operations.every((each) => each.readOnly),
        destructiveHint: operations.some((each) => each.destructive),
        openWorldHint: false,
      },
      _meta: { [NOT_REPEATABLE]: operations.filter(({ keyless }) => keyless).map(({ op }) => op) },
    };
    described.set(key, description);
  }
  return description;
}

/** One flat schema for all ops of a tool: every property says which ops take it, and which need it. */
function inputSchema(operations: readonly Operation[]): Tool['inputSchema'] {
  const properties: Record<string, JsonSchema> = {
    op: { type: 'string', enum: operations.map((operation) => operation.op) },
  };
  const users = new Map<string, string[]>();
  for (const { op, input } of operations) {
    const schema = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as {
      properties: Record<string, JsonSchema>;
      required?: string[];
    };
    for (const [name, property] of Object.entries(schema.properties)) {
      if (name === 'op') continue;
      properties[name] ??= property;
      const mark = schema.required?.includes(name) ? `${op} (required)` : op;
      users.set(name, [...(users.get(name) ?? []), mark]);
    }
  }
  for (const [name, ops] of users) {
    const { description, ...property } = properties[name]!;
    const forOps = ops.length === operations.length ? '' : `For ${ops.join(', ')}.`;
    properties[name] = { ...property, description: [description, forOps].filter(Boolean).join('. ') };
  }
  return { type: 'object', properties, required: ['op'] };
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
