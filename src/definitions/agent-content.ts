import { z } from 'zod';
import { DEFINITION_NAME } from './kinds.js';

const text = z.string().min(1).max(256);
const count = z.int().min(1);
/** The name of a tool; with `*` at its end, of all that begin so: `mcp__github__*`. */
export const toolName = z.string().regex(/^[A-Za-z0-9_-]{1,128}\*?$/, 'takes letters, digits, _ and -, and * at its end');
const names = z.array(z.string().regex(DEFINITION_NAME, 'takes letters, digits, _ and -')).max(512);

/** A name, a prefix and `/*`, or `*`. */
export const aclEntry = z.string().regex(/^(\*|[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*(\/\*)?)$/, 'a name, a prefix and /*, or *');

const grant = z.string().regex(/^(self|descendants|any|named:[A-Za-z0-9_-]{1,128})$/, 'self, descendants, any, or named:<name>');
const grants = z.array(grant).max(128);
const otherGrants = z.array(grant.refine((each) => each !== 'self', 'descendants, any, or named:<name>')).max(128);

const HOST = /^(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:[1-9]\d{0,4})?$|^\[[0-9a-f:.]+\](:[1-9]\d{0,4})?$/;

export const sampling = z.strictObject({
  temperature: z.number().min(0).max(2).optional(),
  top_p: z.number().min(0).max(1).optional(),
  top_k: count.optional(),
  frequency_penalty: z.number().min(-2).max(2).optional(),
  presence_penalty: z.number().min(-2).max(2).optional(),
  seed: z.int().optional(),
  stop: z.array(text).max(8).optional(),
});

export const budget = z.strictObject({
  tokens: count.optional(),
  cost_usd: z.number().positive().optional(),
  wall_seconds: z.number().positive().optional(),
});

export const interruption = z.strictObject({
  enabled: z.boolean(),
  kinds: z.array(text).max(16).optional(),
  max_pending: count.optional(),
});

/** What a definition may say of an agent (reference: tools 9, wire 4.6). What stands in the configuration alone is not here. */
export const agentShape = {
  provider: text.optional().describe('Provider of its model, with `model`'),
  model: text.optional().describe('Its model: a name, or an alias; not together with `tier`'),
  tier: text.optional().describe('Which sort of model it takes, by the tiers of the configuration; not together with `model`'),
  effort: z.enum(['', 'low', 'medium', 'high']).optional().describe('How hard its model thinks'),
  sampling: sampling.optional().describe('`temperature`, `top_p`, `top_k`, `frequency_penalty`, `presence_penalty`, `seed`, `stop`'),
  max_tokens: count.optional().describe('Longest answer of its model, in tokens'),
  allowed_tools: z.array(toolName).max(512).optional().describe('The tools that it has, and no others; `mcp__github__*` are all of a server. None without it'),
  skills: names.optional().describe('Skills that it can read'),
  max_iterations: count.max(10_000).optional().describe('Turns of its model in a run'),
  unbounded_iterations: z.boolean().optional().describe('Any number of turns: only a budget ends it'),
  max_concurrent_children: count.max(32).optional().describe('Agents that it may have at work at the same time'),
  run_timeout_seconds: z.number().positive().optional().describe('A run ends after it'),
  budget: budget.optional().describe('What a run uses up at most, its children too: `tokens`, `cost_usd`, `wall_seconds`'),
  memory_scopes: z.array(z.enum(['user', 'agent', 'tenant'])).optional().describe('Storage that it may name: none without it'),
  channels: z
    .strictObject({ publish: z.array(aclEntry).max(512).default([]), subscribe: z.array(aclEntry).max(512).default([]) })
    .optional()
    .describe('Channels that it may use, as `{publish: […], subscribe: […]}`: names, `prefix/*` for all below, or `*`; none without it'),
  agent_def_scopes: grants.optional().describe('Agents that it may define: `self`, `descendants`, `any`, `named:<name>`; none without it'),
  skill_def_scopes: otherGrants.optional().describe('Skills that it may define: `descendants`, `any`, `named:<name>`'),
  mcp_server_def_scopes: otherGrants.optional().describe('MCP servers that it may define, likewise'),
  interruption: interruption.optional().describe('Whether it may ask people, as `{enabled, kinds?, max_pending?}`'),
  allowed_hosts: z.array(z.string().regex(HOST, 'a host in lower case, or *. and a host; with a port where that is not 80 or 443')).max(512).optional().describe('Hosts whose pages it may read, at ports 80 and 443; `*.example.org` stands for any subdomain, `example.org:8080` for another port'),
};

/** What only the configuration says of an agent, or what of the original this runtime does not have. */
const REFUSED: Readonly<Record<string, string>> = {
  allow_trifecta: 'only the operator allows it, in the configuration',
  code_module: 'code comes only from the operator, in the configuration or a bundle',
  code_body: 'code comes only from the operator, in the configuration or a bundle',
  code: 'code comes only from the operator, in the configuration or a bundle',
  sql_scopes: 'only the configuration gives access to SQL',
};

export const agentContent = z.strictObject(
  { ...agentShape, system_prompt: z.string().optional().describe('What it is told before everything else'), description: z.string().optional().describe('For people, and for agents that may call it') },
  {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined;
      return issue.keys.map((key) => `${key}: ${REFUSED[key] ?? 'there is no such key of a definition'}`).join('; ');
    },
  },
);

export type AgentContent = z.output<typeof agentContent>;

/** Why a model cannot be told by what is said; undefined where it can. */
export function modelProblem({ model, tier, provider }: Pick<AgentContent, 'model' | 'tier' | 'provider'>): string | undefined {
  if (model !== undefined && tier !== undefined) return 'model and tier exclude each other: say one of them';
  return provider !== undefined && model === undefined ? 'provider needs a model' : undefined;
}
