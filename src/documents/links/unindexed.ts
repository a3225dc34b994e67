import type { Transaction } from '../../scope/transaction.js';
import type { ChunkRow } from '../rows.js';
import { reindexLinks } from './reindex.js';

// The schema cannot read bodies. Where it finds chunks of version 1 it lists them in loom_unindexed and sets
// the alarm `links`; the work is done in portions, between the calls of the scope.

const PORTION = 100;

const NEXT = 'SELECT chunk_id AS id FROM loom_unindexed LIMIT ?';
const DONE = 'DELETE FROM loom_unindexed WHERE chunk_id = ?';
const CHUNK = 'SELECT * FROM chunks WHERE id = ?';

/** Handler of the alarm `links`. A chunk that was written meanwhile is read once more, which changes nothing. */
export function indexPortion(tx: Transaction): void {
  const portion = tx.db.all<{ id: string }>(NEXT, PORTION);
  for (const { id } of portion) {
    tx.db.run(DONE, id);
    const row = tx.db.get<ChunkRow>(CHUNK, id);
    if (row) reindexLinks(tx, row, undefined);
  }
  if (portion.length === PORTION) tx.alarmBy('links', tx.at);
}
