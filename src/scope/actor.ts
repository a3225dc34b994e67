import { toRefusalWire, type RefusalWire } from '../errors.js';
import { ScopeDatabase, type Synchronous } from '../storage/scope-database.js';
import { nextAlarm, type ScopeMarkers } from './alarms.js';
import { requireWake } from './cursors.js';
import { answerOnce } from './idempotency.js';
import { refusalReply, type CommitFrame, type ScopeCall, type ScopeReply } from './messages.js';
import type { ScopeSettings } from './settings.js';
import { TornBatch, Transaction } from './transaction.js';

/** Runs one operation inside the batch. Given by whoever knows the registry of operations. */
export interface OperationExecutor {
  writes(tool: string, op: string): boolean;
  /** Whether it has to see all that the rest of the batch does. */
  runsLast(tool: string, op: string): boolean;
  /** @returns the result as JSON text. @throws Refusal */
  execute(tx: Transaction, call: ScopeCall): string;
}

/** A batch that is in the file. Nobody may see it before it is also on disk, see `ScopeActor.sync`. */
export interface Batch {
  readonly replies: ScopeReply[];
  readonly frame: CommitFrame | undefined;
  /** False for a batch that changed nothing. */
  readonly wrote: boolean;
}

/**
 * The single writer of one scope file.
 *
 *   mailbox ──run──▶ BEGIN ─▶ op, op, op ─▶ COMMIT ─▶ replies and events leave
 *                      ▲            │                 │ failed: every op of the batch fails
 *                      │            │ refused before its first write: that op alone is answered so
 *                      └─ROLLBACK───┘ failed after it: once more, with a savepoint around each op
 *
 * `run` is synchronous: within a worker thread one batch of a scope ends before the next begins.
 */
export class ScopeActor {
  lastUsedAt = 0;
  /** Unix milliseconds of the next alarm, undefined without one. */
  alarmAt: number | undefined;
  private readonly db: ScopeDatabase;
  private readonly tx: Transaction;

  constructor(
    readonly key: string,
    file: string,
    synchronous: Synchronous,
    private readonly executor: OperationExecutor,
    private readonly markers: ScopeMarkers,
    settings: ScopeSettings,
  ) {
    this.db = ScopeDatabase.open(file, synchronous);
    this.tx = new Transaction(this.db, settings);
    this.alarmAt = nextAlarm(this.db);
  }

  /** @param deferSync leaves the sync to `sync`: nobody may be answered before. */
  run(calls: readonly ScopeCall[], nowMs: number, deferSync: boolean): Batch {
    this.lastUsedAt = nowMs;
    const { tx, db, executor } = this;
    const wrote = calls.some((call) => call.cursor !== null || executor.writes(call.tool, call.op));
    tx.start(nowMs);
    if (!wrote) return { replies: calls.map((call) => this.answer(call, false)), frame: undefined, wrote };
    const last = calls.filter((call) => executor.runsLast(call.tool, call.op));
    const ordered = last.length === 0 ? calls : [...calls.filter((call) => !last.includes(call)), ...last];
    const { ends } = tx;
    try {
      if (deferSync) db.deferSync(true);
      const replies = this.runAll(ordered, false) ?? this.runAll(ordered, true)!;
      tx.flushTouched();
      const alarmAt = tx.alarmsChanged ? nextAlarm(db) : this.alarmAt;
      if (alarmAt !== undefined && this.alarmAt === undefined) this.markers.add(this.key);
      db.commit();
      this.alarmAt = alarmAt;
      return { replies, frame: tx.takeFrame(this.key), wrote };
    } catch (error) {
      db.rollback();
      tx.restart(ends);
      return { replies: failAll(calls, error), frame: undefined, wrote: false };
    } finally {
      if (deferSync) db.deferSync(false);
    }
  }

  /** @returns the replies of the batch, whose transaction is left open; undefined where it has to be run with savepoints. */
  private runAll(calls: readonly ScopeCall[], savepoints: boolean): ScopeReply[] | undefined {
    const { db, tx } = this;
    const { ends } = tx;
    db.begin();
    try {
      return calls.map((call) => this.answer(call, true, savepoints));
    } catch (error) {
      if (!(error instanceof TornBatch)) throw error;
      db.rollback();
      tx.restart(ends);
      return undefined;
    }
  }

  /** Waits until what `run` committed with `deferSync` is on disk. */
  async sync(): Promise<void> {
    await this.db.sync();
  }

  close(): void {
    this.db.close();
  }

  private answer(call: ScopeCall, inTransaction: boolean, savepoint = false): ScopeReply {
    const { tx, executor } = this;
    tx.author = call.author;
    tx.given = call.given;
    try {
      const { wake = call.cursor } = call;
      // The lease of a resident is in the file of one scope, and its place too.
      if (wake?.lease?.scope === this.key) requireWake(tx.db, wake);
      const cursor = call.cursor && (call.cursor.lease?.scope ?? this.key) === this.key ? call.cursor : null;
      const writes = cursor !== null || executor.writes(call.tool, call.op);
      const json = writes
        ? tx.atomically(savepoint, () => {
            const work = (): string => executor.execute(tx, call);
            const result = call.idempotencyKey === undefined ? work() : answerOnce(tx, call, call.idempotencyKey, work);
            if (cursor) tx.advance(cursor);
            return result;
          })
        : executor.execute(tx, call);
      return { id: call.id, ok: true, json };
    } catch (error) {
      if (error instanceof TornBatch) throw error;
      // A full disk or an I/O error makes SQLite roll back the whole transaction, not this call alone.
      if (inTransaction && !this.db.connection.inTransaction) throw error;
      return refusalReply(call.id, toRefusalWire(error));
    }
  }
}

/** The refusals of a batch that could not be committed. */
export function failAll(calls: readonly ScopeCall[], error: unknown): ScopeReply[] {
  const cause = error instanceof Error ? error.message : String(error);
  return refuseAll(calls, `nothing was written: the commit failed (${cause}); try again`, 'none');
}

/** @param effect whether the calls may have taken effect all the same. */
export function refuseAll(calls: readonly ScopeCall[], error: string, effect: 'none' | 'unknown'): ScopeReply[] {
  const refusal: RefusalWire = { reason: 'unavailable', error, data: { effect } };
  return calls.map((call) => refusalReply(call.id, refusal));
}
