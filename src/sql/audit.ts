import { JsonLines } from '../audit/json-lines.js';
import type { Author } from '../scope/messages.js';
import type { Scope } from '../scope/scope.js';

/** How much of each statement is recorded. */
export type AuditMode = 'full' | 'metadata' | 'off';

export interface SqlAuditEntry {
  scope: Scope;
  author: Author;
  op: string;
  statement: string | undefined;
  /** Rows returned or changed. */
  rows: number | null;
  durationMs: number;
  error: string | null;
}

/** The record of SQL that callers ran: `<data>/audit/sql.jsonl`, one line each (reference: tools 5.6). */
export class SqlAudit {
  private readonly lines: JsonLines | undefined;

  constructor(
    dataDir: string,
    private readonly mode: AuditMode,
  ) {
    this.lines = mode === 'off' ? undefined : new JsonLines(dataDir, 'sql');
  }

  /** Runs a statement and records it, whatever comes of it, before anyone is answered. */
  async around<Result>(what: Omit<SqlAuditEntry, 'rows' | 'durationMs' | 'error'>, work: () => Promise<Result>): Promise<Result> {
    const started = performance.now();
    let rows: number | null = null;
    let failure: string | null = null;
    try {
      const result = await work();
      const { rows_affected, rows: returned } = result as { rows_affected?: number; rows?: unknown[] };
      rows = rows_affected ?? returned?.length ?? null;
      return result;
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
      throw error;
    } finally {
      this.record({ ...what, rows, durationMs: performance.now() - started, error: failure });
    }
  }

  private record(entry: SqlAuditEntry): void {
    const { scope, author } = entry;
    this.lines?.append({
      actor_tenant: scope.tenant,
      actor_subject: author.actor,
      actor_agent: author.agent,
      action: 'sql',
      transport: author.transport,
      sql_op: entry.op,
      sql_scope: scope.kind,
      sql_scope_id: scope.id,
      ...(this.mode === 'full' && entry.statement !== undefined ? { sql_statement: entry.statement } : {}),
      sql_rows: entry.rows,
      sql_duration_ms: Math.round(entry.durationMs * 1000) / 1000,
      sql_error: entry.error,
    });
  }

  close(): void {
    this.lines?.close();
  }
}
