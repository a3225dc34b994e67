import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Access } from './access.js';
import { agentAcls, agentIdentities } from './agent-rights.js';
import { channelAccess, scopeAccess } from './channel-access.js';
import { ChannelDirectory } from './channels/directory.js';
import { ChannelHub } from './channels/hub.js';
import { Waiters } from './channels/waiters.js';
import type { Setup } from './bundles/setup.js';
import { loadIdentities, type Identities } from './config/auth-env.js';
import { webhookSettings } from './config/outgoing-webhooks.js';
import { modelSettingsOf } from './config/models-schema.js';
import { toolSettings } from './config/tool-settings.js';
import { residentsOf } from './config/schema.js';
import { withSkills } from './front/mcp/prompts.js';
import { FrontServer, type ServerOptions as FrontOptions } from './front/server.js';
import { lockDataDir, type DataDirLock } from './lock.js';
import { log } from './log.js';
import { ChannelService } from './operations/channel/channel-service.js';
import { DefinitionService } from './operations/definition/definition-service.js';
import { definitionPolicy } from './operations/definition/server-policy.js';
import { loadDefinitions } from './operations/channel/definition-operations.js';
import { userKey } from './operations/run/run-launcher.js';
import { RunService } from './operations/run/run-service.js';
import { Dispatcher } from './operations/dispatcher.js';
import type { TokenService } from './operations/token/token-service.js';
import { ScopeResolver } from './operations/scope-resolver.js';
import { WebhookService } from './operations/webhook/webhook-service.js';
import { Models } from './models/models.js';
import { OutgoingWebhooks } from './outgoing-webhooks.js';
import { Reloader } from './reload/reloader.js';
import type { ReloadReport } from './reload/report.js';
import { ResidentSupervisor } from './residents/supervisor.js';
import type { ScopeCall } from './scope/messages.js';
import { Placement } from './scope/placement.js';
import { scopeExists } from './scope/scope-files.js';
import { listScopes } from './scope/scope.js';
import { readLog, runInScope, wakeMarked } from './scope-calls.js';
import { seedDocuments } from './seed.js';
import { SqlAudit } from './sql/audit.js';
import { SqlMemory } from './sql/memory/sql-memory.js';
import { SqlSandbox } from './sql/sandbox.js';
import { builtFile, VERSION } from './package.js';

export interface RuntimeOptions extends Setup {
  readonly dataDir: string;
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly env: NodeJS.ProcessEnv;
  /** Reads the configuration again, for a reload. @throws ConfigError */
  reconfigure?(): Setup;
  /** Puts something around what answers requests of MCP clients: for tests of the protocol, which need tools of their own. */
  aroundMcp?: FrontOptions['aroundMcp'];
}

/** The whole runtime in one process: storage threads, front and resident agents. */
export class Runtime {
  private constructor(
    readonly url: string,
    readonly identities: Identities,
    private readonly server: FrontServer,
    private readonly reloader: Reloader,
    private readonly reconfigure: (() => Setup) | undefined,
    private readonly residents: ResidentSupervisor,
    private readonly runs: RunService,
    private readonly tokens: TokenService,
    private readonly webhooks: OutgoingWebhooks,
    private readonly placement: Placement,
    private readonly sandbox: SqlSandbox,
    private readonly audit: SqlAudit,
    private readonly lock: DataDirLock,
  ) {}

  /** @throws when the data directory or the address is taken, or the configuration cannot be used. */
  static async start({ config, skills, bundled, dataDir, host, port, env, reconfigure, aroundMcp }: RuntimeOptions): Promise<Runtime> {
    const lock = lockDataDir(dataDir);
    const isNew = !existsSync(path.join(dataDir, 'sqlmem'));
    const identities = loadIdentities(config, dataDir, env);
    for (const warning of identities.warnings) log('warn', warning);

    const hub = new ChannelHub((key, after, select, done) => readLog(placement, key, after, select, done));
    const waiters = new Waiters();
    const placement = new Placement({
      workerFile: builtFile('workers/scope-worker.js'),
      workers: config.storage.workers,
      dataDir,
      synchronous: config.storage.synchronous,
      idleMs: config.storage.idle_close,
      settings: {
        log: { maxAgeMs: config.log.max_age, maxEvents: config.log.max_events },
        history: { keepMs: config.history.keep, keepDeletedMs: config.history.keep_deleted },
        memory: { maxValueBytes: config.memory.max_value_bytes, maxScopeBytes: config.memory.max_scope_bytes },
        webhooks: webhookSettings(config.outgoing_webhooks),
      },
      onFrame: (frame) => {
        hub.onFrame(frame);
        waiters.onFrame(frame);
        webhooks.onFrame(frame);
      },
      onCrash: (ownsScope, error) => {
        log('error', 'a scope worker ended and is started anew', { error: error.stack });
        hub.onCrash(ownsScope);
        waiters.onCrash(ownsScope);
        wakeMarked(placement, dataDir, ownsScope);
        webhooks.onCrash(ownsScope);
      },
    });
    const sandbox = new SqlSandbox({
      childFile: builtFile('workers/sql-child.js'),
      processes: config.sql.processes,
      deadlineMs: config.sql.deadline,
      maxMemory: config.sql.max_memory,
      maxRows: config.sql.max_rows,
      maxBytes: config.sql.max_bytes,
    });
    const scopes = new ScopeResolver(agentIdentities(config, identities));
    const run = (call: Omit<ScopeCall, 'id'>): Promise<unknown> => runInScope(placement, call);
    const webhooks = new OutgoingWebhooks({
      config: config.outgoing_webhooks,
      principals: identities.principals,
      scopes,
      dataDir,
      env,
      run,
    });
    const webhookService = new WebhookService({ scopes, run, outcomeOf: (message) => webhooks.outcomeOf(message) });
    const channels = new ChannelService({
      scopes,
      directory: new ChannelDirectory(config.channels, (tenant) => loadDefinitions(run, tenant)),
      waiters,
      acls: agentAcls(config),
      limits: config.channel_limits,
      scopesOf: (tenant, kind) => listScopes(dataDir, tenant, kind),
      run,
    });
    const definitions = new DefinitionService({
      setup: { config, skills, bundled },
      policy: definitionPolicy(env),
      hasFile: (scope) => scopeExists(dataDir, scope),
      run,
    });
    const access = new Access({ config, identities, dataDir, env, run });
    const audit = new SqlAudit(dataDir, config.sql.audit);
    const sqlMemory = new SqlMemory(sandbox, audit, {
      dataDir,
      limits: {
        maxRows: config.sql.max_rows,
        maxBytes: config.sql.max_bytes,
        quotaBytes: config.sql.quota,
        synchronous: config.storage.synchronous,
      },
      deadlineMs: config.sql.deadline,
      busyMs: config.sql.busy,
      transactions: config.sql.transactions,
      lifetimeMs: config.sql.transaction,
    });
    const modelSettings = modelSettingsOf(config);
    const models = new Models(modelSettings, env);
    const runs: RunService = new RunService({
      definitions,
      dataDir,
      concurrency: config.concurrency,
      day: config.runs.budgets,
      graceMs: config.runs.disconnect_grace,
      workerFile: builtFile('workers/run-worker.js'),
      threads: config.runs.threads,
      workerData: { models: modelSettings, day: config.runs.budgets, interruption: config.interruption, ...toolSettings(config) },
      checkModel: (choice) => models.check(choice),
      run,
      tool: (call) => dispatcher.call(call),
      current: (principal) => access.stillGood(principal),
      follow: (principal, ended) => access.auth.follow(principal, ended),
    });
    const services = { scopes, channels, definitions, runs, webhooks: webhookService, sqlMemory, tokens: access.tokens };
    const dispatcher = new Dispatcher(placement, sandbox, dataDir, scopes, services, audit);
    const residents = new ResidentSupervisor({
      workerFile: builtFile('workers/resident-worker.js'),
      agentsUrl: pathToFileURL(builtFile('agents/')).href,
      folder: config.residents.folder === undefined ? undefined : pathToFileURL(`${config.residents.folder}/`),
      threads: config.residents.threads,
      models: modelSettings,
      agents: residentsOf(config),
      principals: identities.principals,
      dispatcher,
      hub,
    });
    let prompts = withSkills(skills);
    const server = new FrontServer({
      auth: access.auth,
      admission: access.admission,
      dispatcher,
      consoleDir: builtFile('console/'),
      version: VERSION,
      subscriptions: config.subscriptions,
      dataDir,
      publicUrl: config.server.public_url,
      runs,
      runAccess: (principal, publish) => scopeAccess(userKey(principal), hub, placement, publish),
      aroundMcp,
      channelAccess: (principal, publish) => channelAccess(() => access.current(principal), hub, dispatcher, publish),
      prompts: () => prompts,
      residents,
      reload: reconfigure && (() => reloader.reload(reconfigure)),
    });
    const reloader = new Reloader({
      config,
      skills,
      bundled,
      dataDir,
      env,
      access,
      scopes,
      channels,
      definitions,
      residents,
      webhooks,
      onSkills: (changed) => {
        prompts = withSkills(changed);
        server.promptsChanged();
      },
    });
    await access.check();
    const url = urlOf(host, await server.listen(host, port));
    wakeMarked(placement, dataDir, () => true);
    if (isNew) await seedDocuments(config.seed, identities.principals, dispatcher);
    await residents.start();
    await runs.resume();
    await webhooks.start();
    return new Runtime(url, identities, server, reloader, reconfigure, residents, runs, access.tokens, webhooks, placement, sandbox, audit, lock);
  }

  /**
   * Brings a configuration into effect while everything goes on; without one, what the files say by now.
   * @throws ConfigError where it cannot be used, and nothing has changed. Refusal `unavailable` where it is in
   * effect and an agent could not be started, or the runtime is stopping.
   */
  reload(setup?: Setup): Promise<ReloadReport> {
    return this.reloader.reload(() => {
      if (setup) return setup;
      if (!this.reconfigure) throw new Error('this runtime was started without a way to read its configuration again: give reload one');
      return this.reconfigure();
    });
  }

  /** Ends in the order of the data flow: no new requests, then agents, then storage. */
  async stop(): Promise<void> {
    this.server.close();
    await this.reloader.stop();
    await this.residents.stop();
    await this.runs.stop();
    await this.webhooks.stop();
    await this.tokens.stop();
    await this.placement.stop();
    this.sandbox.stop();
    this.audit.close();
    this.lock.release();
  }
}

/** Where a browser of this machine finds the server. */
function urlOf(host: string, port: number): string {
  const named = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${named.includes(':') ? `[${named}]` : named}:${port}`;
}
