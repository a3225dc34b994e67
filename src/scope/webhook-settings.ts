/** What the configuration says of outgoing webhooks and a scope has to know. */
export interface WebhookSettings {
  /** Milliseconds from one attempt of a message to the next: there is one attempt more than pauses. */
  readonly retryMs: readonly number[];
  /** How long an endpoint may fail before it is disabled. */
  readonly disableAfterMs: number;
  /** How long a secret goes on signing after it was replaced, where nobody says otherwise. */
  readonly secretGraceMs: number;
  /** Messages of one webhook that may wait for another attempt: what comes then waits in the log. */
  readonly maxWaiting: number;
  /** Rows of the delivery log and dead letters that are kept for one webhook, and for how long. */
  readonly keep: { readonly maxAgeMs: number; readonly maxDeliveries: number; readonly maxDeadLetters: number };
  readonly urls: UrlRules;
}

/** Where webhooks may go. */
export interface UrlRules {
  readonly httpsOnly: boolean;
  /** Null for all. */
  readonly ports: readonly number[] | null;
  /** Addresses, CIDR ranges and host names that may be private. */
  readonly allowPrivate: readonly string[];
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The ladder is that of the specification of Standard Webhooks. */
export const DEFAULT_WEBHOOK_SETTINGS: WebhookSettings = {
  retryMs: [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR],
  disableAfterMs: 5 * 24 * HOUR,
  secretGraceMs: 24 * HOUR,
  maxWaiting: 10_000,
  keep: { maxAgeMs: 30 * 24 * HOUR, maxDeliveries: 10_000, maxDeadLetters: 10_000 },
  urls: { httpsOnly: false, ports: null, allowPrivate: [] },
};
