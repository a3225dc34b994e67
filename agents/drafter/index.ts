import { Refusal } from '../../src/errors.js';
import type { CreateResident, Resident, ResidentContext, Wake } from '../../src/residents/protocol.js';
import type { CursorAdvance } from '../../src/scope/messages.js';
import { parseSettings } from '../writing/settings.js';
import { composeChange, noteOf, type Change } from './compose.js';
import { dueBetween, isDue, isGivenUp, type PublicationChunk } from './due.js';
import { openPosts, type Posts } from './posts.js';
import { drafterSettings, typesOf, type DrafterSettings } from './settings.js';
import { openWriter, type WriteDraft } from './writer.js';

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

  constructor(
    private readonly context: ResidentContext,
    private readonly settings: DrafterSettings,
    private readonly writeDraft: WriteDraft,
  ) {
    this.posts = openPosts(settings.posts, settings.link);
  }

  async wake({ reason, events, cursor }: Wake): Promise<void> {
    const types: readonly unknown[] = typesOf(this.settings);
    const concerned = events.some(({ payload }) => types.includes(payload.type) && payload.status === 'scheduled');
    if (reason === 'events' && !concerned) return;
    const ids = await this.dueIds();
    const failures: unknown[] = [];
    for (const [index, id] of ids.entries()) {
      this.context.signal.throwIfAborted();
      try {
        // The cursor moves with the last effect: what comes before it is found again by the query after a crash.
        await this.draft(id, index === ids.length - 1 && failures.length === 0 ? cursor : undefined);
      } catch (error) {
        // A model that fails on one chunk holds up no other; the wake is then tried again for those that are left.
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  private async dueIds(): Promise<string[]> {
    const { from, to } = dueBetween(this.context.now(), this.settings.window_hours);
    const types = typesOf(this.settings);
    const { rows } = await this.context.call<{ rows: [string][] }>('document', {
      op: 'query_chunks',
      scope: this.context.scope,
      sql: `SELECT id FROM chunks
        WHERE type IN (${types.map(() => '?').join(', ')}) AND status = 'scheduled' AND fields->>'date' BETWEEN ? AND ?
        ORDER BY fields->>'date', position, id LIMIT 1000`,
      args: [...types, from, to],
    });
    return rows.map(([id]) => id);
  }

  private async draft(id: string, cursor: CursorAdvance | undefined): Promise<void> {
    for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
      const chunk = await this.read(id);
      // Decided anew on what stands there now: a person may have drafted, moved or dropped it meanwhile.
      if (!chunk || !isDue(chunk, this.settings, this.context.now()) || isGivenUp(chunk)) return;
      const change = await composeChange(chunk, this.posts, this.writeDraft);
      if (change === undefined || (await this.write(chunk, change, cursor))) return;
    }
    throw new Error(`chunk ${id} changed ${MAX_CONFLICTS} times while it was being drafted`);
  }

  /** @returns false where somebody else changed the chunk since it was read. */
  private async write(chunk: PublicationChunk, change: Change, cursor: CursorAdvance | undefined): Promise<boolean> {
    try {
      return await this.update(chunk, change, cursor);
    } catch (error) {
      // The chunk's type does not let it be drafted, for example by a status enum without `drafted`. That
      // is a matter of this chunk alone: the others must not wait for it.
      if (!(error instanceof Refusal) || error.reason !== 'invalid_field') throw error;
      const note = noteOf(chunk, error.message, true);
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

  private async update({ id, revision }: PublicationChunk, change: Change, cursor: CursorAdvance | undefined): Promise<boolean> {
    const { name, scope } = this.context;
    // The same chunk at the same revision is drafted once, whoever asks how often.
    const idempotency_key = `${name}:${id}:${revision}:${'status' in change ? 'draft' : 'note'}`;
    try {
      await this.context.call('document', { op: 'update_chunk', scope, id, revision, idempotency_key, ...change }, cursor);
      return true;
    } catch (error) {
      const passed = ['revision_conflict', 'not_found', 'idempotency_mismatch'];
      if (error instanceof Refusal && passed.includes(error.reason)) return false;
      throw error;
    }
  }
}

const createDrafter: CreateResident = async (context) => {
  const settings = parseSettings(drafterSettings, context.name, context.settings);
  return new Drafter(context, settings, await openWriter(context, settings));
};
export default createDrafter;
