import type { Filter } from '../channels/filter.js';

/** Topic of what happens to webhooks. */
export const WEBHOOKS_TOPIC = 'webhooks';

/** Name of the alarm that takes away what is too old. It is set in every scope with a webhook, so that a start finds them. */
export const WEBHOOKS_ALARM = 'webhooks';

export const WEBHOOK_SCOPES = ['user', 'agent', 'tenant', 'global'] as const;
export type WebhookScope = (typeof WEBHOOK_SCOPES)[number];

/** What somebody said of a webhook. */
export interface WebhookDefinition {
  readonly url: string;
  /** Whose events, as the messages say it. */
  readonly scope: WebhookScope;
  readonly agent?: string | undefined;
  /** Topic or pattern. */
  readonly topic: string;
  /** What must hold of the payload. */
  readonly filter?: Filter | undefined;
  /** Types of messages: all where there are none. */
  readonly event_types?: readonly string[] | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly description?: string | undefined;
  /** Requests at the same time; 1 keeps the order. */
  readonly max_in_flight: number;
  /** Of yaml: the variables that hold the secrets. */
  readonly secret_env?: readonly string[] | undefined;
}

/**
 * Why a webhook is disabled: somebody said so (`operator`; in yaml `declared`), the receiver is gone (410),
 * it failed for too long, yaml does not declare it any longer, or its secret is missing or none.
 */
export const DISABLED = ['operator', 'declared', 'gone', 'failing', 'undeclared', 'no_secret'] as const;
export type Disabled = (typeof DISABLED)[number];

/** A webhook that the configuration declares, without its secrets. */
export interface DeclaredWebhook {
  readonly name: string;
  readonly definition: WebhookDefinition;
  /** Why it is to be disabled, null where it is not. */
  readonly disabled: 'declared' | 'no_secret' | null;
}
