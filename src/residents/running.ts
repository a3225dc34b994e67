import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { Span } from '../channels/hub.js';
import type { AgentConfig } from '../config/schema.js';
import { Refusal, toRefusalWire } from '../errors.js';
import type { Principal } from '../identity/principal.js';
import { log } from '../log.js';
import { LOG_TOOL, RESIDENT_TOOL } from '../operations/tool-names.js';
import { findOperation } from '../operations/registry.js';
import type { CursorAdvance } from '../scope/messages.js';
import { scopeKey } from '../scope/scope.js';
import { consumerOf } from './place.js';
import { NOTHING_DONE, type FromResident, type ResidentState, type ResidentTask, type Timer, type ToResident } from './protocol.js';
import type { SupervisorOptions } from './supervisor.js';
import type { ResidentThread, ResidentThreads, Tenant } from './threads.js';

/** A resident as operators see it. */
export type ResidentReport = ResidentState & {
  name: string;
  principal: string;
  tenant: string;
  /** `own` for one that was given a thread for itself, by the configuration or since it ended one. */
  thread: 'shared' | 'own';
  /** How often it was started anew since it crashed or its thread ended, and of what the last time. */
  restarts: number;
  last_crash: string | null;
};

export type ResidentDetails = ResidentReport & {
  description: string;
  subscribe: AgentConfig['subscribe'];
  every_ms: number | null;
  cron: string | null;
  timezone: string | null;
  max_in_flight: number;
  retry: { attempts: number; first_ms: number; longest_ms: number };
  /** Seq of the newest event in the log of which `cursor` is a place. */
  log_head: number;
};

/** How long the code of an agent may take to end. */
const STOP_MS = 5000;
/** Wakes whose crashes are counted. */
const MANY_WAKES = 1000;

let lastId = 0;

/** One resident agent, from its start to its end, in whichever thread it runs. */
export class RunningResident implements Tenant {
  id = 0;
  readonly report: ResidentReport;
  private thread: ResidentThread | undefined;
  private own = false;
  private stopping = false;
  private stopped: () => void = () => undefined;
  private leaveHub: () => void = () => undefined;
  private scopeKey = '';
  /** Seq since which the code that runs now is told of every event. */
  private toldSince = 0;
  /** Wakes that run now: how often each was begun. */
  private readonly awakeFor = new Map<string, number>();
  private attempts: Record<string, number> = {};

  constructor(
    private readonly name: string,
    public agent: AgentConfig,
    public principal: Principal,
    private readonly options: Pick<SupervisorOptions, 'agentsUrl' | 'folder' | 'dispatcher' | 'hub' | 'holder' | 'metrics'>,
    private readonly threads: ResidentThreads,
  ) {
    this.own = agent.thread === 'own';
    const thread = agent.thread;
    this.report = { name, principal: agent.principal, tenant: principal.tenant, thread, restarts: 0, last_crash: null, ...NOTHING_DONE, paused: agent.paused };
  }

  /** Its state beside what its configuration says. */
  get details(): ResidentDetails {
    const { report, agent, scopeKey: key } = this;
    const { description = '', subscribe, every, cron, timezone, max_in_flight, retry } = agent;
    return {
      ...report,
      description,
      subscribe,
      every_ms: every ?? null,
      cron: cron ?? null,
      timezone: cron === undefined ? null : timezone,
      max_in_flight,
      retry: { attempts: retry.attempts, first_ms: retry.first, longest_ms: retry.longest },
      log_head: this.options.hub.lastSeq(key) ?? report.cursor,
    };
  }

  get awake(): boolean {
    return this.awakeFor.size > 0;
  }

  /** Starts it. Rejects where its log cannot be read. */
  async start(): Promise<void> {
    const { name, scope, select } = this;
    const { hub, dispatcher } = this.options;
    this.scopeKey = scopeKey(dispatcher.scopes.resolve({ principal: this.principal, agent: name, input: { scope } }));
    const { head } = await this.runtimeCall<{ head: number }>(LOG_TOOL, { op: 'open' });
    const group = consumerOf(name);
    hub.join(this.scopeKey, select, head, group, (events, span) => this.moved(events, span));
    this.leaveHub = () => hub.leave(this.scopeKey, group);
    this.enter();
  }

  /** Goes on in its thread with what is looked up with each call. */
  adopt(agent: AgentConfig, principal: Principal): void {
    this.agent = agent;
    this.principal = principal;
  }

  /** Nothing that it asks for takes effect from now on. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.leaveHub();
    const { thread, own, id } = this;
    if (!thread) return;
    const inTime = new AbortController();
    const stopped = new Promise<void>((resolve) => (this.stopped = resolve));
    this.tell({ type: 'stop' });
    const late = wait(STOP_MS, 'late', { signal: inTime.signal }).catch(() => undefined);
    if ((await Promise.race([stopped, late])) === 'late' && !own) {
      log('warn', 'a resident agent does not end: its code goes on in its thread, without effect', { agent: this.name });
    }
    inTime.abort();
    thread.leave(id);
    if (own) await thread.stop();
  }

  /** Pauses or resumes it, durably. */
  async pause(paused: boolean): Promise<void> {
    await this.runtimeCall(RESIDENT_TOOL, { op: 'pause', consumer: consumerOf(this.name), paused, declared: this.agent.paused });
    this.report.paused = paused;
    this.tell({ type: 'paused', paused });
  }

  deadWakes(after: number, limit: number): Promise<{ total: number; dead_wakes: unknown[] }> {
    return this.runtimeCall(RESIDENT_TOOL, { op: 'dead_wakes', consumer: consumerOf(this.name), after, limit });
  }

  /** @param ids undefined for all. */
  async redrive(ids: readonly number[] | undefined): Promise<{ redriven: number }> {
    const input = { op: 'redrive', consumer: consumerOf(this.name), ...(ids ? { ids } : {}) };
    const answer = await this.runtimeCall<{ redriven: number }>(RESIDENT_TOOL, input);
    this.tell({ type: 'redriven' });
    return answer;
  }

  receive(message: FromResident, reply: (answer: ToResident) => void): void {
    const { metrics } = this.options;
    switch (message.type) {
      case 'state':
        metrics.counted(this.report, message.state);
        Object.assign(this.report, message.state);
        return;
      case 'begin':
        this.awakeFor.set(message.wake.id, message.wake.attempt);
        if (message.wake.delayMs !== undefined) metrics.started(message.wake.delayMs);
        return;
      case 'end':
        this.awakeFor.delete(message.id);
        delete this.attempts[message.id];
        return;
      case 'stopped':
        return this.stopped();
      case 'crashed':
        return this.crashed(message.error);
      case 'call':
        return this.call(message, reply);
    }
  }

  threadEnded(error: Error, suspect: boolean): void {
    if (this.stopping) return this.stopped();
    if (suspect || this.own) return this.crashed(error.message);
    this.again();
  }

  /** It, or a thread in which it was awake, has ended: it goes on in a thread of its own, and takes no other along. */
  private crashed(error: string): void {
    if (this.stopping) return this.stopped();
    const [first] = error.split('\n');
    this.report.restarts += 1;
    this.report.last_crash = first!;
    log('error', 'a resident agent ended and is started anew', { agent: this.name, restarts: this.report.restarts, error });
    const kept = Object.entries(this.attempts).slice(-MANY_WAKES);
    this.attempts = Object.fromEntries([...kept, ...this.awakeFor]);
    if (!this.own) {
      this.thread?.leave(this.id);
      this.thread = undefined;
      this.own = true;
      this.report.thread = 'own';
    }
    this.again();
  }

  private again(): void {
    this.awakeFor.clear();
    const { cursor, last_error, dead_letters, paused } = this.report;
    Object.assign(this.report, { ...NOTHING_DONE, cursor, last_error, dead_letters, paused });
    this.enter();
  }

  private enter(): void {
    this.thread?.leave(this.id);
    this.thread ??= this.own ? this.threads.own() : this.threads.share();
    this.id = lastId += 1;
    this.thread.enter(this);
    // What went to the code that ran before is not in what this one gets.
    this.toldSince = this.options.hub.lastSeq(this.scopeKey) ?? Number.POSITIVE_INFINITY;
    this.tell({ type: 'start', task: this.task, alone: this.own });
  }

  private moved(events: string, span: Span | undefined): void {
    this.tell({ type: 'moved', push: span && { events, since: Math.max(span.since, this.toldSince), upto: span.upto } });
  }

  private get task(): ResidentTask {
    const { name, agent, scope, select } = this;
    return {
      name,
      module: this.module,
      scope,
      scopeKey: this.scopeKey,
      select,
      timer: timerOf(agent),
      maxInFlight: agent.max_in_flight,
      key: agent.key,
      retry: agent.retry,
      paused: agent.paused,
      settings: agent.settings,
      holder: this.options.holder,
      attempts: this.attempts,
    };
  }

  private get module(): string {
    const { agentsUrl, folder } = this.options;
    const { code } = this.agent;
    const theirs = folder ? ['index.js', 'index.mjs'].map((file) => new URL(`${code}/${file}`, folder)) : [];
    return (theirs.find((file) => existsSync(file)) ?? new URL(`${code}/index.js`, agentsUrl)).href;
  }

  private get scope(): 'user' | 'agent' {
    return this.agent.subscribe[0]!.scope;
  }

  private get select(): Pick<AgentConfig['subscribe'][number], 'topic' | 'filter'>[] {
    return this.agent.subscribe.map(({ topic, filter }) => ({ topic, filter }));
  }

  private tell(message: DistributiveOmit<ToResident, 'to'>): void {
    this.thread?.post({ ...message, to: this.id } as ToResident);
  }

  private runtimeCall<Result>(tool: string, input: Record<string, unknown>): Promise<Result> {
    const { principal, name: agent, scope } = this;
    return this.options.dispatcher.call({ principal, agent, transport: 'runtime', tool, input: { scope, ...input } }) as Promise<Result>;
  }

  private call({ id, tool, input, cursor, wake }: Extract<FromResident, { type: 'call' }>, reply: (answer: ToResident) => void): void {
    const to = this.id;
    const refuse = (error: unknown): void => reply({ to, type: 'answer', id, moved: 'no', ok: false, refusal: toRefusalWire(error) });
    // Its principal may be gone, and who comes after it may have begun from its place.
    if (this.stopping) return refuse(new Refusal('unavailable', 'the agent is being stopped'));
    const { principal, name: agent } = this;
    const { dispatcher } = this.options;
    const where = this.whereIs(tool, input);
    const moved = cursor === null || where === 'elsewhere' ? 'no' : where === 'here' ? 'yes' : 'maybe';
    const run = (): void =>
      dispatcher.dispatch({ principal, agent, transport: 'agent', tool, input, cursor, wake: wake ?? undefined }, (outcome) =>
        reply({ to, type: 'answer', id, moved, ...outcome }),
      );
    if (where === 'here' || !wake) return run();
    // The lease is in another file than what the call is about: it is asked for right before.
    this.hold(wake).then(run, refuse);
  }

  /** @throws Refusal `lease_lost` */
  private async hold(wake: CursorAdvance): Promise<void> {
    const { principal, name: agent, scope } = this;
    const input = { op: 'hold', scope, consumer: consumerOf(agent) };
    await this.options.dispatcher.call({ principal, agent, transport: 'runtime', tool: RESIDENT_TOOL, input, wake });
  }

  /** Whether a call is about the file that has the lease; what the main thread conducts says that for itself. */
  private whereIs(tool: string, input: Record<string, unknown>): 'here' | 'elsewhere' | 'unknown' {
    try {
      if (findOperation(tool, input.op).runs !== 'scope') return 'unknown';
      const key = scopeKey(this.options.dispatcher.scopes.resolve({ principal: this.principal, agent: this.name, input }));
      return key === this.scopeKey ? 'here' : 'elsewhere';
    } catch {
      // It will be refused.
      return 'elsewhere';
    }
  }
}

type DistributiveOmit<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never;

function timerOf({ every, cron, timezone }: AgentConfig): Timer | undefined {
  if (every !== undefined) return { every };
  return cron === undefined ? undefined : { cron, timezone };
}
