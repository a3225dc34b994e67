import { trimmedTo } from '../scope/log-state.js';
import type { Transaction } from '../scope/transaction.js';
import type { ScopeDatabase } from '../storage/scope-database.js';
import { chunksTopic } from './events.js';

/** A write to a document, as its event told of it. */
export interface DocumentChange {
  op: string;
  /** Unix nanoseconds. */
  at: number;
  document_id: string;
  chunk_id?: string;
  /** What the chunk is called now; left out where it is gone. */
  title?: string;
  revision?: number;
  type?: string;
  status?: string;
  previous_status?: string;
  actor: string;
  agent?: string;
}

export interface Changes {
  /** Oldest first. */
  changes: DocumentChange[];
  /** Seq up to which the log was read. */
  upto: number;
  /** Whether there may be more after that. */
  more: boolean;
  /** Whether events may be gone that were asked for. */
  missed: boolean;
}

interface LogRow {
  seq: number;
  ts: number;
  payload: string;
}

type Payload = { [Key in keyof Omit<DocumentChange, 'at' | 'title'>]: DocumentChange[Key] | null };

/** Rows of the log that one call looks at: they have no index by topic. */
const SCAN = 20_000;

const SELECT = `SELECT seq, ts, payload FROM loom_channel_log
  WHERE seq > ? AND seq <= ? AND ifnull(topic = ?, topic GLOB 'documents/*/chunks') ORDER BY seq`;
const AFTER = `${SELECT} LIMIT ?`;
const NEWEST = `${SELECT} DESC LIMIT ?`;
const NEXT = 'SELECT seq, ts FROM loom_channel_log WHERE seq > ? ORDER BY seq LIMIT 1';
const TITLE = 'SELECT title FROM chunks WHERE id = ?';

/** Changes of a document, or of all of the scope, after a seq of the log. One call may find none and say that there is more. */
export function changesSince({ db, head }: Transaction, documentId: string | undefined, after: number, limit: number): Changes {
  const trimmed = trimmedTo(db);
  const from = Math.max(after, trimmed);
  const until = Math.min(from + SCAN, head);
  const rows = db.all<LogRow>(AFTER, from, until, topicOf(documentId), limit);
  const upto = rows.length === limit ? rows.at(-1)!.seq : Math.max(until, after);
  return { changes: rows.map((row) => toChange(db, row)), upto, more: upto < head, missed: after < trimmed };
}

/** The newest changes of a document, or of all of the scope. */
export function newestChanges({ db, head }: Transaction, documentId: string | undefined, limit: number): Changes {
  const rows = db.all<LogRow>(NEWEST, Math.max(0, head - SCAN), head, topicOf(documentId), limit);
  return { changes: rows.map((row) => toChange(db, row)).toReversed(), upto: head, more: false, missed: false };
}

/** The seq of the log after which everything is younger than a time, in unix nanoseconds. */
export function seqAt({ db, head }: Transaction, time: number): number {
  let low = trimmedTo(db);
  let high = head;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const row = db.get<Pick<LogRow, 'seq' | 'ts'>>(NEXT, middle);
    if (row && row.ts < time) low = row.seq;
    else high = middle;
  }
  return low;
}

function topicOf(documentId: string | undefined): string | null {
  return documentId === undefined ? null : chunksTopic(documentId);
}

function toChange(db: ScopeDatabase, { ts: at, payload }: LogRow): DocumentChange {
  const { op, document_id, chunk_id, revision, type, status, previous_status, actor, agent } = JSON.parse(payload) as Payload;
  const title = chunk_id ? db.get<{ title: string }>(TITLE, chunk_id)?.title : undefined;
  const told = { op, at, document_id, chunk_id, title, revision, type, status, previous_status, actor, agent };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== null && value !== undefined)) as unknown as DocumentChange;
}
