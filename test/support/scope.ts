import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DEFAULT_SETTINGS } from '../../src/scope/settings.js';
import { Transaction } from '../../src/scope/transaction.js';
import { ScopeDatabase } from '../../src/storage/scope-database.js';

/** A scope file with its transaction, in this process. */
export class TestScope {
  private readonly home = mkdtempSync(path.join(tmpdir(), 'loomcycle-scope-'));
  readonly db = ScopeDatabase.open(path.join(this.home, 'scope.db'), 'OFF');
  readonly tx = new Transaction(this.db, DEFAULT_SETTINGS);
  private now = 1_800_000_000_000;

  /** Runs one batch, a millisecond after the one before. */
  batch<T>(work: (tx: Transaction) => T): T {
    this.tx.start((this.now += 1));
    this.db.begin();
    const result = work(this.tx);
    this.tx.flushTouched();
    this.db.commit();
    this.tx.takeFrame('');
    return result;
  }

  close(): void {
    this.db.close();
    rmSync(this.home, { recursive: true });
  }
}
