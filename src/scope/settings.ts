/** What the configuration says about the domain: it reaches every scope worker, and operations as `tx.settings`. */
export interface ScopeSettings {
  readonly memory: {
    /** Longest value of an entry, in bytes of JSON text. */
    readonly maxValueBytes: number;
    /** All keys and values of a scope together, in bytes. */
    readonly maxScopeBytes: number;
  };
}

/** What holds where the configuration says nothing. */
export const DEFAULT_SETTINGS: ScopeSettings = {
  memory: { maxValueBytes: 64 * 1024, maxScopeBytes: 1024 * 1024 },
};
