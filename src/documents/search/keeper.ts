import { trimmedTo } from '../../scope/log-state.js';
import type { Transaction } from '../../scope/transaction.js';
import { facetWords } from './facets.js';
import { indexed } from './words.js';

// Keeps the search index up with the chunks, at no cost to the writes: it is one more reader of the
// scope's log. Its state is the seq up to which it has read.
//
//   reading:  the events after `seq` name chunks ─▶ those are indexed anew ─▶ `seq` moves on
//      │  ▲
//      │  └── the walk has come to the end
//      ▼
//   walking:  all chunks by id, `walk` being the last one; those whose revision the index does not know are
//             indexed, those that are gone are taken out. `seq` waits at the event at which it began.
//
// It walks where reading cannot do: in a file that was never indexed, where the log was trimmed past `seq`,
// where the log is so long that a walk is shorter, and after an event that stands for many chunks.

/** Name of the alarm that goes on with it. */
export const SEARCH_ALARM = 'search';

interface State {
  seq: number;
  /** Id of the last chunk of the walk; null while reading. */
  walk: string | null;
}

interface Source {
  id: string;
  document_id: string;
  parent_id: string | null;
  revision: number;
  type: string | null;
  status: string | null;
  title: string;
  body: string;
  fields: string;
}

interface Known {
  row: number;
  revision: number;
}

interface ChunkEvent {
  op: string;
  document_id: string;
  chunk_id: string;
}

/** Events, or chunks of a walk, in one step. */
const STEP = 200;
/** A log that is longer, and longer than the chunks by this factor, is not read. */
const LONG_LOG = 20_000;
const LONG_FACTOR = 4;
/** Time between two slices in the background, in which others have their turn. */
const PAUSE_NS = 5_000_000n;

const STATE = 'SELECT seq, walk FROM loom_search_state';
const SAVE = `INSERT INTO loom_search_state (id, seq, walk) VALUES (1, ?, ?)
  ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, walk = excluded.walk`;
const COUNT = 'SELECT count(*) AS n FROM loom_search_chunks';
const EVENTS = `SELECT payload->>'op' AS op, payload->>'document_id' AS document_id, payload->>'chunk_id' AS chunk_id
  FROM loom_channel_log WHERE seq > ? AND seq <= ? AND topic GLOB 'documents/*/chunks' AND chunk_id IS NOT NULL`;
const SOURCE = 'SELECT id, document_id, parent_id, revision, type, status, title, body, fields FROM chunks WHERE id = ?';
const KNOWN = 'SELECT row, revision FROM loom_search_chunks WHERE chunk_id = ?';
const STALE_OF_DOCUMENT = `SELECT id FROM chunks c LEFT JOIN loom_search_chunks s ON s.chunk_id = c.id
    WHERE c.document_id = ? AND s.revision IS NOT c.revision
  UNION ALL SELECT chunk_id FROM loom_search_chunks s
    WHERE s.document_id = ? AND NOT EXISTS (SELECT 1 FROM chunks c WHERE c.id = s.chunk_id) LIMIT ?`;
const NEXT = `SELECT id, stale FROM (
    SELECT c.id, s.revision IS NOT c.revision AS stale FROM chunks c LEFT JOIN loom_search_chunks s ON s.chunk_id = c.id WHERE c.id > ?
    UNION ALL SELECT chunk_id, true FROM loom_search_chunks s WHERE chunk_id > ? AND NOT EXISTS (SELECT 1 FROM chunks c WHERE c.id = s.chunk_id)
  ) ORDER BY id LIMIT ?`;
const NOTE = 'INSERT INTO loom_search_chunks (chunk_id, document_id, revision) VALUES (?, ?, ?)';
const ROW = 'SELECT last_insert_rowid() AS row';
const RENOTE = 'UPDATE loom_search_chunks SET revision = ? WHERE row = ?';
const UNNOTE = 'DELETE FROM loom_search_chunks WHERE row = ?';
const ADD = 'INSERT INTO loom_search (rowid, title, body, fields, facets) VALUES (?, ?, ?, ?, ?)';
const REMOVE = 'DELETE FROM loom_search WHERE rowid = ?';

/** Has the index catch up in the background, in slices: for operations that make many chunks at once. */
export function catchUpSoon(tx: Transaction): void {
  tx.alarmBy(SEARCH_ALARM, tx.at + PAUSE_NS);
}

/**
 * Brings the index up to date, or nearer to it; the rest follows in the background.
 *
 * @param most how many chunks to index, about.
 * @returns whether it is up to date.
 */
export function catchUp(tx: Transaction, most: number): boolean {
  const upToDate = new Keeper(tx).run(most);
  if (!upToDate) catchUpSoon(tx);
  return upToDate;
}

class Keeper {
  private state: State;
  private indexed = 0;

  constructor(private readonly tx: Transaction) {
    this.state = this.begin(tx.db.get<State>(STATE));
  }

  run(most: number): boolean {
    while (this.isBehind() && this.indexed < most) {
      const { seq, walk } = this.state;
      this.state = walk === null ? this.read(seq) : this.walk(seq, walk);
      this.tx.db.run(SAVE, this.state.seq, this.state.walk);
    }
    return !this.isBehind();
  }

  private isBehind(): boolean {
    return this.state.walk !== null || this.state.seq < this.tx.head;
  }

  private begin(saved: State | undefined): State {
    if (!saved) return this.startWalk();
    const { db, head } = this.tx;
    const lag = head - saved.seq;
    if (lag === 0) return saved;
    const trimmed = trimmedTo(db) > saved.seq;
    const tooLong = saved.walk === null && lag > LONG_LOG && lag > LONG_FACTOR * db.get<{ n: number }>(COUNT)!.n;
    return trimmed || tooLong ? this.startWalk() : saved;
  }

  private startWalk(): State {
    return { seq: this.tx.head, walk: '' };
  }

  private read(seq: number): State {
    const { db, head } = this.tx;
    const upto = Math.min(seq + STEP, head);
    const chunks = new Set<string>();
    // What happens to a document as a whole has one event, that of its root.
    const documents = new Set<string>();
    for (const { op, document_id: document, chunk_id: chunk } of db.all<ChunkEvent>(EVENTS, seq, upto)) {
      chunks.add(chunk);
      if (op.endsWith('_document')) documents.add(document);
    }
    for (const id of chunks) {
      const added = this.index(id);
      if (added?.parent_id === null) documents.add(added.document_id);
    }
    for (const document of documents) {
      const stale = db.all<{ id: string }>(STALE_OF_DOCUMENT, document, document, STEP);
      if (stale.length === STEP) return this.startWalk();
      for (const { id } of stale) this.index(id);
    }
    return { seq: upto, walk: null };
  }

  private walk(seq: number, after: string): State {
    const next = this.tx.db.all<{ id: string; stale: number }>(NEXT, after, after, STEP);
    for (const { id, stale } of next) if (stale) this.index(id);
    return { seq, walk: next.length < STEP ? null : next.at(-1)!.id };
  }

  /** @returns the chunk, where the index did not know it. */
  private index(id: string): Source | undefined {
    const { db } = this.tx;
    const chunk = db.get<Source>(SOURCE, id);
    const known = db.get<Known>(KNOWN, id);
    if (known?.revision === chunk?.revision) return undefined;
    this.indexed += 1;
    if (known) db.run(REMOVE, known.row);
    if (!chunk) {
      db.run(UNNOTE, known!.row);
      return undefined;
    }
    if (known) db.run(RENOTE, chunk.revision, known.row);
    else db.run(NOTE, id, chunk.document_id, chunk.revision);
    const row = known?.row ?? db.get<{ row: number }>(ROW)!.row;
    const facets = facetWords(chunk).join(' ');
    db.run(ADD, row, indexed(chunk.title), indexed(chunk.body), indexed(fieldText(chunk.fields)), facets);
    return known ? undefined : chunk;
  }
}

/** The texts and numbers in the fields of a chunk, at any depth, a line each. */
export function fieldText(fields: string): string {
  if (fields === '{}') return '';
  const found: string[] = [];
  JSON.parse(fields, (_key, value: unknown) => {
    if (typeof value === 'string' || typeof value === 'number') found.push(String(value));
    return value;
  });
  return found.join('\n');
}
