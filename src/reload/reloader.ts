import { setImmediate as turn } from 'node:timers/promises';
import type { Access } from '../access.js';
import { agentAcls, agentIdentities } from '../agent-rights.js';
import type { Setup } from '../bundles/setup.js';
import type { Skill } from '../bundles/skills.js';
import { reloadIdentities, type Identities } from '../config/auth-env.js';
import { ConfigError } from '../config/error.js';
import { residentsOf } from '../config/schema.js';
import { Refusal } from '../errors.js';
import { log } from '../log.js';
import type { ChannelService } from '../operations/channel/channel-service.js';
import type { DefinitionService } from '../operations/definition/definition-service.js';
import { ScopeResolver, type AgentIdentity } from '../operations/scope-resolver.js';
import type { OutgoingWebhooks, WebhookPlan } from '../outgoing-webhooks.js';
import type { ResidentSupervisor } from '../residents/supervisor.js';
import { reportOf, type ReloadReport } from './report.js';

/** With the configuration and the skills of the start. */
export interface ReloaderOptions extends Setup {
  readonly dataDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly access: Access;
  readonly scopes: ScopeResolver;
  readonly channels: ChannelService;
  readonly definitions: DefinitionService;
  readonly residents: ResidentSupervisor;
  readonly webhooks: OutgoingWebhooks;
  /** Called where skills have changed. */
  onSkills(skills: readonly Skill[]): void;
}

/** A configuration that can be used, and what was made of it. */
interface Prepared {
  readonly setup: Setup;
  readonly identities: Identities;
  readonly agents: ReadonlyMap<string, AgentIdentity>;
  readonly webhooks: WebhookPlan;
}

/** Brings a new configuration into a runtime that goes on, one at a time. */
export class Reloader {
  /** The one of which principals, agents, channels, endpoints and skills are in effect. */
  private active: Setup;
  private last: Promise<unknown> = Promise.resolve();
  private stopping = false;

  constructor(private readonly options: ReloaderOptions) {
    this.active = options;
  }

  /**
   * @param read called when it is its turn, so that the last of several brings what the files say by then.
   * @throws ConfigError where the configuration cannot be used: then nothing has changed. Refusal `unavailable`
   * where it is in effect and an agent could not be started.
   */
  reload(read: () => Setup): Promise<ReloadReport> {
    const done = this.last.then(() => this.run(read));
    this.last = done.catch(() => undefined);
    return done;
  }

  /** Begins no more, and waits for the one under way. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.last;
  }

  private async run(read: () => Setup): Promise<ReloadReport> {
    if (this.stopping) throw new Refusal('unavailable', 'the runtime is stopping');
    const prepared = await this.prepare(read());
    // In a turn of its own: whoever was identified before this turn has been let in, and what it opened is followed.
    await turn();
    const report = this.swap(prepared);
    const failed = await this.follow(prepared);
    log('info', report.unchanged ? 'configuration read again: nothing has changed' : 'configuration read again', { changed: report.changed });
    if (report.needs_restart.length > 0) log('warn', 'the configuration differs in what needs a restart', { needs_restart: report.needs_restart });
    if (failed.length === 0) return report;
    throw new Refusal('unavailable', `the configuration is in effect, but these agents could not be started: ${failed.join(', ')}; reload once more`, {
      ...report,
      failed,
    });
  }

  /** Everything that may be wrong comes out here, where nothing has changed yet. @throws ConfigError */
  private async prepare(setup: Setup): Promise<Prepared> {
    const { dataDir, env, access, webhooks } = this.options;
    const { config } = setup;
    try {
      const identities = reloadIdentities(config, dataDir, env);
      await access.check(identities);
      const agents = agentIdentities(config, identities);
      const plan = webhooks.plan(config.outgoing_webhooks, identities.principals, new ScopeResolver(agents));
      return { setup, identities, agents, webhooks: plan };
    } catch (error) {
      throw new ConfigError([{ message: error instanceof Error ? error.message : String(error) }]);
    }
  }

  /** At once: no call sees a part of it. */
  private swap({ setup, identities, agents }: Prepared): ReloadReport {
    const { access, scopes, channels, definitions, onSkills } = this.options;
    const { config, skills } = setup;
    scopes.replace(agents);
    definitions.replace(setup);
    channels.replace(config.channels, agentAcls(config));
    const rebound = access.replace(identities);
    for (const warning of identities.warnings) log('warn', warning);
    const report = reportOf(this.options.config, this.active, setup, rebound);
    if (report.changed.some((line) => line.slice(2).startsWith('skills.'))) onSkills(skills);
    this.active = setup;
    return report;
  }

  /** What takes its time. @returns the agents that could not be started. */
  private async follow({ setup, identities, webhooks }: Prepared): Promise<string[]> {
    const [failed] = await Promise.all([
      this.options.residents.replace(residentsOf(setup.config), identities.principals),
      this.options.webhooks.replace(webhooks),
    ]);
    return failed;
  }
}
