import { z } from 'zod';
import { Refusal } from '../../src/errors.js';
import type { LogEvent } from '../../src/channels/hub.js';
import type { CreateResident, Resident, ResidentContext, Wake } from '../../src/residents/protocol.js';
import type { CursorAdvance } from '../../src/scope/messages.js';
import { digestOf, renderDigest, type Moves, type Publication } from './digest.js';
import { isoDate, weekOf, type Week } from './week.js';

const reporterSettings = z.strictObject({
  type: z.string().default('publication').describe('Type of the chunks to report on'),
  heading: z.string().default('§6 Weekly digest').describe('Title of the chunk below which digests are kept'),
});

interface DigestChunk {
  id: string;
  revision: number;
  title: string;
  body: string;
  fields?: { week?: string; moves?: Moves; through?: number };
}

/** One digest to bring up to date, and the events of its week that came since the last wake. */
interface Task {
  documentId: string;
  week: Week;
  events: readonly LogEvent[];
}

const DIGEST_TYPE = 'digest';
const DOCUMENTS = `SELECT DISTINCT document_id FROM chunks WHERE type IN (?, '${DIGEST_TYPE}')`;
const PUBLICATIONS = `SELECT title, status, fields->>'platform', fields->>'date', fields->>'posted_at'
  FROM chunks WHERE document_id = ? AND type = ? ORDER BY id`;
const HEADING = `SELECT c.id FROM chunks c JOIN documents d ON d.root_chunk_id = c.parent_id
  WHERE d.id = ? AND c.title = ? ORDER BY c.position LIMIT 1`;
const DIGESTS = `SELECT id, fields->>'week' FROM chunks WHERE document_id = ? AND parent_id = ? AND type = '${DIGEST_TYPE}'`;
const MAX_CONFLICTS = 8;

/**
 * Keeps one digest chunk per ISO week in every document that has publications. The counts are read from
 * the chunks, so that they are what a query says; the moves are added up from the events, each event once:
 * the digest's field `through` says up to which seq they are in it.
 */
class Reporter implements Resident {
  constructor(
    private readonly context: ResidentContext,
    private readonly settings: z.output<typeof reporterSettings>,
  ) {}

  async wake({ reason, events, cursor }: Wake): Promise<void> {
    const ours = events.filter(({ payload }) => payload.type === this.settings.type);
    const known = (await this.sql<[string]>(DOCUMENTS, [this.settings.type])).map(([id]) => id);
    const named = new Set(ours.map(({ payload }) => payload.document_id as string));
    const tasks = known
      .filter((id) => reason !== 'events' || named.has(id))
      .flatMap((id) => this.tasksOf(id, ours.filter(({ payload }) => payload.document_id === id)));
    for (const [index, task] of tasks.entries()) {
      // The cursor moves with the last digest; a replay finds the others through their own `through`.
      await this.keepDigest(task, cursor.seq, index === tasks.length - 1 ? cursor : undefined);
    }
  }

  /** The digests of a document to look at: this week's, and those of weeks that events speak of. */
  private tasksOf(documentId: string, events: readonly LogEvent[]): Task[] {
    const weeks = new Map([this.context.now(), ...events.map(momentOf)].map(weekOf).map((week) => [week.name, week]));
    return [...weeks.values()].map((week) => ({
      documentId,
      week,
      events: events.filter((event) => weekOf(momentOf(event)).name === week.name),
    }));
  }

  private async keepDigest(task: Task, seq: number, cursor: CursorAdvance | undefined): Promise<void> {
    const { documentId, week } = task;
    const headingId = await this.headingOf(documentId);
    for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
      const found = (await this.sql<[string, string]>(DIGESTS, [documentId, headingId])).find(([, name]) => name === week.name);
      const before = found && (await this.document<DigestChunk>({ op: 'get_chunk', id: found[0] }));
      const { body, fields } = await this.compose(task, before, seq);
      if (before?.body === body) return;
      try {
        await this.document(
          before
            ? { op: 'update_chunk', id: before.id, revision: before.revision, body, fields }
            : {
                op: 'create_chunk',
                document_id: documentId,
                parent_id: headingId,
                title: `Week ${week.name}`,
                type: DIGEST_TYPE,
                body,
                fields,
              },
          cursor,
        );
        return;
      } catch (error) {
        if (!(error instanceof Refusal) || error.reason !== 'revision_conflict') throw error;
      }
    }
    throw new Error(`the digest ${week.name} changed ${MAX_CONFLICTS} times while it was being written`);
  }

  private async compose(
    { documentId, week, events }: Task,
    before: DigestChunk | undefined,
    seq: number,
  ): Promise<{ body: string; fields: Record<string, unknown> }> {
    const rows = await this.sql<(string | null)[]>(PUBLICATIONS, [documentId, this.settings.type]);
    const publications = rows.map(([title, status, platform, date, posted_at]): Publication => ({
      title: title!,
      status: status ?? null,
      platform: platform ?? null,
      date: date ?? null,
      posted_at: posted_at ?? null,
    }));
    const through = before?.fields?.through ?? 0;
    const moves = addMoves(before?.fields?.moves ?? {}, events.filter((event) => event.seq > through));
    const digest = digestOf(publications, week, isoDate(this.context.now().getTime()));
    return {
      body: renderDigest(week, digest, moves),
      fields: {
        week: week.name,
        shipped: digest.shipped.length,
        queued: digest.queued.length,
        late: digest.late.length,
        moves,
        through: Math.max(through, seq),
      },
    };
  }

  private async headingOf(documentId: string): Promise<string> {
    const [row] = await this.sql<[string]>(HEADING, [documentId, this.settings.heading]);
    if (row) return row[0];
    const { id } = await this.document<{ id: string }>({
      op: 'create_chunk',
      document_id: documentId,
      title: this.settings.heading,
    });
    return id;
  }

  private async sql<Row>(sql: string, args: unknown[]): Promise<Row[]> {
    return (await this.document<{ rows: Row[] }>({ op: 'query_chunks', sql, args })).rows;
  }

  private document<Result>(input: Record<string, unknown>, cursor?: CursorAdvance): Promise<Result> {
    return this.context.call<Result>('document', { scope: this.context.scope, ...input }, cursor);
  }
}

function momentOf(event: LogEvent): Date {
  return new Date(event.ts / 1e6);
}

function addMoves(moves: Moves, events: readonly LogEvent[]): Moves {
  const result: Record<string, number> = { ...moves };
  for (const { payload } of events) {
    const { op, previous_status: from, status: to } = payload;
    if (op !== 'update_chunk' || typeof from !== 'string' || typeof to !== 'string' || from === to) continue;
    const move = `${from} → ${to}`;
    result[move] = (result[move] ?? 0) + 1;
  }
  return result;
}

const createReporter: CreateResident = (context) => new Reporter(context, reporterSettings.parse(context.settings));
export default createReporter;
