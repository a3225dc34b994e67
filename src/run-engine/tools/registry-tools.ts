import { z } from 'zod';
import { Refusal } from '../../errors.js';
import type { Operation } from '../../operations/operation.js';
import { findOperation, operationsOf } from '../../operations/registry.js';
import type { Leg, RunRow } from '../../runs/types.js';
import { json, type RunTool, type ToolCall } from './tool.js';

/** Tools of agents that are tools of the registry, by the name that agents know them by (reference: tools 2 to 9). */
const REGISTRY_TOOLS: Readonly<Record<string, string>> = {
  Document: 'document',
  Path: 'path',
  Memory: 'memory',
  Channel: 'channel',
  AgentDef: 'agentdef',
  SkillDef: 'skilldef',
  MCPServerDef: 'mcpserverdef',
};

/** Scopes of which the text is the user's own, or private to its agent. */
const PRIVATE = ['user', 'agent', 'run'];

type JsonSchema = Record<string, unknown>;

/** The tool of the registry that agents know by this name; undefined where there is none. */
export function registryTool(name: string, { definition }: RunRow): RunTool | undefined {
  const tool = REGISTRY_TOOLS[name];
  const operations = tool === undefined ? [] : operationsOf(tool).filter(({ internal }) => !internal);
  if (tool === undefined || operations.length === 0) return undefined;
  const find = (input: ToolCall['input']): Operation | undefined => operations.find(({ op }) => op === input.op);
  return {
    spec: {
      name,
      description: operations.map(({ op, summary }) => `${op}: ${summary}.`).join('\n'),
      input_schema: schemaOf(operations),
    },
    // Writes carry the key of their call: the second time they answer with what the first did.
    repeatable: (input) => find(input)?.keyless !== true,
    legs: (input) => legsOf(name, input),
    async execute({ id, input }, run) {
      findOperation(tool, input.op);
      if (name === 'Memory') requireScope(String(input.op), input.scope ?? 'agent', definition);
      const scoped = name === 'Memory' && input.scope === undefined ? { ...input, scope: 'agent' } : input;
      const result = await run.operation(tool, scoped, id);
      return { ...json(result), ...(isForeign(name, scoped) ? { untrusted: true } : {}) };
    },
  };
}

/** @throws Refusal `forbidden` where the agent's gates are closed for this scope (reference: wire 4.6). */
function requireScope(op: string, scope: unknown, { name, memory_scopes: memory, sql_scopes: sql }: RunRow['definition']): void {
  const [gate, open] = op.startsWith('sql_') ? (['sql_scopes', sql] as const) : (['memory_scopes', memory] as const);
  if (open.includes(String(scope))) return;
  throw new Refusal('forbidden', `the agent ${name} may not use Memory of scope ${JSON.stringify(scope)}: its ${gate} has ${open.join(', ') || 'none'}`, { scope, [gate]: open });
}

function legsOf(name: string, input: ToolCall['input']): Leg[] {
  if (reachesOut(name, input)) return ['untrusted', 'outward'];
  const { scope = 'user' } = input;
  if (name === 'Channel') return [];
  if (!['Document', 'Path', 'Memory'].includes(name)) return [];
  return PRIVATE.includes(String(scope)) ? ['private'] : ['untrusted'];
}

/** What others of the tenant wrote, or published: nobody vouches for it. */
function isForeign(name: string, input: ToolCall['input']): boolean {
  if (reachesOut(name, input)) return true;
  const { scope, op } = input;
  if (name === 'Channel') return op !== 'publish';
  return ['Document', 'Path', 'Memory'].includes(name) && scope === 'tenant';
}

/** It sends a request to a server that somebody defined, and tells what that says of itself. */
function reachesOut(name: string, { op }: ToolCall['input']): boolean {
  return name === 'MCPServerDef' && op === 'rediscover';
}

const schemas = new Map<string, JsonSchema>();

/** One object for all ops: a property that ops take in different forms lists them. */
function schemaOf(operations: readonly Operation[]): JsonSchema {
  const key = operations[0]!.tool;
  const known = schemas.get(key);
  if (known) return known;
  const forms = new Map<string, { form: JsonSchema; ops: string[] }[]>();
  for (const { op, input } of operations) {
    const { properties = {}, required = [] } = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as { properties?: Record<string, JsonSchema>; required?: string[] };
    for (const [name, form] of Object.entries(properties)) {
      if (name === 'op' || name === 'idempotency_key') continue;
      const mark = required.includes(name) ? `${op} (required)` : op;
      const others = forms.get(name) ?? [];
      const same = others.find((each) => JSON.stringify(each.form) === JSON.stringify(form));
      if (same) same.ops.push(mark);
      else others.push({ form, ops: [mark] });
      forms.set(name, others);
    }
  }
  const properties: Record<string, JsonSchema> = { op: { type: 'string', enum: operations.map(({ op }) => op) } };
  for (const [name, all] of forms) {
    const described = all.map(({ form, ops }) => {
      const { description, ...rest } = form;
      const whose = ops.length === operations.length ? '' : `For ${ops.join(', ')}.`;
      return { ...rest, description: [description, whose].filter(Boolean).join('. ') };
    });
    properties[name] = described.length === 1 ? described[0]! : { anyOf: described };
  }
  const schema = { type: 'object', properties, required: ['op'] };
  schemas.set(key, schema);
  return schema;
}
