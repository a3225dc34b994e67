import type { AgentDefinition, Budget, Sampling } from '../definitions/agent-definition.js';
import type { Principal } from '../identity/principal.js';
import type { Message, TextBlock, ToolResultPart, TurnEvent, Usage } from '../models/model.js';

/**
 * What an agent does that, all three in one run, lets whoever wrote the text that it reads carry private data
 * away: it reads private scopes, it takes text that nobody vouches for, it sends outward ("lethal trifecta",
 * S. Willison, 2025).
 */
export type Leg = 'private' | 'untrusted' | 'outward';

export type RunStatus = 'running' | 'completed' | 'failed' | 'cancelled';

export const STATUSES = ['running', 'completed', 'failed', 'cancelled'] as const satisfies readonly RunStatus[];

/** Why a run ended (reference: tools 13.4), beside what a model says. */
export type StopReason =
  | 'end_turn'
  | 'max_tokens'
  | 'stop_sequence'
  | 'max_iterations'
  | 'budget_tokens'
  | 'budget_cost'
  | 'timeout'
  | 'cancelled'
  | 'error';

/** Tokens and cost of a run without its children. */
export interface RunUsage extends Usage {
  /** US dollars, of the turns whose price is known. */
  readonly cost_usd: number;
  readonly turns: number;
  readonly provider?: string;
  readonly model?: string;
}

export const NO_USAGE: RunUsage = {
  input_tokens: 0,
  output_tokens: 0,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  cost_usd: 0,
  turns: 0,
};

/** What a client asks for with a run, beside its input: kept with the run. No secret is in it. */
export interface RunRequest {
  /** Goes on what the agent's system prompt says. */
  readonly system?: readonly TextBlock[];
  /** Of the agent's tools these only. */
  readonly allowed_tools?: readonly string[];
  /** Of the agent's hosts these only; absent: all of them. */
  readonly allowed_hosts?: readonly string[];
  readonly user_tier?: string;
  readonly parent_context?: Readonly<Record<string, string>>;
  /** From whoever began the run: the model reads it as trusted. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly run_timeout_seconds?: number;
  /** It waits for input where others would end, and outlives its client. */
  readonly interactive?: boolean;
  readonly sampling?: Sampling;
  readonly max_iterations?: number;
  readonly budget?: Budget;
}

export type Awaited = { readonly state: 'input' } | { readonly state: 'interrupted'; readonly on: string } | { readonly state: 'children' };

/** A run as its scope file keeps it. Times are unix nanoseconds. */
export interface RunRow {
  readonly run_id: string;
  readonly session_id: string;
  readonly agent_id: string;
  readonly agent: string;
  readonly parent_run_id: string | null;
  readonly parent_agent_id: string | null;
  readonly root_run_id: string;
  readonly depth: number;
  readonly status: RunStatus;
  readonly stop_reason: StopReason | null;
  readonly error: string | null;
  readonly final_text: string | null;
  readonly principal: Principal;
  readonly definition: AgentDefinition;
  readonly request: RunRequest;
  readonly awaited: Awaited | null;
  readonly usage: RunUsage;
  /** What it and those that it began did of the three; known when it has ended. */
  readonly legs: readonly Leg[];
  readonly first_seq: number;
  readonly created_at: number;
  readonly completed_at: number | null;
}

/** A new run, as it is put into the scope file. */
export interface NewRun {
  readonly run_id: string;
  /** Of the session that it takes further; a new session has an id that is not there yet. */
  readonly session_id: string;
  readonly new_session: boolean;
  readonly agent_id: string;
  readonly parent_run_id: string | null;
  readonly parent_call: string | null;
  readonly principal: Principal;
  readonly definition: AgentDefinition;
  readonly request: RunRequest;
  readonly input: readonly TextBlock[];
}

/** How a run of a tool call ended, or `null` while it is under way. */
export interface CallRecord {
  readonly id: string;
  readonly result: ToolResultPart | null;
}

/** A message of a session. */
export interface StoredMessage {
  readonly n: number;
  readonly run_id: string;
  readonly at: number;
  readonly kind: 'message' | 'steer' | 'summary';
  readonly message: Message;
}

/** Everything that a run needs to go on. */
export interface LoadedRun {
  readonly run: RunRow;
  readonly messages: readonly StoredMessage[];
  readonly calls: readonly CallRecord[];
  /** What all runs below it used and did, and what was done in earlier runs of its session. */
  readonly before: { readonly tokens: number; readonly cost_usd: number; readonly legs: readonly Leg[] };
}

/** An event of a run (reference: wire 1.2.2), the payload of its topic `runs/<id>`. */
export type RunEvent =
  | { readonly type: 'started'; readonly agent: string; readonly agent_id: string; readonly session_id: string; readonly parent_agent_id: string | null }
  | TurnEvent
  | { readonly type: 'tool_call'; readonly tool_use: { id: string; name: string; input: unknown } }
  | { readonly type: 'tool_result'; readonly tool_use: { id: string; name: string }; readonly text: string; readonly is_error: boolean; readonly untrusted?: boolean }
  | { readonly type: 'usage'; readonly usage: Usage & { model: string; provider: string; cost_usd: number | null; max_context_tokens?: number } }
  | { readonly type: 'steer'; readonly user_input: { text: string } }
  | { readonly type: 'awaiting_input'; readonly awaiting_input: { since_turn: number } }
  | { readonly type: 'interruption_pending'; readonly interruption: InterruptSummary }
  | { readonly type: 'spawn_child_started'; readonly spawn_child: { tool_use_id: string; index: number; agent: string; run_id: string } }
  | { readonly type: 'spawn_child_result'; readonly spawn_child: { tool_use_id: string; index: number; agent: string; run_id: string; ok: boolean; output?: string; error?: string } }
  | { readonly type: 'context_compaction'; readonly context_compaction: { summary: string; before_tokens: number; after_tokens: number; trigger: string } }
  /** The run was taken up again; the turn that was under way begins anew, and what came of it does not count. */
  | { readonly type: 'resumed' }
  | { readonly type: 'error'; readonly error: string }
  /** The last of every run. */
  | { readonly type: 'done'; readonly status: RunStatus; readonly stop_reason: StopReason; readonly usage: RunUsage };

export interface InterruptSummary {
  readonly interrupt_id: string;
  readonly kind: string;
  readonly question: string;
  readonly options: readonly string[];
  readonly context?: unknown;
  readonly priority: string;
  readonly expires_at?: number;
}

/** Topic of the events of one run, and of the changes of state of all. */
export function runTopic(runId: string): string {
  return `runs/${runId}`;
}
export const STATES_TOPIC = 'run-states';
