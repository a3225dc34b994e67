import { nanoid } from 'nanoid';
import type { AgentDefinition } from '../../definitions/agent-definition.js';
import { Refusal } from '../../errors.js';
import type { Principal } from '../../identity/principal.js';
import { log } from '../../log.js';
import { choiceOf } from '../../models/choice.js';
import type { ModelChoice } from '../../models/model.js';
import type { Interrupt } from '../../runs/interrupts.js';
import { checkDay, LimitReached, type DayBudgets } from '../../runs/limits.js';
import type { ChildRequest, RunCall, RunSecrets, RunSkill } from '../../runs/protocol.js';
import type { DayUse } from '../../runs/store.js';
import type { NewRun, RunRow } from '../../runs/types.js';
import { ScopeMarkers } from '../../scope/alarms.js';
import type { Author, ScopeCall } from '../../scope/messages.js';
import { scopeKey } from '../../scope/scope.js';
import { dropRunSql } from '../../sql/memory/files.js';
import type { DefinitionService } from '../definition/definition-service.js';
import type { ToolCall } from '../dispatcher.js';
import type { ServiceCall } from '../operation.js';
import { LiveRun } from './live-run.js';
import { OpenQuestions } from './open-questions.js';
import { RunPool } from './run-pool.js';
import { RUN_STORE_TOOL } from './run-scope-operations.js';
import { Slots, type Concurrency } from './slots.js';

export interface RunLauncherOptions {
  readonly definitions: DefinitionService;
  readonly dataDir: string;
  readonly concurrency: Concurrency;
  readonly day: DayBudgets;
  /** Milliseconds for which a run goes on without its client. */
  readonly graceMs: number;
  readonly workerFile: string;
  readonly threads: number;
  /** What the threads are started with: plain data. */
  readonly workerData: object;
  /** @throws Refusal for a model that is not there, or cannot be used now. */
  checkModel(choice: ModelChoice): void;
  /** Runs an operation in its scope. Rejects with a Refusal. */
  run(call: Omit<ScopeCall, 'id'>): Promise<unknown>;
  /** Calls a tool. Rejects with a Refusal. */
  tool(call: ToolCall): Promise<unknown>;
  /** The principal as it is by now; undefined where it is gone. */
  current(principal: Principal): Promise<Principal | undefined>;
  /** Calls `ended` when the bearer of a principal ends. @returns what to call when that does not matter any more. */
  follow(principal: Principal, ended: () => void): () => void;
}

/** What a new run is begun with. */
export interface Launch {
  readonly principal: Principal;
  readonly transport: Author['transport'];
  readonly definition: AgentDefinition;
  readonly run: Pick<NewRun, 'run_id' | 'session_id' | 'new_session' | 'agent_id' | 'request' | 'input'>;
  readonly secrets: RunSecrets;
  /** Puts questions of the run to whoever begins it. */
  readonly ask: ServiceCall['ask'];
  /** Calls back when whoever begins it is gone. */
  readonly whenGone: ServiceCall['whenGone'];
  /** Waits for a place for as long as that takes, where others would be refused. */
  readonly patient: boolean;
}

/** Begins runs, keeps those that are under way, answers what they ask, and takes them up again after a restart. */
export class RunLauncher {
  readonly live = new Map<string, LiveRun>();
  readonly slots: Slots;
  readonly questions = new OpenQuestions();
  readonly pool: RunPool;
  private readonly markers: ScopeMarkers;
  private readonly marked = new Set<string>();
  private readonly unfollow = new Map<string, () => void>();

  constructor(private readonly options: RunLauncherOptions) {
    this.slots = new Slots(options.concurrency);
    this.markers = new ScopeMarkers(options.dataDir, 'runs');
    this.pool = new RunPool({
      workerFile: options.workerFile,
      threads: options.threads,
      data: options.workerData,
      call: (runId, call) => this.answer(runId, call),
      ended: (row) => this.ended(row),
      lost: (runId, error) => this.lost(runId, error),
      crashed: (thread) => this.restart(thread),
    });
  }

  /**
   * Begins a run.
   * @throws Refusal `session_busy`, `agent_id_in_use`, `not_found` (the session), `backpressure`, `quota_exhausted`, `unavailable`
   */
  async launch({ principal, transport, definition, run, secrets, patient, ask, whenGone }: Launch): Promise<LiveRun> {
    const { run_id: id } = run;
    const known = this.live.get(id);
    if (known) return known;
    this.checkModel(definition, run.request.user_tier);
    const key = userKey(principal);
    await this.requireBudget(key, definition.name);
    let waits = true;
    whenGone?.(() => waits && this.slots.release(id));
    await (patient ? this.slots.rejoin(key, id) : this.slots.admit(key, id));
    waits = false;
    try {
      this.mark(key);
      const author: Author = { actor: principal.subject, agent: null, transport };
      const created = await this.store<RunRow>(key, author, 'create', { run: { ...run, principal, definition, parent_run_id: null, parent_call: null } satisfies NewRun });
      const before = this.live.get(id);
      if (before) return before;
      const live = this.keep(created, principal, key, secrets);
      live.ask = ask;
      if (created.status === 'running') this.pool.post(created, { type: 'start', run_id: id, has_slot: true, resumed: false, secrets });
      else this.ended(created);
      return live;
    } catch (error) {
      this.slots.release(id);
      throw error;
    }
  }

  /** Takes up what was under way when the runtime ended. */
  async resume(): Promise<void> {
    for (const key of this.markers.list()) {
      try {
        await this.resumeScope(key);
      } catch (error) {
        log('error', 'the runs of a scope could not be taken up', { scope: key, error: String(error) });
      }
    }
  }

  /** Ends a run and all that it began. @returns ids of the latter. */
  async cancel(live: LiveRun, reason: string): Promise<string[]> {
    const below = this.descendantsOf(live.row.run_id);
    for (const each of [live, ...below]) this.pool.post(each.row, { type: 'cancel', run_id: each.row.run_id, reason });
    await Promise.allSettled([live, ...below].map(({ ended }) => ended));
    return below.map(({ row }) => row.agent_id);
  }

  /** Runs an operation of the store of runs. @throws Refusal */
  store<Result>(key: string, author: Author, op: string, input: Record<string, unknown> = {}, idempotencyKey?: string): Promise<Result> {
    return this.options.run({ key, tool: RUN_STORE_TOOL, op, input: JSON.stringify({ op, ...input }), author, cursor: null, idempotencyKey }) as Promise<Result>;
  }

  /** Runs stay in their files as they are. */
  async stop(): Promise<void> {
    await this.pool.stop();
    for (const live of this.live.values()) live.lose(new Refusal('unavailable', 'the runtime is stopping: the run goes on with its next start', { run_id: live.row.run_id }));
    for (const unfollow of this.unfollow.values()) unfollow();
  }

  private async resumeScope(key: string): Promise<void> {
    const { runs } = await this.store<{ runs: RunRow[] }>(key, RUNTIME, 'live');
    if (runs.length === 0) return this.markers.remove(key);
    this.marked.add(key);
    for (const row of runs) {
      const principal = await this.options.current(row.principal);
      // Parents come first: one that is not kept has ended.
      const isOrphan = row.parent_run_id !== null && !this.live.has(row.parent_run_id);
      if (!principal || isOrphan) {
        const why = principal ? { status: 'cancelled', stop_reason: 'cancelled', error: ORPHAN } : { status: 'failed', stop_reason: 'error', error: 'the principal as whom the run acted is gone' };
        await this.store(key, RUNTIME, 'finish', { run_id: row.run_id, ending: { ...why, legs: row.legs } });
        continue;
      }
      this.keep(row, principal, key, {});
    }
    // All are known before the first asks for its children.
    for (const { run_id: id } of runs) {
      const live = this.live.get(id);
      if (live) this.pool.post(live.row, { type: 'start', run_id: id, has_slot: false, resumed: true, secrets: {} });
    }
  }

  private keep(row: RunRow, principal: Principal, key: string, secrets: RunSecrets): LiveRun {
    const { run_id: id } = row;
    const live = new LiveRun(row, principal, key, secrets, () => void this.cancel(live, 'its client is gone'), this.options.graceMs);
    this.live.set(id, live);
    this.unfollow.set(id, this.options.follow(principal, () => void this.cancel(live, 'the token as whose principal it acted has ended')));
    return live;
  }

  private answer(runId: string, call: RunCall): Promise<unknown> {
    const live = this.live.get(runId);
    if (!live) return Promise.reject(new Refusal('run_ended', `the run ${runId} has ended`));
    const { principal, key, row } = live;
    switch (call.to) {
      case 'store':
        return this.storeOf(live, call.op, call.input);
      case 'tool': {
        const { tool, input, key: idempotencyKey, channels } = call;
        return this.options.tool({ principal, agent: row.agent, transport: 'agent', run: runId, tool, input, idempotencyKey, channels });
      }
      case 'spawn':
        return this.spawn(live, call.spawn);
      case 'slot':
        if (call.want) return this.slots.rejoin(key, runId);
        return Promise.resolve(this.slots.release(runId));
      case 'skills':
        return Promise.all(row.definition.skills.map((name) => this.skill(principal, name)));
      case 'agents':
        return this.options.definitions.names(principal, 'agent');
      case 'mcp_server':
        return this.options.definitions.mcpServer(principal, call.name);
    }
  }

  /** A code agent has no model. */
  private checkModel(definition: AgentDefinition, userTier: string | undefined): void {
    if (definition.code_module === undefined) this.options.checkModel(choiceOf(definition, userTier));
  }

  /** What a run keeps; a question goes to whoever began it, too. */
  private async storeOf(live: LiveRun, op: string, input: Record<string, unknown>): Promise<unknown> {
    const kept = await this.store(live.key, authorOf(live), op, input);
    if (op === 'ask') this.questions.put(kept as Interrupt, this.askerOf(live), (answer) => this.answered(live, (kept as Interrupt).interrupt_id, answer));
    if (op === 'give_up') this.questions.close((kept as Interrupt).interrupt_id);
    return kept;
  }

  /** Of the run, or of the nearest above it that can be asked. */
  private askerOf({ ask, row }: LiveRun): ServiceCall['ask'] {
    const parent = row.parent_run_id === null ? undefined : this.live.get(row.parent_run_id);
    return ask ?? (parent && this.askerOf(parent));
  }

  private async answered({ row, principal, key }: LiveRun, id: string, answer: string): Promise<void> {
    const author: Author = { actor: principal.subject, agent: null, transport: 'mcp' };
    await this.store(key, author, 'resolve', { run_id: row.run_id, interrupt_id: id, answer, resolved_by: 'mcp' });
    this.pool.post(row, { type: 'interrupt', run_id: row.run_id, interrupt_id: id });
  }

  private async skill(principal: Principal, name: string): Promise<RunSkill> {
    const { description, body } = await this.options.definitions.skill(principal, name);
    return { name, description, body };
  }

  /** A child acts as the principal of its parent, with its own agent's tools; what the client narrowed stays narrow. */
  private async spawn(parent: LiveRun, { agent, def_id, prompt, untrusted, call }: ChildRequest): Promise<RunRow> {
    const { principal, key, secrets, row } = parent;
    const definition = await this.options.definitions.runnable(principal, { name: agent, def_id });
    const { allowed_tools, allowed_hosts, user_tier, parent_context } = row.request;
    const request = Object.fromEntries(Object.entries({ allowed_tools, allowed_hosts, user_tier, parent_context }).filter(([, value]) => value !== undefined));
    this.checkModel(definition, user_tier);
    const id = newRunId();
    const input = [{ type: 'text', text: prompt, ...(untrusted ? { untrusted, kind: 'agent' } : {}) }] as const;
    const run: NewRun = { run_id: id, session_id: newSessionId(), new_session: true, agent_id: newAgentId(), parent_run_id: row.run_id, parent_call: call, principal, definition, request, input };
    const child = await this.store<RunRow>(key, authorOf(parent), 'create', { run });
    if (child.status === 'running' && !this.live.has(child.run_id)) {
      this.keep(child, principal, key, secrets);
      this.pool.post(child, { type: 'start', run_id: child.run_id, has_slot: false, resumed: false, secrets });
      if (!this.live.has(row.run_id)) this.endChildrenOf(row.run_id);
    }
    return child;
  }

  private ended(row: RunRow): void {
    this.slots.release(row.run_id);
    const live = this.forget(row.run_id);
    this.endChildrenOf(row.run_id);
    if (row.definition.sql_scopes.includes('run')) this.dropSql(row);
    live?.end(row);
  }

  /** A run that ends before its children did, by a limit or an error, takes them along. */
  private endChildrenOf(id: string): void {
    for (const live of this.live.values()) if (live.row.parent_run_id === id) void this.cancel(live, ORPHAN);
  }

  private dropSql({ principal: { tenant }, run_id: id }: RunRow): void {
    dropRunSql(this.options.dataDir, tenant, id).catch((error: unknown) => log('warn', 'the SQL memory of a run could not be removed', { run: id, error: String(error) }));
  }

  private lost(runId: string, error: Error): void {
    this.slots.release(runId);
    this.forget(runId)?.lose(new Refusal('unavailable', `the run was interrupted, and goes on with the next start of the runtime: ${error.message}`, { run_id: runId }));
  }

  private forget(runId: string): LiveRun | undefined {
    this.questions.closeAll(runId);
    const live = this.live.get(runId);
    this.live.delete(runId);
    this.pool.forget(runId);
    this.unfollow.get(runId)?.();
    this.unfollow.delete(runId);
    return live;
  }

  private restart(thread: number): void {
    const there = [...this.live.values()].filter(({ row }) => this.pool.threadOf(row) === thread);
    for (const { row } of there) this.slots.release(row.run_id);
    for (const { row, secrets } of there) this.pool.post(row, { type: 'start', run_id: row.run_id, has_slot: false, resumed: true, secrets });
  }

  private descendantsOf(id: string): LiveRun[] {
    const children = [...this.live.values()].filter(({ row }) => row.parent_run_id === id);
    return children.flatMap((child) => [child, ...this.descendantsOf(child.row.run_id)]);
  }

  /** Durable before the first run of the scope is: a start after a crash looks into it. */
  private mark(key: string): void {
    if (this.marked.has(key)) return;
    this.markers.add(key);
    this.marked.add(key);
  }

  private async requireBudget(key: string, agent: string): Promise<void> {
    const { day } = this.options;
    if (!day.principal && !day.agents[agent]) return;
    const { day: used } = await this.store<{ day: DayUse[] }>(key, RUNTIME, 'used');
    try {
      checkDay(day, agent, used);
    } catch (error) {
      if (error instanceof LimitReached) throw new Refusal('quota_exhausted', error.message, { budget: error.reason, retry_after: secondsOfToday() });
      throw error;
    }
  }
}

/** Seconds until the day of the budgets ends. */
function secondsOfToday(): number {
  return 86_400 - (Math.floor(Date.now() / 1000) % 86_400);
}

const ORPHAN = 'the run that began it has ended';
const RUNTIME: Author = { actor: '', agent: null, transport: 'runtime' };

function authorOf({ principal, row }: LiveRun): Author {
  return { actor: principal.subject, agent: row.agent, transport: 'agent' };
}

/** Key of the scope that the runs of a principal are in. */
export function userKey({ tenant, subject }: Principal): string {
  return scopeKey({ tenant, kind: 'user', id: subject });
}

export function newRunId(): string {
  return `run_${nanoid()}`;
}

export function newSessionId(): string {
  return `ses_${nanoid()}`;
}

export function newAgentId(): string {
  return `agt_${nanoid()}`;
}
