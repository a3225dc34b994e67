import { Refusal } from '../../errors.js';
import type { SqlChild } from '../child.js';
import type { MemoryWork } from './work.js';

/** The transaction had ended in order when the turn of a call came: the call belongs to none. */
export const OVER = Symbol('over');

/**
 * A transaction of one caller on one file, in a process of its own.
 *
 *   opening ──▶ open ──commit, rollback──▶ over
 *      │          └──lifetime, deadline, or SQLite gave it up──▶ lost
 *      └──busy──▶ lost
 */
export class SqlTransaction {
  private state: 'opening' | 'open' | 'over' | 'lost' = 'opening';
  private why = 'it could not be opened';
  private lifetime: NodeJS.Timeout | undefined;
  private child: SqlChild | undefined;
  /** Whether a request is under way, whose caller learns of the end from its answer. */
  private asking = false;
  /** @throws Refusal of the opening. */
  readonly opened: Promise<void>;
  private turn: Promise<unknown>;

  /**
   * @param open waits for the right to write the file, and gives a process that has begun the transaction.
   * @param on.end called once: the process and the file are free for others, unless it never opened.
   */
  constructor(
    open: () => Promise<SqlChild>,
    private readonly lifetimeMs: number,
    private readonly on: { end(child: SqlChild | undefined): void; lost(why: string): void },
  ) {
    this.opened = open().then(
      (child) => this.begun(child),
      (error: unknown) => {
        this.state = 'lost';
        this.on.end(undefined);
        throw error;
      },
    );
    this.turn = this.opened.catch(() => undefined);
  }

  /**
   * Runs a request in the transaction, after those that were asked before.
   *
   * @returns the result, or `OVER`.
   * @throws Refusal of the request, `transaction_ended` where it can no longer be in the transaction.
   */
  ask(work: MemoryWork, deadlineMs: number): Promise<unknown> {
    const answer = this.turn.then(() => this.perform(work, deadlineMs));
    this.turn = answer.catch(() => undefined);
    return answer;
  }

  private begun(child: SqlChild): void {
    this.child = child;
    this.state = 'open';
    this.lifetime = setTimeout(() => this.lose(`it was open for more than ${this.lifetimeMs} ms`), this.lifetimeMs);
    void child.exited.then(() => this.lose('its process ended'));
  }

  private async perform(work: MemoryWork, deadlineMs: number): Promise<unknown> {
    if (this.state === 'over') return OVER;
    this.requireKept();
    const child = this.child!;
    this.asking = true;
    try {
      const result = await child.ask(work, deadlineMs);
      if (child.depth === 0) this.end('over');
      return result;
    } catch (error) {
      if (child.alive && child.depth > 0) throw error;
      this.requireKept();
      this.lose('a statement of it failed so that it could not go on');
      throw rolledBack(error);
    } finally {
      this.asking = false;
    }
  }

  /** @throws Refusal `transaction_ended` */
  private requireKept(): void {
    if (this.state === 'lost') throw endedRefusal(this.why);
  }

  private lose(why: string): void {
    if (this.state !== 'open') return;
    this.why = why;
    this.child!.kill();
    this.end('lost');
    if (!this.asking) this.on.lost(why);
  }

  private end(state: 'over' | 'lost'): void {
    this.state = state;
    clearTimeout(this.lifetime);
    this.on.end(this.child);
  }
}

export function endedRefusal(why: string): Refusal {
  return new Refusal('transaction_ended', `sql: your transaction was rolled back: ${why}; nothing of it was kept, begin again with sql_begin`, {
    transaction: 'rolled_back',
  });
}

/** The refusal of a statement that took its transaction with it. */
function rolledBack(error: unknown): unknown {
  if (!(error instanceof Refusal)) return error;
  return new Refusal(error.reason, `${error.message}; your transaction was rolled back with it`, { ...error.data, transaction: 'rolled_back' });
}
