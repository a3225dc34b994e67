import type { ChannelAcl } from '../channels/acl.js';

/** How a model samples; what is left out the provider decides. */
export interface Sampling {
  readonly temperature?: number;
  readonly top_p?: number;
  readonly top_k?: number;
  readonly frequency_penalty?: number;
  readonly presence_penalty?: number;
  readonly seed?: number;
  readonly stop?: readonly string[];
}

/** What a run may use up at most; a child counts for its parent too. */
export interface Budget {
  /** Input and output tokens together. */
  readonly tokens?: number;
  readonly cost_usd?: number;
  readonly wall_seconds?: number;
}

/** Whose definitions an agent may change: `self`, `descendants`, `any` or `named:<name>`. */
export type DefinitionGrant = string;

/** An agent as a run needs it: from yaml, from a bundle, from a Markdown file or from `agentdef`. */
export interface AgentDefinition {
  readonly name: string;
  readonly description: string;
  /** Id of the version, where it was made with `agentdef`. */
  readonly def_id?: string;
  readonly version?: number;
  readonly content_sha256: string;

  readonly provider?: string;
  readonly model?: string;
  readonly tier?: string;
  readonly effort?: string;
  readonly sampling?: Sampling;
  readonly max_tokens?: number;
  readonly system_prompt: string;
  /** Names of the tools that it has, and no others: `Document`, `WebFetch`, `mcp__<server>__<tool>`, … */
  readonly allowed_tools: readonly string[];
  readonly skills: readonly string[];

  readonly max_iterations?: number;
  readonly unbounded_iterations?: boolean;
  readonly max_concurrent_children?: number;
  readonly run_timeout_seconds?: number;
  readonly budget?: Budget;

  /** Document and Memory scopes it may name: `user`, `agent`, `tenant`. Empty: none. */
  readonly memory_scopes: readonly string[];
  readonly sql_scopes: readonly string[];
  readonly channels?: ChannelAcl;
  readonly agent_def_scopes: readonly DefinitionGrant[];
  readonly skill_def_scopes: readonly DefinitionGrant[];
  readonly mcp_server_def_scopes?: readonly DefinitionGrant[];
  readonly interruption?: { readonly enabled: boolean; readonly kinds?: readonly string[]; readonly max_pending?: number };
  /** Hosts that WebFetch may reach; a leading `*.` stands for any subdomain. */
  readonly allowed_hosts: readonly string[];
  /** It may read private scopes, take untrusted text and send outward in one run. Only an operator says so. */
  readonly allow_trifecta: boolean;
  /** Code agents: URL of the module in an operator's bundle. */
  readonly code_module?: string;
}
