import type { RefusalWire } from '../../errors.js';

/** What a code agent is asked with. */
export interface CodeInput {
  readonly prompt: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** What was said in the session before, without calls of tools. */
  readonly messages: readonly { readonly role: 'user' | 'assistant'; readonly text: string }[];
}

/** What the thread of a code agent is started with. */
export interface CodeStart {
  /** URL of the module. */
  readonly module: string;
  readonly input: CodeInput;
  readonly tools: readonly string[];
  /** What Math.random gives follows from it. */
  readonly seed: string;
  /** The time that the code sees, in unix milliseconds. */
  readonly now: number;
}

export interface CodeCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** How a call ended, in the order of the calls. */
export type CodeAnswer = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly refusal: Omit<RefusalWire, 'reason'> & { reason: string } };

/** What the code says when it goes on no further: it waits for calls, it is through, or it failed. */
export type CodeSaid =
  | { readonly type: 'calls'; readonly calls: readonly CodeCall[] }
  | { readonly type: 'done'; readonly final_text: string }
  | { readonly type: 'failed'; readonly kind: 'load' | 'code_agent_threw'; readonly error: string };
