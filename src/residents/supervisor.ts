import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { ChannelHub } from '../channels/hub.js';
import type { AgentConfig } from '../config/schema.js';
import { samePrincipal, type Principal } from '../identity/principal.js';
import { log } from '../log.js';
import type { ModelSettings } from '../models/settings.js';
import type { Dispatcher } from '../operations/dispatcher.js';
import { ResidentMetrics } from './metrics.js';
import { RunningResident, type ResidentDetails, type ResidentReport } from './running.js';
import { ResidentThreads } from './threads.js';

export type { ResidentReport } from './running.js';

type Agents = Readonly<Record<string, AgentConfig>>;
type Principals = ReadonlyMap<string, Principal>;

interface Options {
  readonly workerFile: string;
  /** URL of the folder that holds the agents' code. */
  readonly agentsUrl: string;
  /** URL of the folder that holds the operator's, if there is one. */
  readonly folder?: URL | undefined;
  /** Threads that residents share. */
  readonly threads: number;
  readonly models: ModelSettings;
  readonly agents: Agents;
  readonly principals: Principals;
  readonly dispatcher: Dispatcher;
  readonly hub: ChannelHub;
}

export type SupervisorOptions = Options & {
  /** This process, as it stands in leases. */
  readonly holder: string;
  readonly metrics: ResidentMetrics;
};

/**
 * Runs the resident agents in a few threads. One that crashes is started anew in a thread of its own, at once
 * when that lived for a while, else after a growing pause; the others go on.
 */
export class ResidentSupervisor {
  private readonly running = new Map<string, RunningResident>();
  private readonly options: SupervisorOptions;
  private readonly threads: ResidentThreads;
  private agents: Agents;
  readonly metrics = new ResidentMetrics(() => this.reports());

  constructor(options: Options) {
    this.options = { ...options, holder: randomUUID(), metrics: this.metrics };
    this.threads = new ResidentThreads(options.workerFile, options.threads, options.models);
    this.agents = options.agents;
  }

  async start(): Promise<void> {
    await Promise.all(Object.keys(this.agents).map((name) => this.launch(name, this.options.principals)));
  }

  /** One that runs. */
  find(name: string): RunningResident | undefined {
    return this.running.get(name);
  }

  /** Those that run, in the order of the configuration. */
  reports(): ResidentReport[] {
    return this.all.map(({ report }) => report);
  }

  /** The same, with what their configuration says. */
  details(): ResidentDetails[] {
    return this.all.map(({ details }) => details);
  }

  private get all(): RunningResident[] {
    return Object.keys(this.agents).flatMap((name) => this.running.get(name) ?? []);
  }

  /**
   * These agents run from now on. Who is gone ends, who is new begins, who has other settings is started anew
   * and goes on from its place; all others go on as they are.
   * @returns names of those that could not be started: they are tried again with the next call.
   */
  async replace(agents: Agents, principals: Principals): Promise<string[]> {
    this.agents = agents;
    const ending: Promise<void>[] = [];
    for (const [name, running] of this.running) {
      const agent = agents[name];
      const principal = agent && principals.get(agent.principal)!;
      if (agent && principal && samePrincipal(running.principal, principal) && isDeepStrictEqual(startedWith(running.agent), startedWith(agent))) {
        running.adopt(agent, principal);
      } else {
        this.running.delete(name);
        ending.push(running.stop());
      }
    }
    await Promise.all(ending);
    const failed: string[] = [];
    for (const name of Object.keys(agents).filter((each) => !this.running.has(each))) {
      try {
        await this.launch(name, principals);
      } catch (error) {
        log('error', 'a resident agent could not be started', { agent: name, error: String(error) });
        failed.push(name);
      }
    }
    return failed;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.running.values()].map((each) => each.stop()));
    await this.threads.stop();
  }

  private async launch(name: string, principals: Principals): Promise<void> {
    const agent = this.agents[name]!;
    const running = new RunningResident(name, agent, principals.get(agent.principal)!, this.options, this.threads);
    this.running.set(name, running);
    try {
      await running.start();
    } catch (error) {
      this.running.delete(name);
      await running.stop();
      throw error;
    }
  }
}

/** What an agent was started with. Its channels and grants are looked up with each call. */
function startedWith({ description: _text, channels: _channels, grants: _grants, ...rest }: AgentConfig): unknown {
  return rest;
}
