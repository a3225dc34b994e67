import { DEFAULT_WEBHOOK_SETTINGS, type WebhookSettings } from './webhook-settings.js';

/** What the configuration says about the domain: it reaches every scope worker, and operations as `tx.settings`. */
export interface ScopeSettings {
  /** What of the channel log is kept, beside the messages of channels, which have limits of their own. */
  readonly log: LogRetention;
  readonly memory: {
    /** Longest value of an entry, in bytes of JSON text. */
    readonly maxValueBytes: number;
    /** All keys and values of a scope together, in bytes. */
    readonly maxScopeBytes: number;
  };
  readonly webhooks: WebhookSettings;
}

export interface LogRetention {
  /** Milliseconds; null for ever. */
  readonly maxAgeMs: number | null;
  /** Newest events that are kept; null for all. */
  readonly maxEvents: number | null;
}

/** What holds where the configuration says nothing. */
export const DEFAULT_SETTINGS: ScopeSettings = {
  log: { maxAgeMs: null, maxEvents: null },
  memory: { maxValueBytes: 64 * 1024, maxScopeBytes: 1024 * 1024 },
  webhooks: DEFAULT_WEBHOOK_SETTINGS,
};
