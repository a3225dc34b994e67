import { DraftError } from './draft-error.js';
import type { PublicationChunk } from './due.js';
import { briefOf, renderBody } from './layout.js';
import { PLATFORMS, type Platform } from './platforms.js';
import { PostError, type Posts } from './posts.js';
import type { WriteDraft } from './writer.js';

/** What to change of a chunk: a draft with the status `drafted`, or a note. */
export type Change =
  | { status: 'drafted'; body: string; fields: { draft_note: null; draft_tried: null } }
  | { fields: { draft_note: string; draft_tried: number | null } };

/** The longest note, in UTF-16 units. */
const MAX_NOTE = 600;

/** @returns what to change of the chunk; a note in place of a draft where none can be written, undefined where it has that note. */
export async function composeChange(chunk: PublicationChunk, posts: Posts, write: WriteDraft): Promise<Change | undefined> {
  try {
    const { platform, slug } = addressOf(chunk);
    const post = await posts.get(slug);
    const brief = briefOf(chunk.body);
    const draft = await write({ post, platform, brief, title: chunk.title });
    return { status: 'drafted', body: renderBody(draft, brief), fields: { draft_note: null, draft_tried: null } };
  } catch (error) {
    if (!(error instanceof PostError) && !(error instanceof DraftError)) throw error;
    return noteOf(chunk, error.message, error instanceof DraftError && error.byModel);
  }
}

/**
 * A note on the chunk, said once: its own event wakes the drafter again.
 * @param final whether only a change of the chunk is a reason to try again: `draft_tried` is then the revision that
 *   the chunk has with the note
 */
export function noteOf({ revision, fields }: PublicationChunk, text: string, final = false): Change | undefined {
  const note = text.length > MAX_NOTE ? `${text.slice(0, MAX_NOTE - 1)}…` : text;
  if (!final && fields?.draft_note === note) return undefined;
  return { fields: { draft_note: note, draft_tried: final ? revision + 1 : null } };
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
