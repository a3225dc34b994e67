import type { ScopeDatabase } from '../storage/scope-database.js';
import { setAlarmBy } from './alarms.js';
import { advanceCursor } from './cursors.js';
import type { Author, CommitEvent, CommitFrame, CursorAdvance } from './messages.js';
import type { ScopeSettings } from './settings.js';

/** Name of the alarm that takes away what is too much in the log, and how long after an event it rings. */
export const LOG_ALARM = 'log';
const LOG_ALARM_NS = 1_000_000_000n;

/** An operation failed after its first write, in a batch that runs without savepoints. */
export class TornBatch extends Error {}

/** What the audit says of a write. */
export interface AuditSubject {
  documentId?: string | null;
  chunkId?: string | null;
  revision?: number | null;
  /** Which parts of the chunk the write changed, as JSON text of a list. */
  changed?: string | null;
}

/** Where the logs of a scope end: what a rollback goes back to. */
export interface LogEnds {
  readonly head: number;
  readonly audited: number;
}

const AUDITED = 'SELECT ifnull(max(seq), 0) AS seq FROM loom_audit';
// Retention may have taken the newest event away: its seq is not given out again.
const HEAD = `SELECT max(ifnull((SELECT max(seq) FROM loom_channel_log), 0),
  ifnull((SELECT head FROM loom_log_state), 0)) AS seq`;
const APPEND = 'INSERT INTO loom_channel_log (seq, topic, ts, payload) VALUES (?, ?, ?, ?)';
const AUDIT = `INSERT INTO loom_audit (ts, actor, agent, transport, op, document_id, chunk_id, revision, changed, before)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const AUDIT_OF = 'SELECT audit FROM documents WHERE id = ?';
const TOUCH = 'UPDATE documents SET updated_at = ?, audit = ? WHERE id = ?';

/** Documents whose newest audit row is remembered; more are forgotten all at once. */
const MANY_DOCUMENTS = 10_000;

/**
 * One batch of a scope actor while it runs. Operations change the database through `db` and say here
 * what they did; audit rows and events land in the same SQLite transaction as the change.
 */
export class Transaction {
  /** Time of the batch in unix nanoseconds. */
  at = 0n;
  author: Author = { actor: '', agent: null, transport: 'runtime' };
  /** See `ScopeCall.given`. */
  given: unknown;
  /** Seq of the newest event of the scope. Dense: it goes back with an operation that is rolled back. */
  head: number;

  /** Whether the batch set or took an alarm. */
  alarmsChanged = false;

  private events: CommitEvent[] = [];
  /** Seq of the newest audit row. */
  private audited: number;
  private readonly touched = new Set<string>();
  /** Newest audit row about a document, of those written to lately. */
  private auditOf = new Map<string, number>();

  constructor(
    readonly db: ScopeDatabase,
    readonly settings: ScopeSettings,
  ) {
    this.head = db.get<{ seq: number }>(HEAD)!.seq;
    this.audited = db.get<{ seq: number }>(AUDITED)!.seq;
  }

  /** Seq of the audit row that comes next. An operation changes first and audits last: it marks its changes with this. */
  get nextAudit(): number {
    return this.audited + 1;
  }

  get ends(): LogEnds {
    return { head: this.head, audited: this.audited };
  }

  start(nowMs: number): void {
    const at = BigInt(nowMs) * 1_000_000n;
    if (at > this.at) this.at = at;
    this.alarmsChanged = false;
    this.events = [];
    this.touched.clear();
    if (this.auditOf.size > MANY_DOCUMENTS) this.auditOf.clear();
  }

  /** Forgets what was said since the batch began, when the logs ended there: it was rolled back. */
  restart({ head, audited }: LogEnds): void {
    this.head = head;
    this.audited = audited;
    this.events = [];
    this.touched.clear();
    this.auditOf.clear();
  }

  /**
   * Runs one operation. Refusals come before its first write and leave nothing behind.
   *
   * @param savepoint whether a failure after the first write can be undone alone. Without one it throws
   *   `TornBatch`: the batch has to be rolled back and run again with savepoints, which cost every
   *   operation a copy of each page that it touches and are hardly ever needed.
   */
  atomically<T>(savepoint: boolean, work: () => T): T {
    const { db, head, audited } = this;
    const kept = this.events.length;
    const { writes } = db;
    const auditOf = savepoint ? new Map(this.auditOf) : this.auditOf;
    if (savepoint) db.control('SAVEPOINT op');
    try {
      const result = work();
      if (savepoint) db.control('RELEASE op');
      return result;
    } catch (error) {
      if (db.writes !== writes && !savepoint) throw new TornBatch();
      this.head = head;
      this.audited = audited;
      this.events.length = kept;
      this.auditOf = auditOf;
      if (savepoint && db.connection.inTransaction) {
        db.control('ROLLBACK TO op');
        db.control('RELEASE op');
      }
      throw error;
    }
  }

  publish(topic: string, payload: Record<string, unknown>): void {
    const { actor, agent } = this.author;
    // The time is spliced in as text: nanoseconds do not fit a JavaScript number.
    const body = JSON.stringify({ ...payload, actor, ...(agent === null ? {} : { agent }) });
    const json = `${body.slice(0, -1)},"timestamp":${this.at}}`;
    this.head += 1;
    this.db.run(APPEND, this.head, topic, this.at, json);
    if (this.events.push({ topic, json: eventJson(topic, this.head, this.at, json) }) === 1) this.limitLog();
  }

  /** The log grows: where it is not kept for ever, what is too much goes later, not in this batch. */
  private limitLog(): void {
    const { maxAgeMs, maxEvents } = this.settings.log;
    if (maxAgeMs !== null || maxEvents !== null) this.alarmBy(LOG_ALARM, this.at + LOG_ALARM_NS);
  }

  audit(op: string, subject: AuditSubject): void {
    const { actor, agent, transport } = this.author;
    const { documentId = null, chunkId = null, revision = null, changed = null } = subject;
    // The audit of a document is a chain: an index by document would cost every write a page more.
    const before = documentId === null ? null : this.newestAudit(documentId);
    this.audited = this.db.insert(AUDIT, this.at, actor, agent, transport, op, documentId, chunkId, revision, changed, before);
    if (documentId === null) return;
    this.auditOf.set(documentId, this.audited);
    this.touch(documentId);
  }

  /** Marks a document as changed, as an audit row about it does; written once per batch. */
  touch(documentId: string): void {
    this.touched.add(documentId);
  }

  flushTouched(): void {
    for (const id of this.touched) this.db.run(TOUCH, this.at, this.newestAudit(id), id);
    this.touched.clear();
  }

  private newestAudit(documentId: string): number | null {
    return this.auditOf.get(documentId) ?? this.db.get<{ audit: number | null }>(AUDIT_OF, documentId)?.audit ?? null;
  }

  /**
   * Makes the scope run the work of this name at `at` (unix nanoseconds), or earlier where it was to do so
   * anyway; also when the runtime was stopped meanwhile. See `ALARM_HANDLERS`.
   */
  alarmBy(name: string, at: bigint): void {
    setAlarmBy(this.db, name, at);
    this.alarmsChanged = true;
  }

  advance(cursor: CursorAdvance): void {
    advanceCursor(this.db, cursor, this.at);
  }

  /** @returns what the batch added to the log, once it is committed. */
  takeFrame(key: string): CommitFrame | undefined {
    const { events } = this;
    if (events.length === 0) return undefined;
    this.events = [];
    const topics = [...new Set(events.map((event) => event.topic))];
    const last = this.head;
    const frame = {
      key,
      first: last - events.length + 1,
      last,
      topics,
      json: events.map((event) => event.json).join(','),
    };
    return topics.length === 1 ? frame : { ...frame, events };
  }
}

/** An event as subscribers see it. */
export function eventJson(topic: string, seq: number, ts: bigint | number, payload: string): string {
  return `{"topic":${JSON.stringify(topic)},"seq":${seq},"ts":${ts},"payload":${payload}}`;
}
