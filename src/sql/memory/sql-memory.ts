import { Refusal, type Reason } from '../../errors.js';
import type { Author } from '../../scope/messages.js';
import type { Scope } from '../../scope/scope.js';
import type { SqlAudit } from '../audit.js';
import type { SqlChild } from '../child.js';
import type { SqlSandbox } from '../sandbox.js';
import { FileLocks } from './file-locks.js';
import { sqlMemoryFile } from './files.js';
import { endedRefusal, OVER, SqlTransaction } from './transaction.js';
import type { MemoryWork, SqlMemoryLimits, SqlMemoryRequest } from './work.js';

export interface SqlMemoryOptions {
  readonly dataDir: string;
  readonly limits: SqlMemoryLimits;
  readonly deadlineMs: number;
  /** How long a write waits for those of others. */
  readonly busyMs: number;
  /** Most transactions that are open at once. */
  readonly transactions: number;
  readonly lifetimeMs: number;
}

export interface SqlMemoryCall {
  readonly scope: Scope;
  readonly author: Author;
  /** Whose transaction the call joins: equal for calls of the same caller. */
  readonly caller: string;
  readonly request: SqlMemoryRequest;
  readonly idempotencyKey?: string | undefined;
}

const PROCESS_GONE = new Set<Reason>(['sql_timeout', 'sql_too_large', 'unavailable']);

/** How long a caller that went away is still told that its transaction ended. */
const TELL_MS = 10 * 60_000;

/**
 * SQL that callers write, on files of their own. Whatever writes a file holds its lock, one after the other;
 * what reads does not wait. A transaction holds the lock and a process from its begin to its end, and every
 * call of its caller on that file joins it.
 */
export class SqlMemory {
  private readonly locks = new FileLocks();
  private readonly open = new Map<string, SqlTransaction>();
  /** Transactions that ended by themselves, and whose callers do not know yet. */
  private readonly ended = new Map<string, { why: string; atMs: number }>();

  constructor(
    private readonly sandbox: SqlSandbox,
    private readonly audit: SqlAudit,
    private readonly options: SqlMemoryOptions,
  ) {}

  /** @throws Refusal */
  run(call: SqlMemoryCall): Promise<unknown> {
    const { scope, author, request } = call;
    return this.audit.around({ scope, author, op: `sql_${request.op}`, statement: request.statement }, () => this.perform(call));
  }

  private async perform(call: SqlMemoryCall): Promise<unknown> {
    const { request, caller } = call;
    const work = this.workOf(call);
    const id = `${work.file}\n${caller}`;
    const deadlineMs = Math.min(request.timeoutMs ?? Infinity, this.options.deadlineMs);
    const joined = this.open.get(id);
    if (joined) {
      const result = await joined.ask(work, deadlineMs);
      return result === OVER ? this.perform(call) : result;
    }
    this.requireTold(id);
    switch (request.op) {
      case 'begin':
        return this.begin(id, work, deadlineMs);
      case 'commit':
      case 'rollback':
        throw new Refusal('sql_transaction', `sql_${request.op}: you have no open transaction here: begin one with sql_begin`);
      case 'exec':
        return this.write(work, deadlineMs);
      case 'query':
      case 'schema':
        return this.sandbox.run(work, deadlineMs);
    }
  }

  private async write(work: MemoryWork, deadlineMs: number): Promise<unknown> {
    const release = await this.locks.acquire(work.file, this.options.busyMs);
    try {
      return await this.sandbox.run(work, deadlineMs);
    } catch (error) {
      if (!(error instanceof Refusal) || !PROCESS_GONE.has(error.reason)) throw error;
      // It may have committed and not come to say so.
      throw new Refusal(error.reason, error.message, { ...error.data, effect: 'unknown' });
    } finally {
      release();
    }
  }

  private async begin(id: string, work: MemoryWork, deadlineMs: number): Promise<unknown> {
    const { transactions, busyMs, lifetimeMs } = this.options;
    if (this.open.size >= transactions) {
      throw new Refusal('busy', `sql_begin: ${transactions} transactions are open, which is the limit: try again, or write without one`);
    }
    let release: (() => void) | undefined;
    const open = async (): Promise<SqlChild> => {
      release = await this.locks.acquire(work.file, busyMs);
      const child = this.sandbox.pin();
      try {
        await child.ask(work, deadlineMs);
        return child;
      } catch (error) {
        this.sandbox.unpin(child);
        release();
        throw error;
      }
    };
    const end = (child: SqlChild | undefined): void => {
      this.open.delete(id);
      if (!child) return;
      const free = (): void => {
        this.sandbox.unpin(child);
        release!();
      };
      // The locks of SQLite on the file end with the process.
      if (child.alive) free();
      else void child.exited.then(free);
    };
    const lost = (why: string): void => this.remember(id, why);
    const transaction = new SqlTransaction(open, lifetimeMs, { end, lost });
    this.open.set(id, transaction);
    await transaction.opened;
    return { ok: true, depth: 1 };
  }

  private remember(id: string, why: string): void {
    const atMs = Date.now();
    for (const [other, told] of this.ended) if (atMs - told.atMs > TELL_MS) this.ended.delete(other);
    this.ended.set(id, { why, atMs });
  }

  /** Tells a caller once that its transaction is gone, so that it does not take the next write for part of it. */
  private requireTold(id: string): void {
    const ended = this.ended.get(id);
    this.ended.delete(id);
    if (ended && Date.now() - ended.atMs <= TELL_MS) throw endedRefusal(ended.why);
  }

  private workOf({ scope, author, request, idempotencyKey }: SqlMemoryCall): MemoryWork {
    const { dataDir, limits } = this.options;
    const once = request.op === 'exec' && idempotencyKey !== undefined ? { actor: author.actor, key: idempotencyKey, nowMs: Date.now() } : undefined;
    return { type: 'memory', file: sqlMemoryFile(dataDir, scope), limits, keepOpen: scope.kind !== 'run', once, ...request };
  }
}
