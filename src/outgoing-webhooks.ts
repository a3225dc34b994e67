import { loadSecrets } from './config/auth-env.js';
import { webhookSettings } from './config/outgoing-webhooks.js';
import type { Config } from './config/schema.js';
import type { Principal } from './identity/principal.js';
import { log } from './log.js';
import { WEBHOOK_TOOL } from './operations/webhook/scope-operations.js';
import type { ScopeResolver } from './operations/scope-resolver.js';
import { ScopeMarkers } from './scope/alarms.js';
import type { CommitFrame, ScopeCall } from './scope/messages.js';
import { scopeKey } from './scope/scope.js';
import type { DeclaredWebhook, WebhookDefinition } from './webhooks/definition.js';
import { HttpPoster } from './webhooks/request.js';
import { isSecret } from './webhooks/secret.js';
import { WebhookSender } from './webhooks/sender.js';
import type { Outcome } from './webhooks/settle.js';
import { VERSION } from './package.js';

export interface OutgoingWebhooksOptions {
  readonly config: Config['outgoing_webhooks'];
  readonly principals: ReadonlyMap<string, Principal>;
  readonly scopes: ScopeResolver;
  readonly dataDir: string;
  readonly env: NodeJS.ProcessEnv;
  /** Runs an operation in a scope. Rejects with a Refusal. */
  run(call: Omit<ScopeCall, 'id'>): Promise<unknown>;
}

/** The webhooks of yaml, each with its scope and secrets. */
export interface WebhookPlan {
  /** Webhooks by the key of their scope. */
  readonly declared: ReadonlyMap<string, readonly DeclaredWebhook[]>;
  /** Secrets by `secretKey`. */
  readonly secrets: ReadonlyMap<string, readonly string[]>;
  readonly warnings: readonly string[];
}

/** Longer than an attempt: what is told of it has a way to go. */
const BEYOND_TIMEOUT_MS = 5000;

/** The outgoing webhooks of the runtime: those of yaml brought into their scopes, and the sender of all. */
export class OutgoingWebhooks {
  private readonly sender: WebhookSender;
  private readonly markers: ScopeMarkers;
  private current: WebhookPlan;

  /** @throws Refusal where a webhook of yaml names a scope that its principal may not use. */
  constructor(private readonly options: OutgoingWebhooksOptions) {
    const { config, principals, scopes, dataDir } = options;
    this.markers = new ScopeMarkers(dataDir, 'alarms');
    this.current = this.plan(config, principals, scopes);
    warn(this.current);
    this.sender = new WebhookSender({
      poster: new HttpPoster(webhookSettings(config).urls, config.timeout, `loomcycle/${VERSION}`),
      maxConnections: config.max_connections,
      maxConnectionsPerScope: config.max_connections_per_scope,
      attemptWaitMs: config.timeout + BEYOND_TIMEOUT_MS,
      secretsOf: (key, name) => this.current.secrets.get(secretKey(key, name)) ?? [],
      run: (key, op, input) => this.run(key, op, input),
    });
  }

  /** A scope with a webhook has an alarm: it is found by its marker. */
  async start(): Promise<void> {
    await this.bringIn([...this.markers.list(), ...this.current.declared.keys()]);
  }

  /**
   * What endpoints of yaml come to, with their secrets as they are now. Changes nothing.
   * @throws Refusal where one names a scope that its principal may not use.
   */
  plan({ endpoints }: Pick<Config['outgoing_webhooks'], 'endpoints'>, principals: ReadonlyMap<string, Principal>, scopes: ScopeResolver): WebhookPlan {
    const declared = new Map<string, DeclaredWebhook[]>();
    const secrets = new Map<string, readonly string[]>();
    const warnings: string[] = [];
    const secretOf = loadSecrets(this.options.dataDir, this.options.env);
    for (const [name, { principal, secret_env, enabled, ...said }] of Object.entries(endpoints)) {
      const { scope, agent, max_in_flight = 1 } = said;
      const input = { scope, ...(agent === undefined ? {} : { agent }) };
      const key = scopeKey(scopes.resolve({ principal: principals.get(principal)!, input }));
      const definition: WebhookDefinition = { ...said, max_in_flight, secret_env };
      const values = secret_env.map(secretOf);
      const hasSecrets = values.every(isSecret);
      if (hasSecrets) secrets.set(secretKey(key, name), values);
      else if (enabled) warnings.push(`webhook "${name}" sends nothing: ${secret_env.join(', ')} must each hold whsec_ and base64 of 24 to 64 bytes`);
      const disabled = !enabled ? 'declared' : hasSecrets ? null : 'no_secret';
      declared.set(key, [...(declared.get(key) ?? []), { name, definition, disabled }]);
    }
    return { declared, secrets, warnings };
  }

  /** The configuration declares these endpoints now; those that it no longer does are disabled and keep their place. */
  async replace(plan: WebhookPlan): Promise<void> {
    const before = this.current;
    this.current = plan;
    warn(plan);
    await this.bringIn([...before.declared.keys(), ...plan.declared.keys()]);
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

  private async bringIn(scopes: readonly string[]): Promise<void> {
    const keys = [...new Set(scopes)];
    await Promise.all(keys.map((key) => this.sync(key)));
    this.sender.poke(keys);
  }

  private async sync(key: string): Promise<void> {
    try {
      await this.run(key, 'sync', { declared: this.current.declared.get(key) ?? [] });
    } catch (error) {
      log('error', 'the webhooks of the configuration could not be brought into their scope', { scope: key, error: String(error) });
    }
  }

  private run(key: string, op: string, input: Record<string, unknown>): Promise<unknown> {
    const author = { actor: '', agent: null, transport: 'runtime' as const };
    return this.options.run({ key, tool: WEBHOOK_TOOL, op, input: JSON.stringify({ op, ...input }), author, cursor: null });
  }
}

function warn({ warnings }: WebhookPlan): void {
  for (const warning of warnings) log('warn', warning);
}

function secretKey(key: string, name: string): string {
  return `${key}\n${name}`;
}
