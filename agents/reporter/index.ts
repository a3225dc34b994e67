import { hash } from 'node:crypto';
import { Refusal } from '../../src/errors.js';
import type { LogEvent } from '../../src/channels/hub.js';
import { log } from '../../src/log.js';
import type { TurnTaker } from '../../src/models/model.js';
import type { CreateResident, Resident, ResidentContext, Wake } from '../../src/residents/protocol.js';
import type { CursorAdvance } from '../../src/scope/messages.js';
import { parseSettings } from '../writing/settings.js';
import { openTurns } from '../writing/turns.js';
import { recordUsage } from '../writing/usage.js';
import { digestOf, renderDigest, type Digest, type Moves, type Publication } from './digest.js';
import { plainProse, writeProse } from './prose.js';
import { reporterSettings, type ReporterSettings } from './settings.js';
import { isoDate, weekOf, type Week } from './week.js';

interface DigestChunk {
  id: string;
  revision: number;
  title: string;
  body: string;
  fields?: { week?: string; moves?: Moves; through?: number; figures?: string; prose?: string };
}

/** One digest to bring up to date, and the events of its week that came since the last wake. */
interface Task {
  documentId: string;
  week: Week;
  events: readonly LogEvent[];
}

const DIGEST_TYPE = 'digest';
const DOCUMENTS = `SELECT DISTINCT document_id FROM chunks WHERE type IN (?, '${DIGEST_TYPE}')`;
const HEADING = `SELECT c.id FROM chunks c JOIN documents d ON d.root_chunk_id = c.parent_id
  WHERE d.id = ? AND c.title = ? ORDER BY c.position LIMIT 1`;
const DIGESTS = `SELECT id, fields->>'week' FROM chunks WHERE document_id = ? AND parent_id = ? AND type = '${DIGEST_TYPE}'`;
const MAX_CONFLICTS = 8;
/** After so many drafts of the prose on figures that had changed meanwhile, it is written in fixed words. */
const MAX_PROSES = 2;

/**
 * Keeps one digest chunk per ISO week in every document that has publications. The counts are read from
 * the chunks, so that they are what a query says; the moves are added up from the events, each event once:
 * the digest's field `through` says up to which seq they are in it. The opening paragraph may come from a model; the
 * figures never do. It is written anew only when they change: the fields `figures` and `prose` keep which was on what.
 */
class Reporter implements Resident {
  private readonly publications: string;

  constructor(
    private readonly context: ResidentContext,
    private readonly settings: ReporterSettings,
    private readonly taker: TurnTaker | undefined,
  ) {
    const received = settings.engagement.map((field) => `, fields->>'${field}'`).join('');
    // One statement: all figures are of one moment.
    this.publications = `SELECT title, status, fields->>'platform', fields->>'date', fields->>'posted_at'${received}
      FROM chunks WHERE document_id = ? AND type = ? ORDER BY id`;
  }

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
    const headingId = await this.headingOf(documentId, seq);
    let proses = 0;
    for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
      const found = (await this.sql<[string, string]>(DIGESTS, [documentId, headingId])).find(([, name]) => name === week.name);
      const before = found && (await this.document<DigestChunk>({ op: 'get_chunk', id: found[0] }));
      const digest = await this.count(task, before);
      const figures = hash('sha256', renderDigest(digest, ''));
      const known = before?.fields?.figures === figures ? before.fields.prose : undefined;
      const prose = known ?? (await this.proseOf(digest, proses >= MAX_PROSES));
      if (known === undefined && this.settings.model) {
        proses += 1;
        // A model takes its time: what it wrote about may be over.
        if (proses <= MAX_PROSES && renderDigest(await this.count(task, before), '') !== renderDigest(digest, '')) continue;
      }
      const body = renderDigest(digest, prose);
      if (before?.body === body) return;
      const through = Math.max(before?.fields?.through ?? 0, seq);
      const { shipped, queued, late, next } = digest;
      const fields = { week: week.name, shipped: shipped.length, queued: queued.length, late: late.length, next: next.length, engagement: digest.engagement, moves: digest.moves, through, figures, prose };
      try {
        const write = before
          ? { op: 'update_chunk', id: before.id, revision: before.revision, body, fields }
          : { op: 'create_chunk', document_id: documentId, parent_id: headingId, title: `Week ${week.name}`, type: DIGEST_TYPE, body, fields, idempotency_key: this.keyOf(documentId, week.name, seq) };
        await this.document(write, cursor);
        return;
      } catch (error) {
        if (!(error instanceof Refusal) || !['revision_conflict', 'idempotency_mismatch'].includes(error.reason)) throw error;
      }
    }
    throw new Error(`the digest ${week.name} changed ${MAX_CONFLICTS} times while it was being written`);
  }

  /** Counts from the chunks as they are now. */
  private async count({ documentId, week, events }: Task, before: DigestChunk | undefined): Promise<Digest> {
    const rows = await this.sql<(string | number | null)[]>(this.publications, [documentId, this.settings.type]);
    const text = (value: unknown): string | null => (value === null || value === undefined ? null : String(value));
    const publications = rows.map(([title, status, platform, date, posted, ...received]): Publication => ({
      title: String(title),
      status: text(status),
      platform: text(platform),
      date: text(date),
      posted_at: text(posted),
      engagement: Object.fromEntries(this.settings.engagement.flatMap((field, i) => (Number.isSafeInteger(received[i]) ? [[field, received[i] as number]] : []))),
    }));
    const through = before?.fields?.through ?? 0;
    const moves = addMoves(before?.fields?.moves ?? {}, events.filter((event) => event.seq > through));
    return digestOf(publications, week, isoDate(this.context.now().getTime()), moves);
  }

  private async proseOf(digest: Digest, plain: boolean): Promise<string> {
    const { context, taker, settings } = this;
    if (!taker || !settings.model || plain) return plainProse(digest);
    try {
      return await writeProse(digest, { taker, choice: settings.model, onTurn: (turn) => recordUsage(context, turn), signal: context.signal });
    } catch (error) {
      if (context.signal.aborted) throw error;
      // The figures are right without a model, and somebody waits for them.
      log('warn', 'the prose of a digest is not by the model', { agent: context.name, week: digest.week.name, error: String(error) });
      return plainProse(digest);
    }
  }

  /** The same wake writes a thing once; a later one may write it again where somebody deleted it. */
  private keyOf(documentId: string, what: string, seq: number): string {
    return `${this.context.name}:${documentId}:${what}:${seq}`;
  }

  private async headingOf(documentId: string, seq: number): Promise<string> {
    const [row] = await this.sql<[string]>(HEADING, [documentId, this.settings.heading]);
    if (row) return row[0];
    const { id } = await this.document<{ id: string }>({
      op: 'create_chunk',
      document_id: documentId,
      title: this.settings.heading,
      idempotency_key: this.keyOf(documentId, 'heading', seq),
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

const createReporter: CreateResident = async (context) => {
  const settings = parseSettings(reporterSettings, context.name, context.settings);
  return new Reporter(context, settings, settings.model && (await openTurns(context, settings.model)));
};
export default createReporter;
