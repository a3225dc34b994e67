/**
 * Types of the module of a code agent, for its author: `import type { CodeAgent } from '…/types/code-agent.js'`.
 *
 *     const agent: CodeAgent = async ({ prompt }, tools) => {
 *       const made = await tools.Document<{ document_id: string }>({ op: 'create_document', title: prompt });
 *       return { final_text: `Made ${made.document_id}` };
 *     };
 *     export default agent;
 */

/** What the agent is asked with. */
export interface CodeAgentInput {
  /** What the run was begun with, or what was said last to one that waits for input. */
  readonly prompt: string;
  /** `metadata` of the run, from whoever began it. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** What was said in the session before, oldest first; calls of tools are not in it. */
  readonly messages: readonly { readonly role: 'user' | 'assistant'; readonly text: string }[];
}

/** The answer of a tool: parsed where it is JSON, else text. Say its shape where the tool is called. */
export type ToolAnswer = Record<string, unknown>;

/** A tool that takes `op` and what belongs to it. Rejects with a `ToolError`. */
export type OpTool<Op extends string> = <Answer = ToolAnswer>(input: { op: Op } & Record<string, unknown>) => Promise<Answer>;

/**
 * The tools that the agent lists in `allowed_tools`, by name; one that it does not list throws a TypeError. Calls that
 * are made before the first of them is awaited are made together.
 */
export interface CodeAgentTools {
  readonly Document: OpTool<string>;
  readonly Path: OpTool<string>;
  readonly Memory: OpTool<string>;
  readonly Channel: OpTool<string>;
  readonly Context: OpTool<string>;
  readonly Agent: <Answer = ToolAnswer>(
    input: { op: 'spawn'; name: string; prompt: string; def_id?: string } | { op: 'parallel_spawn'; spawns: { name: string; prompt: string; def_id?: string }[] },
  ) => Promise<Answer>;
  readonly Interruption: OpTool<'ask' | 'notify' | 'cancel'>;
  readonly Skill: (input: { name: string }) => Promise<string>;
  readonly WebFetch: (input: { url: string; max_chars?: number; start?: number }) => Promise<WebPage>;
  readonly [mcpTool: `mcp__${string}__${string}`]: <Answer = ToolAnswer>(input?: Record<string, unknown>) => Promise<Answer>;
}

/** A page, as WebFetch reads it. Its text is of strangers. */
export interface WebPage {
  readonly url: string;
  readonly content_type: string;
  readonly title?: string;
  readonly byline?: string;
  /** Markdown of an HTML page, other texts as they are: from character `start` on. */
  readonly text: string;
  readonly start: number;
  readonly total_chars: number;
  /** Where to go on; absent at the end. */
  readonly next_start?: number;
}

/** What the promise of a tool rejects with. */
export interface ToolError extends Error {
  readonly name: 'ToolError';
  /** As `not_found`; `failed` where the tool gives none. */
  readonly reason: string;
  readonly data?: Record<string, unknown>;
}

/** The default export of the module. */
export type CodeAgent = (input: CodeAgentInput, tools: CodeAgentTools) => Promise<{ final_text: string }>;
