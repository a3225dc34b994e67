/** What the configuration says about the domain: it reaches every scope worker, and operations as `tx.settings`. */
export interface ScopeSettings {
  readonly history: {
    /** How long a replaced revision of a chunk is kept, in milliseconds; null for ever. */
    readonly keepMs: number | null;
    /** How long what was deleted can come back, in milliseconds; null for ever. */
    readonly keepDeletedMs: number | null;
  };
}

const DAY_MS = 24 * 3_600_000;

/** What holds where the configuration says nothing. */
export const DEFAULT_SETTINGS: ScopeSettings = {
  history: { keepMs: 90 * DAY_MS, keepDeletedMs: 30 * DAY_MS },
};
