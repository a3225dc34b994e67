import type { ScopeDatabase } from '../storage/scope-database.js';

const TRIMMED = 'SELECT trimmed_to FROM loom_log_state';

/** Seq up to which events of the scope's log may be gone that are no messages of a channel. */
export function trimmedTo(db: ScopeDatabase): number {
  return db.get<{ trimmed_to: number }>(TRIMMED)?.trimmed_to ?? 0;
}
