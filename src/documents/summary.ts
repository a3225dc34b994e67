import type { ScopeDatabase } from '../storage/scope-database.js';
import { NAMED, toWire, type DocumentWire, type NamedRow } from './documents.js';

/** A document at a glance. */
export interface DocumentSummary extends DocumentWire {
  /** Number of chunks by type, `""` for those without. */
  types: Record<string, number>;
  /** The same by status. */
  statuses: Record<string, number>;
  /** Who wrote to it last. */
  last_actor: string;
  last_agent?: string;
}

const PAGE = `${NAMED} WHERE (d.created_at, d.id) > (?, ?) ORDER BY d.created_at, d.id LIMIT ?`;
const COUNTS = 'SELECT type, status, count(*) AS n FROM chunks WHERE document_id = ? GROUP BY type, status';
const LAST = 'SELECT actor, agent FROM loom_audit WHERE seq = ?';

/** Documents in order of creation, after the one at which the last page ended. */
export function summarize(db: ScopeDatabase, after: readonly [string, string], limit: number): DocumentSummary[] {
  return db.all<NamedRow & { audit: number }>(PAGE, BigInt(after[0]), after[1], limit).map((row) => {
    const counts = db.all<{ type: string | null; status: string | null; n: number }>(COUNTS, row.id);
    const { actor, agent } = db.get<{ actor: string; agent: string | null }>(LAST, row.audit)!;
    return {
      ...toWire(row),
      types: tally(counts.map(({ type, n }) => [type ?? '', n])),
      statuses: tally(counts.map(({ status, n }) => [status ?? '', n])),
      last_actor: actor,
      ...(agent === null ? {} : { last_agent: agent }),
    };
  });
}

function tally(counts: readonly (readonly [string, number])[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const [name, n] of counts) sums.set(name, (sums.get(name) ?? 0) + n);
  return Object.fromEntries(sums);
}
