import { z } from 'zod';
import { isPast } from '../channels/expiry.js';
import type { LogEvent } from '../channels/hub.js';
import { resetOf } from '../channels/log-retention.js';
import { boundedSelector, selectionOf } from '../channels/selection.js';
import { Refusal } from '../errors.js';
import { eventJson } from '../scope/transaction.js';
import { scopeOperation, type Operation } from './operation.js';
import { LOG_TOOL } from './tool-names.js';

export { LOG_TOOL };

interface LogRow {
  seq: number;
  topic: string;
  ts: number;
  payload: string;
}

const PAGE = 'SELECT seq, topic, ts, payload FROM loom_channel_log WHERE seq > ? ORDER BY seq LIMIT ?';
/** Payloads of one page, so that a reader of large messages gets more pages and not larger ones. */
const PAGE_CHARS = 1024 * 1024;
const CURSOR = 'SELECT seq FROM loom_consumers WHERE consumer = ?';

export const logOperations: readonly Operation[] = [
  scopeOperation(LOG_TOOL, 'channel:read', {
    op: 'read',
    summary: 'Read events after a seq, oldest first, that any of the selectors takes',
    readOnly: true,
    internal: true,
    runsLast: true,
    input: z.strictObject({
      op: z.literal('read'),
      scope: z.string().optional(),
      agent: z.string().optional(),
      after: z.int().min(0).nullable(),
      select: z.array(boundedSelector).min(1).nullable(),
      limit: z.int().min(1),
    }),
    output: z.object({
      head: z.int(),
      /** Seq up to which the log was read: the cursor to go on from. */
      upto: z.int(),
      events: z.array(z.unknown()),
      /** Only where something may be gone that was asked for. */
      reset: z.object({ oldest_seq: z.int() }).optional(),
    }),
    run: (tx, { after, select, limit }) => {
      const { head } = tx;
      if (after === null) return { head, upto: head, events: [] };
      if (after > head) {
        throw new Refusal('cursor_ahead', `seq ${after} is past the newest event, ${head}: subscribe from there`, { head });
      }
      const rows = tx.db.all<LogRow>(PAGE, after, limit);
      const page = rows.slice(0, endOfPage(rows));
      const upto = page.length < limit && page.length === rows.length ? head : page.at(-1)!.seq;
      const selection = select && selectionOf(select);
      const events = page
        .filter((row) => !selection || selection.hears(row.topic))
        .map((row) => JSON.parse(eventJson(row.topic, row.seq, row.ts, row.payload)) as LogEvent)
        .filter((event) => !isPast(event.payload.expires_at, Number(tx.at) / 1e6) && (!selection?.filtered || selection.takes(event)));
      const reset = resetOf(tx.db, after, select && select.map(({ topic }) => topic));
      return { head, upto, events, ...(reset ? { reset } : {}) };
    },
  }),
  scopeOperation(LOG_TOOL, 'channel:read', {
    op: 'cursor',
    summary: 'Read how far a durable consumer has come; 0 for one that has not begun',
    readOnly: true,
    internal: true,
    input: z.strictObject({ op: z.literal('cursor'), scope: z.string().optional(), consumer: z.string() }),
    output: z.object({ seq: z.int() }),
    run: (tx, { consumer }) => ({ seq: tx.db.get<{ seq: number }>(CURSOR, consumer)?.seq ?? 0 }),
  }),
  scopeOperation(LOG_TOOL, 'channel:read', {
    op: 'open',
    summary: 'Make sure that the file of the scope exists',
    readOnly: true,
    internal: true,
    runsLast: true,
    input: z.strictObject({ op: z.literal('open'), scope: z.string().optional() }),
    output: z.object({ head: z.int() }),
    run: (tx) => ({ head: tx.head }),
  }),
];

/** How many of the rows make a page: at least one, and not much more than `PAGE_CHARS`. */
function endOfPage(rows: readonly LogRow[]): number {
  let size = 0;
  const full = rows.findIndex(({ payload }) => (size += payload.length) > PAGE_CHARS);
  return full === -1 ? rows.length : full + 1;
}
