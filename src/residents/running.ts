import { setTimeout as wait } from 'node:timers/promises';
import type { Piscina } from 'piscina';
import type { AgentConfig } from '../config/schema.js';
import { Refusal, toRefusalWire } from '../errors.js';
import type { Principal } from '../identity/principal.js';
import { log } from '../log.js';
import { LOG_TOOL } from '../operations/log-operations.js';
import { ResidentTask, residentPool } from '../scope/resident-task.js';
import { scopeKey } from '../scope/scope.js';
import type { FromResident, ResidentState, ToResident } from './protocol.js';
import type { SupervisorOptions } from './supervisor.js';

/** A resident as operators see it. */
export type ResidentReport = ResidentState & {
  name: string;
  principal: string;
  /** How often its thread died, and of what the last time. */
  restarts: number;
  last_crash: string | null;
};

/** How long the code of an agent may take to end; then its thread is ended. */
const STOP_MS = 5000;

/** One resident agent in its thread, from its start to its end. */
export class RunningResident {
  readonly report: ResidentReport;
  private readonly pool: Piscina;
  private readonly task: ResidentTask;
  private stopping = false;
  private leave: () => void = () => undefined;

  constructor(
    private readonly name: string,
    public agent: AgentConfig,
    public principal: Principal,
    private readonly options: Pick<SupervisorOptions, 'workerFile' | 'agentsUrl' | 'dispatcher' | 'hub'>,
  ) {
    this.report = {
      name,
      principal: agent.principal,
      restarts: 0,
      last_crash: null,
      state: 'starting',
      cursor: 0,
      wakes: 0,
      last_wake_at: null,
      last_error: null,
    };
    // A pool of its own: agents come and go, each without the others.
    this.pool = residentPool(options.workerFile, 1);
    const data = {
      name,
      module: new URL(`${agent.code}/index.js`, options.agentsUrl).href,
      scope: this.scope,
      select: this.select,
      everyMs: agent.every,
      settings: agent.settings,
    };
    this.task = new ResidentTask(this.pool, data, {
      message: (message, reply) => this.receive(message as FromResident, reply),
      crashed: (error, restarts) => {
        this.report.restarts = restarts;
        this.report.last_crash = error.message;
        log('error', 'a resident agent ended and is started anew', { agent: name, restarts, error: error.stack });
      },
    });
  }

  /** Has it told of what its subscriptions take. Rejects where its log cannot be read. */
  async listen(): Promise<void> {
    const { name, principal, scope, select } = this;
    const { dispatcher, hub } = this.options;
    const key = scopeKey(dispatcher.scopes.resolve({ principal, agent: name, input: { scope } }));
    const input = { op: 'open', scope };
    const { head } = (await dispatcher.call({ principal, agent: name, transport: 'runtime', tool: LOG_TOOL, input })) as { head: number };
    const group = `resident:${name}`;
    const moved = (): void => this.task.post({ type: 'moved' } satisfies ToResident);
    hub.join(key, select, head, group, moved);
    this.leave = () => hub.leave(key, group);
    // What came in between is in the log: the first wake reads it.
    moved();
  }

  /** Goes on in its thread with what is looked up with each call. */
  adopt(agent: AgentConfig, principal: Principal): void {
    this.agent = agent;
    this.principal = principal;
  }

  /** Nothing that it asks for takes effect from now on. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.leave();
    const inTime = new AbortController();
    const tooLong = wait(STOP_MS, undefined, { signal: inTime.signal }).catch(() => undefined);
    const stopped = this.task.stop({ type: 'stop' } satisfies ToResident);
    await Promise.race([stopped, tooLong]);
    inTime.abort();
    await this.pool.destroy();
    await stopped;
  }

  private get scope(): 'user' | 'agent' {
    return this.agent.subscribe[0]!.scope;
  }

  private get select(): Pick<AgentConfig['subscribe'][number], 'topic' | 'filter'>[] {
    return this.agent.subscribe.map(({ topic, filter }) => ({ topic, filter }));
  }

  private receive(message: FromResident, reply: (answer: ToResident) => void): void {
    if (message.type === 'state') {
      Object.assign(this.report, message.state);
      return;
    }
    const { id, tool, input, cursor } = message;
    if (this.stopping) {
      // Its principal may be gone, and the next thread may have begun from its place.
      const refusal = toRefusalWire(new Refusal('unavailable', 'the agent is being stopped'));
      return reply({ type: 'answer', id, ok: false, refusal });
    }
    const { principal, name: agent } = this;
    this.options.dispatcher.dispatch({ principal, agent, transport: 'agent', tool, input, cursor }, (outcome) =>
      reply({ type: 'answer', id, ...outcome }),
    );
  }
}
