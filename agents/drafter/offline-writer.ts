import twitter from 'twitter-text';
import { DraftError } from './draft-error.js';
import { renderBody } from './layout.js';
import type { Draft } from './layout.js';
import { checkDraft, fitsNetwork, NETWORKS } from './platforms.js';
import type { Network, Platform } from './platforms.js';
import type { Post } from './posts.js';
import { sentencesOf } from './prose.js';
import { scoreSentences } from './scoring.js';
import type { Scored } from './scoring.js';
import { shorten } from './shorten.js';
import { bestLead, bestSpan, inOrder, spansOf } from './spans.js';
import type { Span } from './spans.js';
import { writeThread } from './thread.js';

/** What a writer gets. */
export interface WriteRequest {
  post: Post;
  platform: Platform;
  /** The person's words about this publication: angle, hashtags, notes. */
  brief?: string;
  /** The title of the publication; the post's own where it is missing. */
  title?: string;
}

/** How much of a network's room a good text uses, and in how many paragraphs. */
const SHAPES: Readonly<Record<Exclude<Network, 'x'>, { units: number; paragraphs: number; span: number; tags: number }>> = {
  mastodon: { units: 500, paragraphs: 3, span: 260, tags: 4 },
  bluesky: { units: 300, paragraphs: 2, span: 230, tags: 2 },
  linkedin: { units: 1500, paragraphs: 5, span: 380, tags: 5 },
};
const THREAD_TAGS = 2;

/** The hashtags of a brief, each once. */
export function hashtagsOf(brief: string): string[] {
  const tags = new Map<string, string>();
  for (const tag of twitter.extractHashtags(brief)) {
    if (!tags.has(tag.toLowerCase())) tags.set(tag.toLowerCase(), `#${tag}`);
  }
  return [...tags.values()];
}

/**
 * Writes a draft without a model: it chooses real sentences of the post, and adds nothing but the link, the
 * brief's hashtags, a thread's numbers and `…` where it cuts. The same request gives the same draft.
 *
 * @throws DraftError where the post has too little text for the platform
 */
export function writeOffline({ post, platform, brief = '', title = post.title }: WriteRequest): Draft {
  const sentences = scoreSentences(sentencesOf(post.text), `${title} ${post.title}`, brief);
  const tags = hashtagsOf(brief);
  if (!sentences.some((sentence) => sentence.usable)) {
    throw new DraftError('too_little_text', `The post ${post.slug} has no whole sentence to draft from.`);
  }
  const texts = NETWORKS[platform].flatMap((network) =>
    network === 'x'
      ? writeThread(sentences, { link: post.link, tags: tags.slice(0, THREAD_TAGS), slug: post.slug })
      : [writeText(sentences, network, post, tags)],
  );
  const draft: Draft =
    platform === 'mastodon+bluesky'
      ? { posts: [{ network: 'mastodon', text: texts[0] ?? '' }, { network: 'bluesky', text: texts[1] ?? '' }] }
      : { posts: texts.map((text) => ({ text })) };
  const problems = checkDraft(platform, renderBody(draft, brief), post.link);
  if (problems.length > 0) {
    const messages = problems.map(({ message }) => message);
    throw new DraftError('rules_broken', `The draft of ${post.slug} breaks the rules: ${messages.join(' ')}`, { problems: messages });
  }
  return draft;
}

/** One text: the strongest opening, then the best of what follows it in the post while there is room. */
function writeText(sentences: readonly Scored[], network: Exclude<Network, 'x'>, post: Post, tags: readonly string[]): string {
  const shape = SHAPES[network];
  // The length first, which is quick and settles most cases.
  const room = (text: string) => text.length <= Math.max(shape.units, post.link.length + shape.units / 2) && fitsNetwork(network, text);
  const ends = [shape.tags, 2, 1, 0].map((count) => [post.link, tags.slice(0, count).join(' ')].filter(Boolean).join('\n\n'));
  const end = ends.find((candidate) => room(`${'x'.repeat(shape.units * 0.6)}\n\n${candidate}`)) ?? post.link;
  const compose = (spans: readonly Span[]) => `${spans.map((span) => span.text).join('\n\n')}\n\n${end}`;

  const spans = spansOf(sentences, { target: shape.span * 0.75, fits: (text) => text.length <= shape.span && room(`${text}\n\n${end}`) });
  const lead = bestLead(spans, sentences.length);
  if (!lead) return writeShortened(sentences, (text) => room(`${text}\n\n${end}`), end, post);
  const later = spans.filter((span) => span.start >= lead.end);
  let chosen = [lead];
  while (chosen.length < shape.paragraphs) {
    const next = bestSpan(later.filter((span) => room(compose([...chosen, span]))), chosen);
    if (!next) break;
    chosen = inOrder([...chosen, next]);
  }
  return compose(chosen);
}

/** No span fits: the best sentence, cut. */
function writeShortened(sentences: readonly Scored[], fits: (text: string) => boolean, end: string, post: Post): string {
  const usable = sentences.filter((sentence) => sentence.usable).sort((a, b) => b.score - a.score);
  for (const sentence of usable) {
    const text = shorten(sentence.text, fits);
    if (text !== undefined) return `${text}\n\n${end}`;
  }
  throw new DraftError('no_room', `The link and tags of ${post.slug} leave no room for a sentence.`);
}
