import type { ToolSpec } from '../../models/model.js';
import type { ChildRequest, RunSecrets, RunSkill } from '../../runs/protocol.js';
import type { Interrupt, NewInterrupt } from '../../runs/interrupts.js';
import type { Leg, RunRow } from '../../runs/types.js';

/** What a tool answers the model with. */
export interface ToolOutput {
  /** Text, or JSON text. */
  readonly output: string;
  readonly is_error: boolean;
  /** Nobody vouches for the text: the model is told to take it as data. */
  readonly untrusted?: boolean;
}

/** What a tool may ask of the run that calls it. */
export interface ToolRun {
  readonly row: RunRow;
  readonly signal: AbortSignal;
  readonly secrets: RunSecrets;
  readonly skills: readonly RunSkill[];
  /** Names of the tools that the run has. */
  readonly toolNames: readonly string[];
  /** Hosts that it may reach. */
  readonly hosts: readonly string[];
  now(): number;
  /** Whether text that nobody vouches for has come into the run. */
  tookUntrusted(): boolean;
  /** An operation of the registry, once for each call. @throws Refusal */
  operation(tool: string, input: Record<string, unknown>, callId: string): Promise<unknown>;
  /** Begins a child and waits for its end; the run gives its place up meanwhile. @throws Refusal */
  child(request: ChildRequest, index: number): Promise<RunRow>;
  /** Asks and waits for the answer; the run gives its place up meanwhile. @throws Refusal */
  ask(asked: NewInterrupt): Promise<Interrupt>;
  /** An operation of the store of runs. */
  store<Result>(op: string, input: Record<string, unknown>): Promise<Result>;
  agents(): Promise<{ name: string; description: string }[]>;
}

export interface ToolCall {
  readonly id: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** A tool of a run. */
export interface RunTool {
  readonly spec: ToolSpec;
  /** A call that may have run can be made again: it only reads, or the second time finds what the first did. */
  repeatable(input: ToolCall['input']): boolean;
  /** Which of the three a call is that no run may have all of. */
  legs(input: ToolCall['input']): readonly Leg[];
  /** A Refusal that it throws becomes the answer, marked as an error. */
  execute(call: ToolCall, run: ToolRun): Promise<ToolOutput>;
}

export function json(value: unknown): ToolOutput {
  return { output: JSON.stringify(value), is_error: false };
}
