import { z } from 'zod';
import type { ModelChoice, TextBlock, Turn, TurnTaker } from '../../src/models/model.js';
import { RulesBroken, writeChecked } from '../writing/checked.js';
import { visibleText } from '../writing/facts.js';
import { DraftError } from './draft-error.js';
import type { Draft } from './layout.js';
import type { WriteRequest } from './offline-writer.js';
import { THREAD } from './platforms.js';
import type { Platform } from './platforms.js';
import { reviewDraft } from './review.js';
import { checkedRules, SYSTEM_PROMPT } from './rules.js';

/** What the model writer writes with. */
export interface ModelWriting {
  readonly taker: TurnTaker;
  readonly choice: ModelChoice;
  /** Guidance for a platform. */
  readonly skill: (platform: Platform) => string;
  /** The rules of the author's voice. */
  readonly voice?: string | undefined;
  readonly onTurn?: (turn: Turn) => Promise<void>;
  readonly signal: AbortSignal;
}

/** No more of a post, in UTF-16 units, goes to a model: some 15,000 tokens. */
const MAX_POST = 60_000;

/** The answers that are asked for, and the draft that each of them means. */
const PAIR = z.strictObject({ mastodon: z.string(), bluesky: z.string() });
const THREAD_ANSWER = z.strictObject({ tweets: z.array(z.string()).describe(`${THREAD.min} to ${THREAD.max} tweets, without numbers`) });
const SINGLE = z.strictObject({ text: z.string() });
type Answer = z.infer<typeof PAIR> | z.infer<typeof THREAD_ANSWER> | z.infer<typeof SINGLE>;

function answerSchema(platform: Platform): z.ZodType<Answer> {
  if (platform === 'mastodon+bluesky') return PAIR;
  return platform === 'x' ? THREAD_ANSWER : SINGLE;
}

function toDraft(answer: Answer): Draft {
  if ('tweets' in answer) return { posts: answer.tweets.map((text) => ({ text: text.trim() })) };
  if ('text' in answer) return { posts: [{ text: answer.text.trim() }] };
  return { posts: [{ network: 'mastodon', text: answer.mastodon.trim() }, { network: 'bluesky', text: answer.bluesky.trim() }] };
}

/**
 * Writes a draft through a language model. An answer that breaks a rule of the platform, or says what neither post nor
 * brief do, goes back with the exact problems, twice at most.
 *
 * @throws DraftError `rules_broken` where the last repair still breaks a rule; refusals of the model and an
 *   abort by `signal` pass through
 */
export async function writeWithModel(request: WriteRequest, writing: ModelWriting): Promise<Draft> {
  const { post, platform } = request;
  try {
    const answer = await writeChecked<Answer>({
      taker: writing.taker,
      choice: writing.choice,
      system: systemOf(request, writing),
      material: materialOf(request),
      tool: { name: 'hand_in_draft', description: 'Hands in the finished draft.', schema: answerSchema(platform) },
      check: (value) => reviewDraft(toDraft(value), request),
      onTurn: writing.onTurn,
      signal: writing.signal,
    });
    return toDraft(answer);
  } catch (error) {
    if (!(error instanceof RulesBroken)) throw error;
    throw new DraftError('rules_broken', `The model's draft of ${post.slug} breaks the rules ${error.message}`, { problems: error.problems, byModel: true });
  }
}

function systemOf({ post, platform }: WriteRequest, { skill, voice }: ModelWriting): TextBlock[] {
  return [
    { type: 'text', text: SYSTEM_PROMPT },
    { type: 'text', text: skill(platform), cacheable: true },
    ...(voice === undefined ? [] : [{ type: 'text' as const, text: `The author's voice. It decides how things are said, never what is said:\n${voice}` }]),
    { type: 'text', text: checkedRules(platform, post.link) },
  ];
}

function materialOf({ post, brief = '', title = post.title }: WriteRequest): TextBlock[] {
  const text = visibleText(post.text).trim();
  return [
    { type: 'text', text: `Write the publication "${title}" and hand it in by hand_in_draft.` },
    { type: 'text', text: brief.trim() === '' ? 'There is no brief.' : `The brief of the person (angle, hashtags, notes):\n${brief.trim()}` },
    { type: 'text', text: `# ${post.title}\n\n${text.length > MAX_POST ? `${text.slice(0, MAX_POST)}…` : text}`, untrusted: true, kind: 'blog-post' },
  ];
}
