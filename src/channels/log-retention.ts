import { trimmedTo } from '../scope/log-state.js';
import { LOG_ALARM, type Transaction } from '../scope/transaction.js';
import type { ScopeDatabase } from '../storage/scope-database.js';
import { isLogTopic } from './definition.js';
import { topicMatcher } from './pattern.js';
import type { Reset } from './messages.js';

// What is not kept of the log beside the messages of channels: events of documents and the like, past the
// age or number of the configuration. They go by the alarm, a slice at a time, oldest first.

const SLICE = 1000;
const PAUSE_NS = 1_000_000_000n;

interface Row {
  seq: number;
  ts: number;
  message: number | null;
}

const OLDEST = `SELECT l.seq, l.ts, m.seq AS message FROM loom_channel_log l
  LEFT JOIN loom_messages m ON m.channel = l.topic AND m.seq = l.seq WHERE l.seq > ? ORDER BY l.seq LIMIT ?`;
const REMOVE = 'DELETE FROM loom_channel_log WHERE seq = ?';
const SET_TRIMMED = `INSERT INTO loom_log_state (id, head, trimmed_to) VALUES (1, ?, ?)
  ON CONFLICT (id) DO UPDATE SET head = max(head, excluded.head), trimmed_to = excluded.trimmed_to`;
const FLOORS = 'SELECT channel, floor FROM loom_channel_state WHERE floor > ?';

/** Takes away a slice of what is too much, and rings again where there may be more to come. */
export function runLogAlarm(tx: Transaction): void {
  const { maxAgeMs, maxEvents } = tx.settings.log;
  if (maxAgeMs === null && maxEvents === null) return;
  const tooOld = maxAgeMs === null ? -1 : Number(tx.at) - maxAgeMs * 1e6;
  const tooMany = maxEvents === null ? -1 : tx.head - maxEvents;
  const rows = tx.db.all<Row>(OLDEST, trimmedTo(tx.db), SLICE);
  const kept = rows.findIndex(({ seq, ts }) => ts > tooOld && seq > tooMany);
  const gone = kept === -1 ? rows : rows.slice(0, kept);
  for (const { seq, message } of gone) if (message === null) tx.db.run(REMOVE, seq);
  if (gone.length > 0) tx.db.run(SET_TRIMMED, tx.head, gone.at(-1)!.seq);
  if (gone.length === SLICE) tx.alarmBy(LOG_ALARM, tx.at);
  else if (maxAgeMs !== null && kept !== -1) tx.alarmBy(LOG_ALARM, BigInt(rows[kept]!.ts) + BigInt(maxAgeMs) * 1_000_000n + PAUSE_NS);
}

/** Tells a reader of the log that something may be gone which it asked for; undefined where nothing is. */
export function resetOf(db: ScopeDatabase, after: number, patterns: readonly string[] | null): Reset | undefined {
  const matches = patterns === null ? () => true : topicMatcher(patterns);
  const floors = db.all<{ channel: string; floor: number }>(FLOORS, after).filter(({ channel }) => matches(channel));
  const trimmed = trimmedTo(db);
  if (trimmed > after && (patterns === null || patterns.some(mayNameEvents))) floors.push({ channel: '', floor: trimmed });
  if (floors.length === 0) return undefined;
  return { oldest_seq: Math.min(...floors.map(({ floor }) => floor)) + 1 };
}

/** Whether a pattern asks for more than messages of channels. */
function mayNameEvents(pattern: string): boolean {
  return pattern.startsWith('*') || isLogTopic(pattern);
}
