import type { ScopeDatabase } from '../storage/scope-database.js';
import type { DocumentRow } from './rows.js';

/** A document at a glance. */
export interface DocumentSummary {
  document_id: string;
  title: string;
  root_chunk_id: string;
  chunk_count: number;
  /** Number of chunks by type, `""` for those without. */
  types: Record<string, number>;
  /** The same by status. */
  statuses: Record<string, number>;
  created_at: number;
  updated_at: number;
  /** Who wrote to it last. */
  last_actor: string;
  last_agent?: string;
}

type Row = DocumentRow & { actor: string; agent: string | null };

const PAGE = `SELECT d.*, a.actor, a.agent FROM documents d JOIN loom_audit a ON a.seq = d.audit
  WHERE (d.created_at, d.id) > (?, ?) ORDER BY d.created_at, d.id LIMIT ?`;
const COUNTS = 'SELECT type, status, count(*) AS n FROM chunks WHERE document_id = ? GROUP BY type, status';

/** Documents in order of creation, after the one at which the last page ended. */
export function summarize(db: ScopeDatabase, after: readonly [string, string], limit: number): DocumentSummary[] {
  return db.all<Row>(PAGE, BigInt(after[0]), after[1], limit).map((row) => {
    const counts = db.all<{ type: string | null; status: string | null; n: number }>(COUNTS, row.id);
    return {
      document_id: row.id,
      title: row.title,
      root_chunk_id: row.root_chunk_id,
      chunk_count: counts.reduce((sum, { n }) => sum + n, 0),
      types: tally(counts.map(({ type, n }) => [type ?? '', n])),
      statuses: tally(counts.map(({ status, n }) => [status ?? '', n])),
      created_at: row.created_at,
      updated_at: row.updated_at,
      last_actor: row.actor,
      ...(row.agent === null ? {} : { last_agent: row.agent }),
    };
  });
}

function tally(counts: readonly (readonly [string, number])[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const [name, n] of counts) sums.set(name, (sums.get(name) ?? 0) + n);
  return Object.fromEntries(sums);
}
