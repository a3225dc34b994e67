import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findOperation } from '../../src/operations/registry.js';
import { Transaction } from '../../src/scope/transaction.js';
import { ScopeDatabase } from '../../src/storage/scope-database.js';

/** A scope file whose operations run right here, each in a commit of its own: for properties over many runs. */
export class LocalScope {
  readonly db: ScopeDatabase;
  private readonly tx: Transaction;
  private readonly home = mkdtempSync(path.join(tmpdir(), 'loomcycle-scope-'));
  private now = 1;

  constructor() {
    this.db = ScopeDatabase.open(path.join(this.home, 'scope.db'), 'OFF');
    this.tx = new Transaction(this.db);
    this.tx.author = { actor: 'denn', agent: null, transport: 'runtime' };
  }

  /** Calls a document op; each call has a millisecond of its own. */
  document<Result>(op: string, input: Record<string, unknown> = {}): Result {
    const { tx, db } = this;
    tx.start((this.now += 1));
    db.begin();
    try {
      const operation = findOperation('document', op);
      if (operation.runs !== 'scope') throw new Error(`${op} does not run in a scope`);
      const answer = tx.atomically(true, () => operation.execute(tx, { op, ...input }));
      tx.flushTouched();
      db.commit();
      return JSON.parse(JSON.stringify(answer)) as Result;
    } catch (error) {
      db.rollback();
      tx.restart(db.get<{ seq: number }>('SELECT ifnull(max(seq), 0) AS seq FROM loom_channel_log')!.seq);
      throw error;
    }
  }

  close(): void {
    this.db.close();
    rmSync(this.home, { recursive: true });
  }
}
