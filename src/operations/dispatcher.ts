import type { ChannelAcl } from '../channels/acl.js';
import { fromRefusalWire, Refusal, toRefusalWire, type RefusalWire } from '../errors.js';
import { hasScope, type Principal } from '../identity/principal.js';
import { log } from '../log.js';
import type { Interrupt } from '../runs/interrupts.js';
import type { CursorAdvance, ScopeReply, Transport } from '../scope/messages.js';
import type { Placement } from '../scope/placement.js';
import { scopeFile, scopeKey, type Scope } from '../scope/scope.js';
import type { SqlAudit } from '../sql/audit.js';
import type { SqlSandbox } from '../sql/sandbox.js';
import { LOG_TOOL } from './log-operations.js';
import type { Operation, ScopeOperation, ServiceOperation, Services } from './operation.js';
import { findOperation } from './registry.js';
import type { ScopeResolver } from './scope-resolver.js';

/** A call of a tool by an authenticated principal, whichever way it came in. */
export interface ToolCall {
  readonly principal: Principal;
  readonly transport: Transport;
  /** Name of the resident agent that acts for the principal, if one does. */
  readonly agent?: string;
  readonly tool: string;
  readonly input: Record<string, unknown>;
  /** `input` as JSON text, where the caller has it already. */
  readonly json?: string;
  /** The storage to use instead of what the input names: for routes of administrators, never from a wire. */
  readonly storage?: Scope | undefined;
  readonly cursor?: CursorAdvance | null;
  /** See `ScopeCall.wake`. */
  readonly wake?: CursorAdvance | undefined;
  /** Of the transport; a key in the input goes before it. */
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

/** The answer as JSON text: the tool's result, or a refusal. */
export type Outcome = { ok: true; json: string } | { ok: false; refusal: RefusalWire };

/** The one way to an operation, for HTTP, MCP, subscriptions and resident agents alike. */
export class Dispatcher {
  constructor(
    private readonly placement: Placement,
    private readonly sandbox: SqlSandbox,
    private readonly dataDir: string,
    readonly scopes: ScopeResolver,
    private readonly services: Services,
    private readonly audit: SqlAudit,
  ) {}

  /** @param done called once with the outcome; it never throws to the caller. */
  dispatch(call: ToolCall, done: (outcome: Outcome) => void): void {
    let outcome: Outcome | undefined;
    try {
      const operation = findOperation(call.tool, call.input.op);
      requireAllowed(call.principal, operation);
      if (operation.runs === 'front') {
        outcome = { ok: true, json: JSON.stringify(operation.execute(call.principal, call.input)) };
      } else if (operation.runs === 'service') this.toService(call, operation, done);
      else {
        for (const part of operation.parts?.(call.input) ?? []) requireAllowed(call.principal, part);
        this.toScope(call, operation, done);
      }
    } catch (error) {
      outcome = { ok: false, refusal: toRefusalWire(error) };
    }
    // Outside of the try: what the caller does with its answer is not a failure of the operation.
    if (outcome) done(outcome);
  }

  /** @throws Refusal */
  call(call: ToolCall): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.dispatch(call, (outcome) =>
        outcome.ok ? resolve(JSON.parse(outcome.json)) : reject(fromRefusalWire(outcome.refusal)),
      );
    });
  }

  private toService(call: ToolCall, operation: ServiceOperation, done: (outcome: Outcome) => void): void {
    operation
      .execute(this.services, { ...call, idempotencyKey: takesKey(operation) ? keyOf(call) : undefined }, call.input)
      .then(
        (result): Outcome => ({ ok: true, json: JSON.stringify(result) }),
        (error: unknown): Outcome => ({ ok: false, refusal: toRefusalWire(error) }),
      )
      .then(done)
      .catch((error: unknown) => log('error', 'an answer could not be handed over', { error: String(error) }));
  }

  private toScope(call: ToolCall, operation: ScopeOperation, done: (outcome: Outcome) => void): void {
    const scope = call.storage ?? this.scopes.resolve(call);
    const key = scopeKey(scope);
    const rawSql = call.input.sql === undefined ? undefined : operation.rawSql?.(call.input);
    const author = { actor: call.principal.subject, agent: call.agent ?? null, transport: call.transport };
    const idempotencyKey = takesKey(operation) ? keyOf(call) : undefined;
    const place = (tool: string, op: string, input: string, then: (reply: ScopeReply) => void): void =>
      this.placement.call({ key, tool, op, input, author, cursor: call.cursor ?? null, wake: call.wake, idempotencyKey }, then);
    if (!rawSql) {
      place(call.tool, operation.op, call.json ?? JSON.stringify(call.input), (reply) => done(outcomeOf(reply)));
      return;
    }
    // Through the actor first: the file exists then, and what was sent before is in it.
    place(LOG_TOOL, 'open', '{"op":"open"}', (reply) => {
      if (!reply.ok) return done(outcomeOf(reply));
      const query = (): Promise<unknown> => this.sandbox.query(scopeFile(this.dataDir, key), rawSql);
      this.audit.around({ scope, author, op: operation.op, statement: rawSql.sql }, query).then(
        (result) => done({ ok: true, json: JSON.stringify(result) }),
        (error: unknown) => done({ ok: false, refusal: toRefusalWire(error) }),
      );
    });
  }
}

/** @throws Refusal `forbidden` */
function requireAllowed(principal: Principal, { tool, op, requires }: Operation): void {
  if (hasScope(principal, requires)) return;
  throw new Refusal('forbidden', `${tool} ${op} needs the scope ${requires}`, { scope: requires });
}

function outcomeOf(reply: ScopeReply): Outcome {
  return reply.ok ? { ok: true, json: reply.json } : { ok: false, refusal: JSON.parse(reply.json) as RefusalWire };
}

function takesKey({ readOnly, keyless }: Operation): boolean {
  return !readOnly && !keyless;
}

/** A key of another kind than text is left to the operation, which refuses it. */
function keyOf({ input, idempotencyKey }: ToolCall): string | undefined {
  const key = input.idempotency_key ?? idempotencyKey;
  return typeof key === 'string' ? key : undefined;
}
