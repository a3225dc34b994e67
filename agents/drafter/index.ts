import { Refusal } from '../../src/errors.js';
import type { CreateResident, Resident, ResidentContext, Wake } from '../../src/residents/protocol.js';
import type { CursorAdvance } from '../../src/scope/messages.js';
import { DraftError } from './draft-error.js';
import { dueBetween, isDue, type PublicationChunk } from './due.js';
import { briefOf, renderBody, type Draft } from './layout.js';
import type { WriteRequest } from './offline-writer.js';
import { PLATFORMS, type Platform } from './platforms.js';
import { openPosts, PostError, type Posts } from './posts.js';
import { drafterSettings, type DrafterSettings } from './settings.js';
import { openWriter } from './writer.js';

const NEXT = `SELECT id FROM chunks
  WHERE type = ? AND status = 'scheduled' AND fields->>'date' BETWEEN ? AND ?
  ORDER BY fields->>'date', position, id LIMIT 1000`;
const MAX_CONFLICTS = 8;

/**
 * Drafts every publication that is scheduled and due.
 *
 *   woken ─▶ next due chunk ─▶ read it ─▶ get its post ─▶ write ─▶ update at the revision read ─▶ next
 *                                 ▲                                     │ conflict: somebody wrote first
 *                                 └─────────────────────────────────────┘
 *
 * What there is to do is read from the chunks, not from the events: those only say when to look.
 */
class Drafter implements Resident {
  private readonly posts: Posts;
  private readonly writeDraft: (request: WriteRequest) => Promise<Draft>;

  constructor(
    private readonly context: ResidentContext,
    private readonly settings: DrafterSettings,
  ) {
    this.posts = openPosts(settings.posts, settings.link);
    this.writeDraft = openWriter(settings.model, context.env, context.signal);
  }

  async wake({ reason, events, cursor }: Wake): Promise<void> {
    const concerned = events.some(({ payload }) => payload.type === this.settings.type && payload.status === 'scheduled');
    if (reason === 'events' && !concerned) return;
    const ids = await this.dueIds();
    for (const [index, id] of ids.entries()) {
      // The cursor moves with the last effect: what comes before it is found again by the query after a crash.
      await this.draft(id, index === ids.length - 1 ? cursor : undefined);
    }
  }

  private async dueIds(): Promise<string[]> {
    const { from, to } = dueBetween(this.context.now(), this.settings.window_hours);
    const { rows } = await this.context.call<{ rows: [string][] }>('document', {
      op: 'query_chunks',
      scope: this.context.scope,
      sql: NEXT,
      args: [this.settings.type, from, to],
    });
    return rows.map(([id]) => id);
  }

  private async draft(id: string, cursor: CursorAdvance | undefined): Promise<void> {
    for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
      const chunk = await this.read(id);
      // Decided anew on what stands there now: a person may have drafted, moved or dropped it meanwhile.
      if (!chunk || !isDue(chunk, this.settings, this.context.now())) return;
      const change = await this.compose(chunk);
      if (change === undefined || (await this.write(chunk, change, cursor))) return;
    }
    throw new Error(`chunk ${id} changed ${MAX_CONFLICTS} times while it was being drafted`);
  }

  /** @returns what to change of the chunk; a note in place of a draft where none can be written. */
  private async compose(chunk: PublicationChunk): Promise<Record<string, unknown> | undefined> {
    try {
      const { platform, slug } = addressOf(chunk);
      const post = await this.posts.get(slug);
      const brief = briefOf(chunk.body);
      const draft = await this.writeDraft({ post, platform, brief, title: chunk.title });
      return { status: 'drafted', body: renderBody(draft, brief), fields: { draft_note: null } };
    } catch (error) {
      if (!(error instanceof PostError) && !(error instanceof DraftError)) throw error;
      return noteOf(chunk, error.message);
    }
  }

  /** @returns false where somebody else changed the chunk since it was read. */
  private async write(
    chunk: PublicationChunk,
    change: Record<string, unknown>,
    cursor: CursorAdvance | undefined,
  ): Promise<boolean> {
    try {
      return await this.update(chunk, change, cursor);
    } catch (error) {
      // The chunk's type does not let it be drafted, for example by a status enum without `drafted`. That
      // is a matter of this chunk alone: the others must not wait for it.
      if (!(error instanceof Refusal) || error.reason !== 'invalid_field') throw error;
      const note = noteOf(chunk, error.message);
      return note === undefined || (await this.update(chunk, note, cursor));
    }
  }

  private async read(id: string): Promise<PublicationChunk | undefined> {
    try {
      return await this.context.call<PublicationChunk>('document', { op: 'get_chunk', scope: this.context.scope, id });
    } catch (error) {
      if (error instanceof Refusal && error.reason === 'not_found') return undefined;
      throw error;
    }
  }

  private async update(
    { id, revision }: PublicationChunk,
    change: Record<string, unknown>,
    cursor: CursorAdvance | undefined,
  ): Promise<boolean> {
    try {
      const input = { op: 'update_chunk', scope: this.context.scope, id, revision, ...change };
      await this.context.call('document', input, cursor);
      return true;
    } catch (error) {
      if (error instanceof Refusal && ['revision_conflict', 'not_found'].includes(error.reason)) return false;
      throw error;
    }
  }
}

/** A note on the chunk, said once: its own event wakes the drafter again. */
function noteOf(chunk: PublicationChunk, text: string): Record<string, unknown> | undefined {
  return chunk.fields?.draft_note === text ? undefined : { fields: { draft_note: text } };
}

/** @throws PostError where the chunk does not say what to draft. */
function addressOf({ fields = {} }: PublicationChunk): { platform: Platform; slug: string } {
  const { platform, blog_slug: slug } = fields;
  if (!PLATFORMS.includes(platform as Platform)) {
    throw new PostError('bad_slug', `platform ${JSON.stringify(platform ?? null)} is not one of ${PLATFORMS.join(', ')}`);
  }
  if (typeof slug !== 'string' || slug === '') throw new PostError('bad_slug', 'blog_slug names no post');
  return { platform: platform as Platform, slug };
}

const createDrafter: CreateResident = (context) => new Drafter(context, drafterSettings.parse(context.settings));
export default createDrafter;
