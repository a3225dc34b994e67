import { hash } from 'node:crypto';
import type { Page } from '../../channels/messages.js';
import type { McpServerDefinition } from '../../definitions/mcp-server-definition.js';
import { Refusal, toRefusalWire } from '../../errors.js';
import type { Principal } from '../../identity/principal.js';
import type { Interrupt, InterruptStatus } from '../../runs/interrupts.js';
import type { Compacted, Discovered, InputTaken, RunSecrets } from '../../runs/protocol.js';
import type { RunRow, RunStatus, StoredMessage } from '../../runs/types.js';
import type { Author } from '../../scope/messages.js';
import type { ServiceCall } from '../operation.js';
import type { LiveRun } from './live-run.js';
import { newAgentId, newRunId, newSessionId, RunLauncher, userKey, type RunLauncherOptions } from './run-launcher.js';
import { inputOf, requestOf, resultOf, statusOf } from './run-views.js';
import type { RunResult, RunStatusOut, SpawnInput } from './shapes.js';

/** MCP servers that a tenant asks for their tools at once: each takes a connection, or a program, for up to half a minute. */
const MAX_DISCOVERIES = 4;

/** Which run: its id, or its handle. */
export interface RunSelector {
  readonly run_id?: string | undefined;
  readonly agent_id?: string | undefined;
}

/**
 * Runs as the main thread offers them. Every run is looked up in the scope of the caller: one of somebody else is as
 * good as none (weakness R1 of the original).
 */
export class RunService {
  private readonly launcher: RunLauncher;
  /** MCP servers that are being asked for their tools, by tenant. */
  private readonly discoveries = new Map<string, number>();

  constructor(private readonly options: RunLauncherOptions) {
    this.launcher = new RunLauncher(options);
  }

  /** Takes up what was under way when the runtime ended. */
  resume(): Promise<void> {
    return this.launcher.resume();
  }

  stop(): Promise<void> {
    return this.launcher.stop();
  }

  get running(): number {
    return this.launcher.live.size;
  }

  /**
   * Begins a run; a repeat of a call with the same idempotency key finds the run that the first began.
   * @throws Refusal
   */
  async begin(call: ServiceCall, input: SpawnInput, patient = false): Promise<LiveRun> {
    const { principal, transport, idempotencyKey } = call;
    const session = input.session_id === undefined ? undefined : await this.sessionOf(principal, input.session_id);
    const { agent: name = session?.agent, def_id } = input;
    if (name === undefined && def_id === undefined) throw new Refusal('missing_field', 'missing required field: agent');
    const content = inputOf(input);
    const definition = await this.options.definitions.runnable(principal, { name, def_id });
    return this.launcher.launch({
      ask: call.ask,
      // A call that carries a key may be made again, and waits on.
      whenGone: idempotencyKey === undefined ? call.whenGone : undefined,
      principal,
      transport,
      definition,
      patient,
      secrets: {
        ...(input.user_bearer === undefined ? {} : { user_bearer: input.user_bearer }),
        ...(input.user_credentials === undefined ? {} : { user_credentials: input.user_credentials }),
      },
      run: {
        run_id: idempotencyKey === undefined ? newRunId() : keyedRunId(principal, idempotencyKey),
        session_id: session?.id ?? newSessionId(),
        new_session: session === undefined,
        agent_id: input.agent_id ?? newAgentId(),
        request: requestOf(input),
        input: content,
      },
    });
  }

  /** Begins a run and waits for its end. With `timeoutMs` it is cancelled then. */
  async spawn(call: ServiceCall, input: SpawnInput, timeoutMs?: number, patient = false): Promise<RunResult> {
    const live = await this.begin(call, input, patient);
    const leave = live.watch();
    call.whenGone?.(leave);
    let timedOut = false;
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            void this.launcher.cancel(live, `it was not through within ${timeoutMs} ms`);
          }, timeoutMs);
    try {
      return resultOf(await live.ended, timedOut);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Begins several runs and waits for all. The failure of one is its own. */
  async spawnAll(call: ServiceCall, inputs: readonly SpawnInput[], timeoutMs?: number): Promise<RunResult[]> {
    const { idempotencyKey: key } = call;
    return Promise.all(
      inputs.map(async (input, index): Promise<RunResult> => {
        try {
          return await this.spawn({ ...call, idempotencyKey: key === undefined ? undefined : `${key}:${index}` }, input, timeoutMs, true);
        } catch (error) {
          const { reason, error: text } = toRefusalWire(error);
          return { status: 'refused', reason, error: text, ...(input.parent_context ? { parent_context: definedOnly(input.parent_context) } : {}) };
        }
      }),
    );
  }

  /**
   * Asks an MCP server for its tools, as a run of this principal would reach it.
   * @throws Refusal `busy`, `unavailable`, `forbidden`
   */
  async discover({ tenant }: Principal, server: McpServerDefinition, secrets: RunSecrets): Promise<Discovered> {
    const underWay = this.discoveries.get(tenant) ?? 0;
    if (underWay >= MAX_DISCOVERIES) throw new Refusal('busy', `${MAX_DISCOVERIES} MCP servers are being asked for their tools already: try again when they have answered`, { limit: MAX_DISCOVERIES });
    this.discoveries.set(tenant, underWay + 1);
    try {
      return await this.launcher.pool.discover(server, secrets);
    } finally {
      const left = this.discoveries.get(tenant)! - 1;
      if (left > 0) this.discoveries.set(tenant, left);
      else this.discoveries.delete(tenant);
    }
  }

  async get(principal: Principal, which: RunSelector): Promise<RunStatusOut> {
    return statusOf(await this.row(principal, which), principal.subject);
  }

  async list(principal: Principal, filter: { status?: RunStatus; agent?: string; session_id?: string; limit: number }): Promise<RunStatusOut[]> {
    const { runs } = await this.store<{ runs: RunRow[] }>(principal, 'list', filter);
    return runs.map((row) => statusOf(row, principal.subject));
  }

  /** Changes of state after a place; without one none, and the newest place. @throws Refusal `cursor_ahead` */
  async statesAfter(principal: Principal, after: number | undefined, limit: number): Promise<Page> {
    return this.store<Page>(principal, 'states', { after: after ?? null, limit });
  }

  /** Ends a run and all that it began. One that has ended stays as it ended. */
  async cancel(principal: Principal, which: RunSelector, reason: string): Promise<{ cancelled: boolean; agent_id: string; run_id: string; cascaded: string[]; cancelled_count: number; status: RunStatus; reason: string }> {
    const row = await this.row(principal, which);
    const { agent_id, run_id } = row;
    const live = this.launcher.live.get(run_id);
    if (row.status !== 'running' || !live) return { cancelled: false, agent_id, run_id, cascaded: [], cancelled_count: 0, status: row.status, reason };
    const cascaded = await this.launcher.cancel(live, reason);
    const { status } = await this.row(principal, { run_id });
    return { cancelled: status === 'cancelled', agent_id, run_id, cascaded, cancelled_count: cascaded.length + (status === 'cancelled' ? 1 : 0), status, reason };
  }

  /** Says something to a run that is under way: the model hears it before its next turn. */
  async input({ principal, transport, idempotencyKey }: ServiceCall, which: RunSelector, text: string): Promise<InputTaken> {
    const { row } = await this.liveOf(principal, which);
    const { run_id: id } = row;
    const author: Author = { actor: principal.subject, agent: null, transport };
    const taken = await this.launcher.store<InputTaken>(userKey(principal), author, 'input', { run_id: id, text }, idempotencyKey);
    this.launcher.pool.post(row, { type: 'input', run_id: id });
    return taken;
  }

  async compact(principal: Principal, which: RunSelector): Promise<Compacted> {
    const { row } = await this.liveOf(principal, which);
    return this.launcher.pool.compact(row);
  }

  async transcript(principal: Principal, sessionId: string): Promise<{ session: Session; messages: StoredMessage[]; runs: RunStatusOut[] }> {
    const { session, messages, runs } = await this.store<{ session: Session; messages: StoredMessage[]; runs: RunRow[] }>(principal, 'transcript', { session_id: sessionId });
    return { session, messages, runs: runs.map((row) => statusOf(row, principal.subject)) };
  }

  async interrupts(principal: Principal, filter: { run_id?: string | undefined; status?: InterruptStatus | undefined }): Promise<Interrupt[]> {
    return (await this.store<{ interrupts: Interrupt[] }>(principal, 'interrupts', filter)).interrupts;
  }

  /** Answers a question of a run. @throws Refusal `not_found`, `interrupt_resolved`, `interrupt_expired`, `invalid_input` */
  async resolve({ principal, transport }: ServiceCall, input: { run_id: string; interrupt_id: string; answer: string; resolved_by: string }): Promise<Interrupt> {
    const author: Author = { actor: principal.subject, agent: null, transport };
    const interrupt = await this.launcher.store<Interrupt>(userKey(principal), author, 'resolve', input);
    this.launcher.questions.close(input.interrupt_id);
    const live = this.launcher.live.get(input.run_id);
    if (live) this.launcher.pool.post(live.row, { type: 'interrupt', run_id: input.run_id, interrupt_id: input.interrupt_id });
    return interrupt;
  }

  /** A run that is under way. @throws Refusal `not_found`, `run_ended` */
  async liveOf(principal: Principal, which: RunSelector): Promise<LiveRun> {
    const { run_id, status } = await this.row(principal, which);
    const live = this.launcher.live.get(run_id);
    if (live) return live;
    throw new Refusal('run_ended', `the run ${run_id} has ended: ${status}`, { run_id, status });
  }

  /** @throws Refusal `not_found` */
  async row(principal: Principal, { run_id, agent_id }: RunSelector): Promise<RunRow> {
    if (run_id !== undefined) return this.store<RunRow>(principal, 'get', { run_id });
    if (agent_id === undefined) throw new Refusal('missing_field', 'say which run, with run_id or agent_id');
    const row = await this.store<RunRow | null>(principal, 'by_agent_id', { agent_id });
    if (!row) throw new Refusal('not_found', `no run has the agent_id ${agent_id}`, { agent_id });
    return row;
  }

  private async sessionOf(principal: Principal, id: string): Promise<Session> {
    return (await this.store<{ session: Session }>(principal, 'session', { session_id: id })).session;
  }

  private store<Result>(principal: Principal, op: string, input: Record<string, unknown> = {}): Promise<Result> {
    return this.launcher.store(userKey(principal), { actor: principal.subject, agent: null, transport: 'runtime' }, op, input);
  }
}

export interface Session {
  readonly id: string;
  readonly agent: string;
  readonly created_at: number;
}

/** The run of an idempotency key, so that a repeat finds it. */
function keyedRunId({ tenant, subject }: Principal, key: string): string {
  return `run_${hash('sha256', JSON.stringify([tenant, subject, key]), 'base64url').slice(0, 21)}`;
}

function definedOnly(context: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(context).filter((each): each is [string, string] => each[1] !== undefined));
}
