import { loadSecrets } from './config/auth-env.js';
import { webhookSettings } from './config/outgoing-webhooks.js';
import type { Config } from './config/schema.js';
import type { Principal } from './identity/principal.js';
import { log } from './log.js';
import { WEBHOOK_TOOL } from './operations/webhook/scope-operations.js';
import type { ScopeResolver } from './operations/scope-resolver.js';
import { AlarmMarkers } from './scope/alarms.js';
import type { CommitFrame, ScopeCall } from './scope/messages.js';
import { scopeKey } from './scope/scope.js';
import type { DeclaredWebhook, WebhookDefinition } from './webhooks/definition.js';
import { HttpPoster } from './webhooks/request.js';
import { isSecret } from './webhooks/secret.js';
import { WebhookSender } from './webhooks/sender.js';
import type { Outcome } from './webhooks/settle.js';
import { VERSION } from './version.js';

export interface OutgoingWebhooksOptions {
  readonly config: Config['outgoing_webhooks'];
  readonly principals: ReadonlyMap<string, Principal>;
  readonly scopes: ScopeResolver;
  readonly dataDir: string;
  readonly env: NodeJS.ProcessEnv;
  /** Runs an operation in a scope. Rejects with a Refusal. */
  run(call: Omit<ScopeCall, 'id'>): Promise<unknown>;
}

/** Longer than an attempt: what is told of it has a way to go. */
const BEYOND_TIMEOUT_MS = 5000;

/** The outgoing webhooks of the runtime: those of yaml brought into their scopes, and the sender of all. */
export class OutgoingWebhooks {
  private readonly sender: WebhookSender;
  private readonly markers: AlarmMarkers;
  /** Webhooks of yaml by the key of their scope. */
  private readonly declared = new Map<string, DeclaredWebhook[]>();
  /** Secrets of yaml by `secretKey`. */
  private readonly secrets = new Map<string, readonly string[]>();

  /** @throws Refusal where a webhook of yaml names a scope that its principal may not use. */
  constructor(private readonly options: OutgoingWebhooksOptions) {
    const { config, dataDir } = options;
    this.markers = new AlarmMarkers(dataDir);
    this.declareAll();
    this.sender = new WebhookSender({
      poster: new HttpPoster(webhookSettings(config).urls, config.timeout, `loomcycle/${VERSION}`),
      maxConnections: config.max_connections,
      maxConnectionsPerScope: config.max_connections_per_scope,
      attemptWaitMs: config.timeout + BEYOND_TIMEOUT_MS,
      secretsOf: (key, name) => this.secrets.get(secretKey(key, name)) ?? [],
      run: (key, op, input) => this.run(key, op, input),
    });
  }

  /** A scope with a webhook has an alarm: it is found by its marker. */
  async start(): Promise<void> {
    const keys = [...new Set([...this.markers.list(), ...this.declared.keys()])];
    await Promise.all(keys.map((key) => this.sync(key)));
    this.sender.poke(keys);
  }

  onFrame(frame: CommitFrame): void {
    this.sender.onFrame(frame);
  }

  onCrash(ownsScope: (key: string) => boolean): void {
    this.sender.onCrash(ownsScope, this.markers.list());
  }

  /** See `WebhookSender.outcomeOf`. */
  outcomeOf(message: string): Promise<Outcome | undefined> {
    return this.sender.outcomeOf(message);
  }

  stop(): Promise<void> {
    return this.sender.stop();
  }

  private declareAll(): void {
    const { config, principals, scopes, dataDir, env } = this.options;
    const secretOf = loadSecrets(dataDir, env);
    for (const [name, { principal, secret_env, enabled, ...said }] of Object.entries(config.endpoints)) {
      const { scope, agent, max_in_flight = 1 } = said;
      const input = { scope, ...(agent === undefined ? {} : { agent }) };
      const key = scopeKey(scopes.resolve({ principal: principals.get(principal)!, input }));
      const definition: WebhookDefinition = { ...said, max_in_flight, secret_env };
      const secrets = secret_env.map(secretOf);
      const hasSecrets = secrets.every(isSecret);
      if (hasSecrets) this.secrets.set(secretKey(key, name), secrets);
      else if (enabled) log('warn', `webhook "${name}" sends nothing: ${secret_env.join(', ')} must each hold whsec_ and base64 of 24 to 64 bytes`);
      const disabled = !enabled ? 'declared' : hasSecrets ? null : 'no_secret';
      this.declared.set(key, [...(this.declared.get(key) ?? []), { name, definition, disabled }]);
    }
  }

  private async sync(key: string): Promise<void> {
    try {
      await this.run(key, 'sync', { declared: this.declared.get(key) ?? [] });
    } catch (error) {
      log('error', 'the webhooks of the configuration could not be brought into their scope', { scope: key, error: String(error) });
    }
  }

  private run(key: string, op: string, input: Record<string, unknown>): Promise<unknown> {
    const author = { actor: '', agent: null, transport: 'runtime' as const };
    return this.options.run({ key, tool: WEBHOOK_TOOL, op, input: JSON.stringify({ op, ...input }), author, cursor: null });
  }
}

function secretKey(key: string, name: string): string {
  return `${key}\n${name}`;
}
