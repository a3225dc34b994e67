import { isDeepStrictEqual } from 'node:util';
import type { ChannelHub } from '../channels/hub.js';
import type { AgentConfig } from '../config/schema.js';
import { samePrincipal, type Principal } from '../identity/principal.js';
import { log } from '../log.js';
import type { Dispatcher } from '../operations/dispatcher.js';
import { RunningResident, type ResidentReport } from './running.js';

export type { ResidentReport } from './running.js';

type Agents = Readonly<Record<string, AgentConfig>>;
type Principals = ReadonlyMap<string, Principal>;

export interface SupervisorOptions {
  readonly workerFile: string;
  /** URL of the folder that holds the agents' code. */
  readonly agentsUrl: string;
  readonly agents: Agents;
  readonly principals: Principals;
  readonly dispatcher: Dispatcher;
  readonly hub: ChannelHub;
}

/** Runs every resident agent in a thread of its own, and starts it anew when the thread dies. */
export class ResidentSupervisor {
  private readonly running = new Map<string, RunningResident>();
  private agents: Agents;

  constructor(private readonly options: SupervisorOptions) {
    this.agents = options.agents;
  }

  async start(): Promise<void> {
    for (const name of Object.keys(this.agents)) await this.launch(name, this.options.principals);
  }

  /** Those that run, in the order of the configuration. */
  reports(): ResidentReport[] {
    return Object.keys(this.agents).flatMap((name) => this.running.get(name)?.report ?? []);
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
      if (agent && principal && samePrincipal(running.principal, principal) && isDeepStrictEqual(ofThread(running.agent), ofThread(agent))) {
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
  }

  private async launch(name: string, principals: Principals): Promise<void> {
    const agent = this.agents[name]!;
    const running = new RunningResident(name, agent, principals.get(agent.principal)!, this.options);
    this.running.set(name, running);
    try {
      await running.listen();
    } catch (error) {
      this.running.delete(name);
      await running.stop();
      throw error;
    }
  }
}

/** What the thread of an agent was started with. Its channels and grants are looked up with each call. */
function ofThread({ code, principal, subscribe, every, settings }: AgentConfig): unknown {
  return { code, principal, subscribe, every, settings };
}
