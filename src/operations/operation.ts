import { z } from 'zod';
import type { ChannelAcl } from '../channels/acl.js';
import { Refusal } from '../errors.js';
import type { Principal, ScopeName } from '../identity/principal.js';
import type { CursorAdvance, Transport } from '../scope/messages.js';
import type { Transaction } from '../scope/transaction.js';
import type { Interrupt } from '../runs/interrupts.js';
import type { SqlMemory } from '../sql/memory/sql-memory.js';
import type { ChannelService } from './channel/channel-service.js';
import type { DefinitionService } from './definition/definition-service.js';
import type { RunService } from './run/run-service.js';
import type { ScopeResolver } from './scope-resolver.js';
import type { TokenService } from './token/token-service.js';
import type { WebhookService } from './webhook/webhook-service.js';

/** SQL that a caller wrote: it runs in the sandbox, never in a scope's worker. */
export interface RawSql {
  sql: string;
  args: unknown[];
}

interface Declaration {
  /** Name of the tool on MCP; `POST /v1/_<tool>` on HTTP. */
  readonly tool: string;
  readonly op: string;
  /** One line that tells a person or a model what it does. */
  readonly summary: string;
  /** Scope that the principal must hold. */
  readonly requires: ScopeName;
  readonly input: z.ZodObject;
  readonly output: z.ZodType;
  readonly readOnly: boolean;
  readonly destructive: boolean;
  /** Writes what it keeps for itself, as an index: it runs like a write, though to its caller it only reads. */
  readonly maintains: boolean;
  /** Not on any wire: for the runtime and its resident agents. */
  readonly internal: boolean;
  /**
   * Runs after all other operations of its batch. For whoever follows the log: what the batch publishes
   * goes out before its replies, so that a position from the middle of a batch would miss the rest.
   */
  readonly runsLast: boolean;
  /** A write of which a repeat is no repeat: it takes no idempotency key. */
  readonly keyless: boolean;
  /** A write that, done twice with the same input, leaves what once would have left. */
  readonly idempotent: boolean;
  /** Reaches out of the runtime: to addresses of others. */
  readonly openWorld: boolean;
}

/** An operation on a scope's file: it runs inside the scope's actor. */
export interface ScopeOperation extends Declaration {
  readonly runs: 'scope';
  execute(tx: Transaction, rawInput: unknown): unknown;
  /** Tells whether this input asks for raw SQL instead, and which. */
  rawSql?(rawInput: unknown): RawSql | undefined;
  /** The operations that this one runs, each of which the caller must be allowed. */
  parts?(rawInput: unknown): ScopeOperation[];
}

/** An operation that needs nobody's file: it answers from the principal alone. */
export interface PrincipalOperation extends Declaration {
  readonly runs: 'front';
  execute(principal: Principal, rawInput: unknown): unknown;
}

/** An operation that the main thread conducts: it looks things up, waits, and calls scopes in turn. */
export interface ServiceOperation extends Declaration {
  readonly runs: 'service';
  /** Rejects with a Refusal. */
  execute(services: Services, call: ServiceCall, rawInput: unknown): Promise<unknown>;
}

/** What the main thread offers to operations. */
export interface Services {
  readonly scopes: ScopeResolver;
  readonly channels: ChannelService;
  readonly definitions: DefinitionService;
  readonly runs: RunService;
  readonly sqlMemory: SqlMemory;
  readonly tokens: TokenService;
  readonly webhooks: WebhookService;
}

/** Who makes a call, and how. */
export interface ServiceCall {
  readonly principal: Principal;
  readonly transport: Transport;
  readonly agent?: string | undefined;
  readonly cursor?: CursorAdvance | null | undefined;
  readonly idempotencyKey?: string | undefined;
  /** Run that makes the call, if one does. */
  readonly run?: string | undefined;
  /** What the agent may do with channels, where it is one of a run. */
  readonly channels?: ChannelAcl | undefined;
  /**
   * Puts a question of a run that the call begins to the person who called, where that can be asked; `over` says that
   * the question is not open any more. @returns the answer, or undefined where there is none.
   */
  ask?(question: Interrupt, over: AbortSignal): Promise<string | undefined>;
  /** Tells who called of something before the answer, where that can be told. */
  tell?(news: string): void;
  /** Runs `then` when nobody waits for the answer any more. */
  whenGone?(then: () => void): void;
}

export type Operation = ScopeOperation | PrincipalOperation | ServiceOperation;

type Flags = Partial<Pick<Declaration, 'readOnly' | 'destructive' | 'maintains' | 'internal' | 'runsLast' | 'keyless' | 'idempotent' | 'openWorld'>>;

interface Spec<Input extends z.ZodObject> extends Flags {
  op: string;
  summary: string;
  input: Input;
  output: z.ZodType;
}

export const idempotencyKey = z
  .string()
  .min(1)
  .max(255)
  .optional()
  .describe('Your key of this write: a repeat with the same key returns the first answer, for 24 hours');

const DEFAULTS = { readOnly: false, destructive: false, maintains: false, internal: false, runsLast: false, keyless: false, idempotent: false, openWorld: false } as const;

/** Declares an operation on a scope. */
export function scopeOperation<Input extends z.ZodObject>(
  tool: string,
  requires: ScopeName,
  spec: Spec<Input> & {
    run(tx: Transaction, input: z.output<Input>): unknown;
    rawSql?(input: z.output<Input>): RawSql | undefined;
    parts?(input: z.output<Input>): ScopeOperation[];
  },
): ScopeOperation {
  const { run, rawSql, parts, ...rest } = spec;
  const input = withKey(spec);
  const parse = (raw: unknown): z.output<Input> => parseInput(spec.op, input, raw) as z.output<Input>;
  return {
    ...DEFAULTS,
    ...rest,
    input,
    tool,
    requires,
    runs: 'scope',
    execute: (tx, raw) => run(tx, parse(raw)),
    ...(rawSql ? { rawSql: (raw: unknown) => rawSql(parse(raw)) } : {}),
    ...(parts ? { parts: (raw: unknown) => parts(parse(raw)) } : {}),
  };
}

/** Declares an operation that answers from the principal alone. */
export function principalOperation<Input extends z.ZodObject>(
  tool: string,
  requires: ScopeName,
  spec: Spec<Input> & { run(principal: Principal, input: z.output<Input>): unknown },
): PrincipalOperation {
  const { run, ...rest } = spec;
  return {
    ...DEFAULTS,
    ...rest,
    tool,
    requires,
    runs: 'front',
    execute: (principal, raw) => run(principal, parseInput(spec.op, spec.input, raw)),
  };
}

/** Declares an operation that the main thread conducts. */
export function serviceOperation<Input extends z.ZodObject>(
  tool: string,
  requires: ScopeName,
  spec: Spec<Input> & { run(services: Services, call: ServiceCall, input: z.output<Input>): Promise<unknown> },
): ServiceOperation {
  const { run, ...rest } = spec;
  const input = withKey(spec);
  return {
    ...DEFAULTS,
    ...rest,
    input,
    tool,
    requires,
    runs: 'service',
    execute: async (services, call, raw) => run(services, call, parseInput(spec.op, input, raw) as z.output<Input>),
  };
}

/** Writes that clients call take a key by which a repeat is known. */
function withKey<Input extends z.ZodObject>(spec: Spec<Input>): z.ZodObject {
  return spec.readOnly || spec.internal || spec.keyless ? spec.input : spec.input.extend({ idempotency_key: idempotencyKey });
}

/** @throws Refusal naming every field that is wrong. */
export function parseInput<Input extends z.ZodObject>(op: string, schema: Input, raw: unknown): z.output<Input> {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
  const missing = parsed.error.issues.find((issue) => issue.code === 'invalid_type' && valueAt(raw, issue.path) === undefined);
  const text = missing
    ? `missing required field: ${missing.path.join('.')}`
    : issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
  throw new Refusal(missing ? 'missing_field' : 'invalid_input', `${op}: ${text}`, { issues });
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], raw);
}
