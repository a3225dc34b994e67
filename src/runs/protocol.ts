import type { ChannelAcl } from '../channels/acl.js';
import type { McpServerDefinition } from '../definitions/mcp-server-definition.js';
import type { RefusalWire } from '../errors.js';
import type { RunRow } from './types.js';

/** What a run carries that is never kept: it is gone after a restart. */
export interface RunSecrets {
  readonly user_bearer?: string;
  readonly user_credentials?: Readonly<Record<string, string>>;
}

/** A skill as an agent gets it. */
export interface RunSkill {
  readonly name: string;
  readonly description: string;
  readonly body: string;
}

/** What a run asks of the main thread, which knows as whom the run acts. */
export type RunCall =
  /** An operation of the store of runs, in the run's scope. */
  | { readonly to: 'store'; readonly op: string; readonly input: Record<string, unknown> }
  /** A tool of the registry, as the run's principal and agent. */
  | { readonly to: 'tool'; readonly tool: string; readonly input: Record<string, unknown>; readonly key: string; readonly channels: ChannelAcl }
  /** Begins a child, and answers with its row. */
  | { readonly to: 'spawn'; readonly spawn: ChildRequest }
  /** Gives the run's place among those at work back, or waits for one. */
  | { readonly to: 'slot'; readonly want: boolean }
  | { readonly to: 'skills' }
  | { readonly to: 'agents' }
  /** What is known of an MCP server, with its secrets. */
  | { readonly to: 'mcp_server'; readonly name: string };

export interface ChildRequest {
  readonly agent: string;
  readonly def_id?: string | undefined;
  readonly prompt: string;
  readonly untrusted: boolean;
  /** The tool call that begins it, and which of its children this is. */
  readonly call: string;
}

export type ToRunWorker =
  | { type: 'start'; run_id: string; has_slot: boolean; resumed: boolean; secrets: RunSecrets }
  | { type: 'cancel'; run_id: string; reason: string }
  /** Something was said to the run: it waits in the run's file. */
  | { type: 'input'; run_id: string }
  | { type: 'compact'; run_id: string; id: number }
  /** Asks an MCP server for its tools. */
  | { type: 'discover'; id: number; server: McpServerDefinition; secrets: RunSecrets }
  /** What was kept of the tools of MCP servers of this name holds no more. */
  | { type: 'relist'; server: string }
  /** A question of the run has been answered, or need not be any more. */
  | { type: 'interrupt'; run_id: string; interrupt_id: string }
  | { type: 'answer'; id: number; ok: true; json: string }
  | { type: 'answer'; id: number; ok: false; refusal: RefusalWire }
  | { type: 'stop' };

export type FromRunWorker =
  | { type: 'call'; id: number; run_id: string; call: RunCall }
  | { type: 'ended'; run: RunRow }
  /** The run could not be kept going: it stays as it is in its file, and is taken up at the next start. */
  | { type: 'lost'; run_id: string; error: string }
  /** What came of a `compact` or `discover`. */
  | { type: 'asked'; id: number; ok: true; result: Compacted | Discovered }
  | { type: 'asked'; id: number; ok: false; refusal: RefusalWire };

/** An input is kept, and will be heard. */
export interface InputTaken {
  readonly run_id: string;
  readonly delivered: true;
}

export interface Compacted {
  readonly run_id: string;
  readonly compacted: boolean;
  readonly before_tokens: number;
  readonly after_tokens: number;
  /** `live` where the run goes on with the summary. */
  readonly applied: 'live' | 'noop';
}

export interface DiscoveredTool {
  /** As agents list it. */
  readonly name: string;
  readonly tool: string;
  readonly description: string;
  readonly input_schema: Readonly<Record<string, unknown>>;
  readonly read_only: boolean;
  readonly idempotent: boolean;
}

/** What an MCP server offers at a moment. */
export interface Discovered {
  /** Those that agents may have. */
  readonly tools: readonly DiscoveredTool[];
  /** Names of others, where they are the caller's to know. */
  readonly withheld: readonly string[];
  readonly truncated: boolean;
}

/** What tells on the port of a worker where its runs ask the main thread. */
export interface RunHost {
  call<Result>(runId: string, call: RunCall): Promise<Result>;
}
