import type { Tool } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { toRefusalWire, type Reason } from '../../errors.js';
import { hasScope, type Principal } from '../../identity/principal.js';
import type { Dispatcher, Outcome, ToolCall } from '../../operations/dispatcher.js';
import { parseInput, type Operation } from '../../operations/operation.js';
import { findOperation } from '../../operations/registry.js';
import { flatInputSchema, flatOutputSchema } from './flat-schemas.js';
import { NOT_REPEATABLE } from './repeatable.js';

type Input = Record<string, unknown>;

/** One op as a tool of its own, with one kind of input. What is not said here is as the op says. */
export interface FlatSpec {
  readonly name: string;
  readonly title: string;
  /** What it is for, when to use it and what to do with the answer; default the summary of the op. */
  readonly description?: string;
  readonly tool: string;
  readonly op: string;
  /** Fields of the op that it does not take. */
  readonly omit?: readonly string[];
  /** Fields that it takes otherwise than the op does, or beside those of the op. */
  readonly shape?: z.ZodRawShape;
  /** What it always sends. */
  readonly fixed?: Input;
  /** Makes what the op takes of what was sent. @throws Refusal */
  readonly prepare?: (input: Input, principal: Principal) => Input;
  /** Keys of the answer that are called otherwise than by the op, each with its name here. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** Keys that the op answers to fields which the tool does not take. */
  readonly without?: readonly string[];
  /** Whether a repeat of a write leaves what the first has left. */
  readonly idempotent: boolean;
  /** What to do after a refusal, by its reason. */
  readonly next?: Readonly<Partial<Record<Reason, string>>>;
}

/** Flat tools by name, as one profile has them. */
export class FlatTools {
  private readonly byName: ReadonlyMap<string, FlatTool>;

  constructor(specs: readonly FlatSpec[]) {
    this.byName = new Map(specs.map((spec) => [spec.name, new FlatTool(spec)]));
  }

  get names(): string[] {
    return [...this.byName.keys()];
  }

  find(name: string): FlatTool | undefined {
    return this.byName.get(name);
  }

  /** Those that a principal may call. */
  listFor(principal: Principal): Tool[] {
    return [...this.byName.values()].filter(({ operation }) => hasScope(principal, operation.requires)).map(({ listed }) => listed);
  }
}

/** A flat tool, ready to be listed and called. */
export class FlatTool {
  readonly operation: Operation;
  /** As `tools/list` shows it. */
  readonly listed: Tool;
  private readonly input: z.ZodObject;

  constructor(private readonly spec: FlatSpec) {
    const { name, title, tool, op, omit = [], shape = {}, renamed = {}, without = [], idempotent } = spec;
    this.operation = findOperation(tool, op);
    const { input, output, summary, readOnly, destructive, keyless } = this.operation;
    const { scope, agent, ...own } = { ...input.shape, ...shape } as z.ZodRawShape;
    // What a model reads first is what the tool is about.
    const fields = Object.entries({ ...own, ...(scope ? { scope } : {}), ...(agent ? { agent } : {}) });
    this.input = z.strictObject(Object.fromEntries(fields.filter(([key]) => key !== 'op' && !omit.includes(key))));
    this.listed = {
      name,
      title,
      description: spec.description ?? `${summary}.`,
      inputSchema: flatInputSchema(this.input),
      outputSchema: flatOutputSchema(output, renamed, without),
      annotations: { title, readOnlyHint: readOnly, destructiveHint: destructive, idempotentHint: readOnly || idempotent, openWorldHint: false },
      _meta: { [NOT_REPEATABLE]: keyless ? [op] : [] },
    };
  }

  /** Calls the op behind it. @param done called once with the outcome. */
  call(dispatcher: Dispatcher, call: ToolCall, done: (outcome: Outcome) => void): void {
    const { name, tool, op, fixed, prepare } = this.spec;
    let input: Input;
    try {
      parseInput(name, this.input, call.input);
      input = { ...(prepare ? prepare(call.input, call.principal) : call.input), ...fixed, op };
    } catch (error) {
      return done(this.named({ ok: false, refusal: toRefusalWire(error) }));
    }
    dispatcher.dispatch({ ...call, tool, input }, (outcome) => done(this.named(outcome)));
  }

  /** What to do after an outcome, where it was a refusal and there is something to say. */
  nextAfter(outcome: Outcome): string | undefined {
    return outcome.ok ? undefined : this.spec.next?.[outcome.refusal.reason];
  }

  /** The outcome in the words of this tool: who calls it does not know the op. */
  private named(outcome: Outcome): Outcome {
    const { name, op, renamed } = this.spec;
    if (!outcome.ok) {
      const { error, ...rest } = outcome.refusal;
      const prefix = [name, op].map((each) => `${each}: `).find((each) => error.startsWith(each)) ?? '';
      return { ok: false, refusal: { ...rest, error: error.slice(prefix.length) } };
    }
    if (!renamed) return outcome;
    const answer = Object.entries(JSON.parse(outcome.json) as Input).map(([key, value]) => [renamed[key] ?? key, value]);
    return { ok: true, json: JSON.stringify(Object.fromEntries(answer)) };
  }
}
