import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import path from 'node:path';
import { log } from '../log.js';

/** How much of each statement is recorded. */
export type AuditMode = 'full' | 'metadata' | 'off';

export interface SqlAuditEntry {
  tenant: string;
  subject: string;
  agent: string | null;
  transport: string;
  op: string;
  scope: string;
  scopeId: string;
  statement: string | undefined;
  /** Rows returned or changed. */
  rows: number | null;
  durationMs: number;
  error: string | null;
}

/** The record of SQL that callers ran: `<data>/audit/sql.jsonl`, one line each (reference: tools 5.6). */
export class SqlAudit {
  private readonly file: WriteStream | undefined;

  constructor(
    dataDir: string,
    private readonly mode: AuditMode,
  ) {
    if (mode === 'off') return;
    const folder = path.join(dataDir, 'audit');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.file = createWriteStream(path.join(folder, 'sql.jsonl'), { flags: 'a', mode: 0o600 });
    this.file.on('error', (error) => log('error', 'the audit of SQL cannot be written', { error: error.message }));
  }

  record(entry: SqlAuditEntry): void {
    if (!this.file) return;
    const line = {
      ts: new Date().toISOString(),
      actor_tenant: entry.tenant,
      actor_subject: entry.subject,
      actor_agent: entry.agent,
      action: 'sql',
      transport: entry.transport,
      sql_op: entry.op,
      sql_scope: entry.scope,
      sql_scope_id: entry.scopeId,
      ...(this.mode === 'full' && entry.statement !== undefined ? { sql_statement: entry.statement } : {}),
      sql_rows: entry.rows,
      sql_duration_ms: Math.round(entry.durationMs * 1000) / 1000,
      sql_error: entry.error,
    };
    this.file.write(`${JSON.stringify(line)}\n`);
  }

  /** Waits until everything is in the file. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => (this.file ? this.file.end(() => resolve()) : resolve()));
  }
}
