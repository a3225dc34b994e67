import { Refusal } from '../errors.js';
import type { Transaction } from '../scope/transaction.js';
import type { Changeable } from './declaration.js';
import type { WebhookDefinition } from './definition.js';
import { isSecret, newSecret, rotated } from './secret.js';
import { urlProblem } from './url.js';
import { deleteWebhook, disableWebhook, enableWebhook, insertWebhook, moveWebhook, requireWebhook, saveWebhook, tell, type Webhook } from './webhooks.js';

export interface Creation extends Changeable {
  readonly name: string;
  readonly scope?: WebhookDefinition['scope'] | undefined;
  readonly agent?: string | undefined;
  readonly enabled: boolean;
  readonly secret?: string | undefined;
  readonly after?: number | undefined;
}

/** @throws Refusal `webhook_url_refused`, `webhook_name_in_use`, `webhook_limit`, `cursor_ahead`, `invalid_input` (secret) */
export function createWebhook(tx: Transaction, creation: Creation): { webhook: Webhook; secret: string } {
  const { name, url, scope = 'user', agent, topic, filter, event_types, headers, description, max_in_flight = 1 } = creation;
  const { enabled, secret = newSecret(), after = tx.head } = creation;
  requireUrl(tx, url);
  requireSecret(secret);
  requireReached(tx, after);
  const secrets = [{ secret, since: nowOf(tx) }];
  const definition: WebhookDefinition = { url, scope, agent, topic, filter, event_types, headers, description, max_in_flight };
  const webhook = insertWebhook(tx, { name, source: 'runtime', definition, secrets, disabled: enabled ? null : 'operator', after });
  tell(tx, 'create', name);
  return { webhook, secret };
}

/** What changes: null takes away what can be left out. */
export type Changes = { readonly [Key in keyof Changeable]?: Changeable[Key] | null | undefined };

/** @throws Refusal `not_found`, `webhook_yaml_immutable`, `revision_conflict`, `webhook_url_refused` */
export function updateWebhook(tx: Transaction, name: string, revision: number | undefined, changes: Changes): Webhook {
  const webhook = requireRuntime(tx, name, 'change it there');
  if (revision !== undefined && revision !== webhook.revision) {
    throw new Refusal('revision_conflict', `webhook ${name} is at revision ${webhook.revision}, not ${revision}: get it, and change that`, {
      name,
      current_revision: webhook.revision,
    });
  }
  const { url, topic, filter, event_types, headers, description, max_in_flight } = changes;
  const said = Object.entries({ url, topic, filter, event_types, headers, description, max_in_flight }).filter(([, value]) => value !== undefined);
  const merged = Object.entries({ ...webhook.definition, ...Object.fromEntries(said) }).filter(([, value]) => value !== null);
  const definition = { max_in_flight: 1, ...Object.fromEntries(merged) } as WebhookDefinition;
  requireUrl(tx, definition.url);
  const saved = saveWebhook(tx, webhook, { ...webhook, definition });
  tell(tx, 'update', name);
  return saved;
}

/** @throws Refusal `not_found`, `webhook_yaml_immutable` */
export function removeWebhook(tx: Transaction, name: string): void {
  const webhook = requireWebhook(tx.db, name);
  if (webhook.disabled !== 'undeclared') requireRuntime(tx, name, 'take it out there');
  deleteWebhook(tx, webhook);
}

/**
 * A new secret, and how long those before it go on signing.
 * @param graceMs 0 to stop them at once.
 * @throws Refusal `not_found`, `webhook_yaml_immutable`, `invalid_input`
 */
export function rotateSecret(tx: Transaction, name: string, secret: string | undefined, graceMs: number | undefined): { webhook: Webhook; secret: string } {
  const webhook = requireRuntime(tx, name, 'name the new variable in secret_env, before the old one');
  const fresh = secret ?? newSecret();
  requireSecret(fresh);
  if (webhook.secrets.some((each) => each.secret === fresh)) {
    throw new Refusal('invalid_input', 'secret: that is a secret of this webhook already');
  }
  const secrets = rotated(webhook.secrets, fresh, nowOf(tx), graceMs ?? tx.settings.webhooks.secretGraceMs);
  const saved = saveWebhook(tx, webhook, { ...webhook, secrets });
  tell(tx, 'rotate_secret', name);
  return { webhook: saved, secret: fresh };
}

/**
 * @param skipMissed whether events that came while it was disabled are left out.
 * @throws Refusal `not_found`, `webhook_yaml_immutable` for what the configuration keeps disabled
 */
export function enable(tx: Transaction, name: string, skipMissed: boolean): Webhook {
  const webhook = requireWebhook(tx.db, name);
  const { disabled } = webhook;
  if (disabled === 'declared' || disabled === 'undeclared' || disabled === 'no_secret') {
    throw new Refusal('webhook_yaml_immutable', `webhook ${name} is disabled by the configuration (${disabled}): change that there`, { name, disabled_reason: disabled });
  }
  if (skipMissed) moveWebhook(tx, webhook, tx.head);
  if (disabled !== null) enableWebhook(tx, webhook);
  return requireWebhook(tx.db, name);
}

/** @throws Refusal `not_found` */
export function disable(tx: Transaction, name: string): Webhook {
  const webhook = requireWebhook(tx.db, name);
  if (webhook.disabled === null) disableWebhook(tx, webhook, 'operator');
  return requireWebhook(tx.db, name);
}

function requireRuntime(tx: Transaction, name: string, what: string): Webhook {
  const webhook = requireWebhook(tx.db, name);
  if (webhook.source === 'runtime') return webhook;
  throw new Refusal('webhook_yaml_immutable', `webhook ${name} is declared in the configuration: ${what}`, { name });
}

function requireUrl(tx: Transaction, url: string): void {
  const problem = urlProblem(url, tx.settings.webhooks.urls);
  if (problem !== undefined) throw new Refusal('webhook_url_refused', `the url ${problem}`, { url });
}

function requireSecret(secret: string): void {
  if (!isSecret(secret)) throw new Refusal('invalid_input', 'secret: must be whsec_ and base64 of 24 to 64 bytes; without one, one is made');
}

function requireReached(tx: Transaction, after: number): void {
  if (after <= tx.head) return;
  throw new Refusal('cursor_ahead', `after is past the newest event of the scope, ${tx.head}`, { head: tx.head });
}

function nowOf(tx: Transaction): number {
  return Number(tx.at / 1_000_000n);
}
