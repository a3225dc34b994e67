import { DEFAULT_WEBHOOK_SETTINGS, type WebhookSettings } from './webhook-settings.js';

/** What the configuration says about the domain: it reaches every scope worker, and operations as `tx.settings`. */
export interface ScopeSettings {
  /** What of the channel log is kept, beside the messages of channels, which have limits of their own. */
  readonly log: LogRetention;
  readonly history: HistoryRetention;
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

/** How long the past is kept, in milliseconds; null for ever. */
export interface HistoryRetention {
  /** A revision of a chunk, after it was replaced. */
  readonly keepMs: number | null;
  /** What was deleted, so that it can come back. */
  readonly keepDeletedMs: number | null;
}

const DAY_MS = 24 * 3_600_000;

/** What holds where the configuration says nothing. */
export const DEFAULT_SETTINGS: ScopeSettings = {
  log: { maxAgeMs: null, maxEvents: null },
  history: { keepMs: 90 * DAY_MS, keepDeletedMs: 30 * DAY_MS },
  memory: { maxValueBytes: 64 * 1024, maxScopeBytes: 1024 * 1024 },
  webhooks: DEFAULT_WEBHOOK_SETTINGS,
};
