import type { Piscina } from 'piscina';
import type { ChannelHub } from '../channels/hub.js';
import type { AgentConfig } from '../config/schema.js';
import type { Principal } from '../identity/principal.js';
import { log } from '../log.js';
import type { Dispatcher } from '../operations/dispatcher.js';
import { LOG_TOOL } from '../operations/log-operations.js';
import { ResidentTask, residentPool } from '../scope/resident-task.js';
import { scopeKey } from '../scope/scope.js';
import type { FromResident, ResidentState, ToResident } from './protocol.js';

export interface SupervisorOptions {
  readonly workerFile: string;
  /** URL of the folder that holds the agents' code. */
  readonly agentsUrl: string;
  readonly agents: Readonly<Record<string, AgentConfig>>;
  readonly principals: ReadonlyMap<string, Principal>;
  readonly dispatcher: Dispatcher;
  readonly hub: ChannelHub;
}

/** A resident as operators see it. */
export type ResidentReport = ResidentState & {
  name: string;
  principal: string;
  /** How often its thread died, and of what the last time. */
  restarts: number;
  last_crash: string | null;
};

interface Supervised {
  report: ResidentReport;
  task: ResidentTask;
}

/** Runs every resident agent in a thread of its own, and starts it anew when the thread dies. */
export class ResidentSupervisor {
  private readonly residents: Supervised[] = [];
  private pool: Piscina | undefined;

  constructor(private readonly options: SupervisorOptions) {}

  async start(): Promise<void> {
    const { agents, workerFile } = this.options;
    const names = Object.keys(agents);
    if (names.length === 0) return;
    this.pool = residentPool(workerFile, names.length);
    for (const name of names) await this.launch(name, agents[name]!, this.pool);
  }

  reports(): ResidentReport[] {
    return this.residents.map(({ report }) => report);
  }

  async stop(): Promise<void> {
    await Promise.all(this.residents.map(({ task }) => task.stop({ type: 'stop' } satisfies ToResident)));
    await this.pool?.destroy();
  }

  private async launch(name: string, agent: AgentConfig, pool: Piscina): Promise<void> {
    const { hub, dispatcher, principals, agentsUrl } = this.options;
    const principal = principals.get(agent.principal)!;
    const { scope } = agent.subscribe[0]!;
    const select = agent.subscribe.map(({ topic, filter }) => ({ topic, filter }));
    const report: ResidentReport = {
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
    const task = new ResidentTask(
      pool,
      {
        name,
        module: new URL(`${agent.code}/index.js`, agentsUrl).href,
        scope,
        select,
        everyMs: agent.every,
        settings: agent.settings,
      },
      {
        message: (message, reply) => this.receive(report, principal, message as FromResident, reply),
        crashed: (error, restarts) => {
          report.restarts = restarts;
          report.last_crash = error.message;
          log('error', 'a resident agent ended and is started anew', { agent: name, restarts, error: error.stack });
        },
      },
    );
    this.residents.push({ report, task });

    const key = scopeKey(dispatcher.scopes.resolve({ principal, agent: name, input: { scope } }));
    const { head } = (await dispatcher.call({
      principal,
      agent: name,
      transport: 'runtime',
      tool: LOG_TOOL,
      input: { op: 'open', scope },
    })) as { head: number };
    hub.join(key, select, head, `resident:${name}`, () => task.post({ type: 'moved' } satisfies ToResident));
    // What came in between is in the log: the first wake reads it.
    task.post({ type: 'moved' } satisfies ToResident);
  }

  private receive(
    report: ResidentReport,
    principal: Principal,
    message: FromResident,
    reply: (answer: ToResident) => void,
  ): void {
    if (message.type === 'state') {
      Object.assign(report, message.state);
      return;
    }
    const { id, tool, input, cursor } = message;
    this.options.dispatcher.dispatch(
      { principal, agent: report.name, transport: 'agent', tool, input, cursor },
      (outcome) => reply({ type: 'answer', id, ...outcome }),
    );
  }
}
