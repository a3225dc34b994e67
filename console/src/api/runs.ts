import { post, request } from './client.js';

/** Wire shapes of `/v1/runs`, `/v1/sessions`, `/v1/users/{me}/agents` and `/v1/users/{me}/interrupts`. */

export interface AgentName {
  readonly name: string;
  readonly description: string;
  /** Null where the name stands for nothing that can be used. */
  readonly source: string | null;
  /** Events wake it, and nobody runs it. */
  readonly resident: boolean;
}

export type RunStatus = 'running' | 'completed' | 'failed' | 'cancelled';

export interface Usage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly cost_usd: number;
  readonly turns: number;
  readonly provider?: string;
  readonly model?: string;
}

export interface Run {
  readonly run_id: string;
  readonly agent_id: string;
  readonly session_id: string;
  readonly agent: string;
  readonly parent_run_id: string | null;
  readonly status: RunStatus;
  readonly stop_reason?: string;
  readonly error?: string;
  readonly final_text?: string;
  /** RFC 3339. */
  readonly started_at: string;
  readonly completed_at?: string;
  readonly usage: Usage;
  readonly interactive: boolean;
  /** What a running one waits for: input, interrupted (a question) or children. */
  readonly awaited_state?: string;
}

export interface Part {
  readonly type: 'text' | 'thinking' | 'tool_call' | 'tool_result';
  readonly text?: string;
  readonly id?: string;
  readonly name?: string;
  readonly input?: unknown;
  readonly output?: string;
  readonly is_error?: boolean;
}

export interface StoredMessage {
  readonly n: number;
  readonly run_id: string;
  readonly kind: 'message' | 'steer' | 'summary';
  readonly message: { readonly role: 'user' | 'assistant' | 'tool'; readonly content: readonly Part[] };
}

export interface Transcript {
  readonly session: { readonly id: string; readonly agent: string };
  /** Oldest first. */
  readonly messages: readonly StoredMessage[];
  readonly runs: readonly Run[];
}

export interface Interrupt {
  readonly interrupt_id: string;
  readonly run_id: string;
  readonly question: string;
  /** The answers that are taken; empty where any is. */
  readonly options: readonly string[];
  readonly context_data?: unknown;
  readonly priority: 'low' | 'normal' | 'high';
  readonly agent_name: string;
  /** Unix nanoseconds. */
  readonly created_at: number;
  readonly expires_at: number | null;
}

const user = (subject: string): string => `/v1/users/${encodeURIComponent(subject)}`;

/** Those that can be run. */
export async function listAgents(signal?: AbortSignal): Promise<AgentName[]> {
  const { names } = await request<{ names: AgentName[] }>('/v1/_agentdef/names', { signal });
  return names.filter(({ source, resident }) => source !== null && !resident);
}

/** The runs of a user, newest first, without those that runs began. */
export async function listRuns(subject: string, signal?: AbortSignal): Promise<Run[]> {
  const { agents } = await request<{ agents: Run[] }>(`${user(subject)}/agents?status=all`, { signal });
  return agents.filter((run) => run.parent_run_id === null);
}

/** The questions that wait for the user, newest first. */
export async function listInterrupts(subject: string, signal?: AbortSignal): Promise<Interrupt[]> {
  return (await request<{ interrupts: Interrupt[] }>(`${user(subject)}/interrupts`, { signal })).interrupts;
}

export const getRun = (id: string, signal?: AbortSignal) => post<Run>('/v1/_run', { op: 'get', run_id: id }, signal);

export const getTranscript = (sessionId: string, signal?: AbortSignal) =>
  request<Transcript>(`/v1/sessions/${encodeURIComponent(sessionId)}/transcript`, { signal });

export const cancelRun = (agentId: string) =>
  post<unknown>(`/v1/agents/${encodeURIComponent(agentId)}/cancel`, { reason: 'stopped in the console' });

/** Says something to a run that waits for input. */
export const sendInput = (runId: string, text: string) => post<unknown>(`/v1/runs/${encodeURIComponent(runId)}/input`, { text });

export const answerInterrupt = ({ run_id, interrupt_id }: Pick<Interrupt, 'run_id' | 'interrupt_id'>, answer: string) =>
  post<unknown>(`/v1/runs/${encodeURIComponent(run_id)}/interrupts/${encodeURIComponent(interrupt_id)}/resolve`, { answer });
