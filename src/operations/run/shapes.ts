import { z } from 'zod';

// What a run is begun with (reference: wire 1.2.1) and what is told of runs (1.2.3).

/** Runs that one call may begin. */
export const MAX_SPAWNS = 32;

const ident = z.string().regex(/^[A-Za-z0-9_-]{1,128}$/, 'takes letters, digits, _ and -, 1 to 128 of them');
const sampling = z.strictObject({
  temperature: z.number().min(0).max(2).optional(),
  top_p: z.number().min(0).max(1).optional(),
  top_k: z.int().min(1).optional(),
  frequency_penalty: z.number().min(-2).max(2).optional(),
  presence_penalty: z.number().min(-2).max(2).optional(),
  seed: z.int().optional(),
  stop: z.array(z.string()).max(8).optional(),
});
const budget = z.strictObject({
  tokens: z.int().min(1).optional(),
  cost_usd: z.number().positive().optional(),
  wall_seconds: z.number().positive().optional(),
});
const segment = z.strictObject({
  role: z.enum(['system', 'user']),
  content: z
    .array(
      z.strictObject({
        type: z.enum(['trusted-text', 'untrusted-block']),
        text: z.string(),
        cacheable: z.boolean().optional(),
        kind: z.string().max(64).optional().describe('What an untrusted block is, as web-page or webhook_payload'),
      }),
    )
    .min(1),
});

/** What can be said of a turn: of a new run and of one that takes a session further. */
export const turn = {
  prompt: z.string().min(1).optional().describe('The input as text; segments say more'),
  segments: z.array(segment).max(64).optional().describe('The input in pieces, each trusted or not; goes before prompt'),
  agent_id: ident.optional().describe('A handle of your own for the run; no live run may have it'),
  allowed_tools: z.array(z.string()).optional().describe("Of the agent's tools these only"),
  allowed_hosts: z.array(z.string()).nullable().optional().describe("Of the agent's hosts these only; [] is none"),
  user_tier: z.string().max(64).optional(),
  user_bearer: z.string().regex(/^[A-Za-z0-9._\-+/=]{16,512}$/, 'takes 16 to 512 characters of A-Z a-z 0-9 . _ - + / =').optional().describe('For the MCP servers of the agent; never kept'),
  user_credentials: z.record(z.string().regex(/^[A-Za-z0-9_-]{1,64}$/), z.string()).optional().describe('For the MCP servers of the agent; never kept'),
  parent_context: z
    .strictObject({ root_agent_run_id: z.string().max(256).optional(), function_key: z.string().max(256).optional(), tier_at_run: z.string().max(256).optional() })
    .optional()
    .describe('Yours: comes back with the run'),
  metadata: z.record(z.string(), z.unknown()).optional().describe('What the model is told of the run, as trusted'),
  run_timeout_seconds: z.number().positive().max(7 * 86_400).optional(),
  interactive: z.boolean().optional().describe('Waits for input where it would end, and outlives its client'),
  sampling: sampling.optional().describe('Goes before what the agent says, key by key'),
  max_iterations: z.int().min(1).optional(),
  budget: budget.optional().describe('The run and all that it begins end when this is used up'),
};

export const spawn = {
  agent: ident.optional().describe('Name of the agent; of a session its own without it'),
  def_id: z.string().max(128).optional().describe('A version of the agent; the active one without it'),
  session_id: ident.optional().describe('A session to take further; a new one without it'),
  ...turn,
};

export const spawnInput = z.strictObject(spawn);
export type SpawnInput = z.output<typeof spawnInput>;

export const usage = z.object({
  input_tokens: z.int(),
  output_tokens: z.int(),
  cache_creation_input_tokens: z.int(),
  cache_read_input_tokens: z.int(),
  cost_usd: z.number(),
  turns: z.int(),
  provider: z.string().optional(),
  model: z.string().optional(),
});

export const status = z.enum(['running', 'completed', 'failed', 'cancelled']);

/** A run as its user sees it. Times are RFC 3339. */
export const runStatus = z.object({
  run_id: z.string(),
  agent_id: z.string(),
  session_id: z.string(),
  agent: z.string(),
  user_id: z.string(),
  parent_run_id: z.string().nullable(),
  parent_agent_id: z.string().nullable(),
  root_run_id: z.string(),
  status,
  stop_reason: z.string().optional(),
  error: z.string().optional(),
  final_text: z.string().optional(),
  started_at: z.string(),
  completed_at: z.string().optional(),
  usage,
  live: z.boolean(),
  interactive: z.boolean(),
  awaited_state: z.string().optional().describe('input, interrupted or children'),
  awaited_on: z.string().optional().describe('Id of the question'),
  parent_context: z.record(z.string(), z.string()).optional(),
});
/** A change of state, as the stream of them has it. */
export const runState = z.object({
  seq: z.int().describe('Its place in your log'),
  run_id: z.string(),
  agent_id: z.string(),
  session_id: z.string(),
  agent_name: z.string(),
  parent_run_id: z.string().nullable(),
  status,
  stop_reason: z.string().nullable(),
  awaited: z.object({ state: z.enum(['input', 'interrupted', 'children']), on: z.string().optional() }).nullable().describe('What it waits for'),
});
export type RunState = z.output<typeof runState>;
export type RunStatusOut = z.output<typeof runStatus>;

export const runResult = z.object({
  agent_id: z.string().optional(),
  run_id: z.string().optional(),
  session_id: z.string().optional(),
  status: z.enum(['completed', 'failed', 'cancelled', 'timeout', 'refused']),
  stop_reason: z.string().optional(),
  final_text: z.string().optional(),
  usage: usage.optional(),
  error: z.string().optional(),
  reason: z.string().optional().describe('Why a run was refused'),
  parent_context: z.record(z.string(), z.string()).optional(),
});
export type RunResult = z.output<typeof runResult>;

export const interrupt = z.object({
  interrupt_id: z.string(),
  run_id: z.string(),
  kind: z.enum(['question', 'notice']),
  status: z.enum(['pending', 'resolved', 'timed_out', 'cancelled', 'delivered']),
  question: z.string(),
  options: z.array(z.string()),
  context_data: z.unknown().optional(),
  priority: z.enum(['low', 'normal', 'high']),
  answer: z.string().nullable(),
  resolved_by: z.string().nullable(),
  created_at: z.number(),
  expires_at: z.number().nullable(),
  resolved_at: z.number().nullable(),
  agent_id: z.string(),
  agent_name: z.string(),
});
