import { DraftError } from './draft-error.js';
import { fitsNetwork, THREAD } from './platforms.js';
import type { Scored } from './scoring.js';
import { shorten, splitAtClause } from './shorten.js';
import { bestLead, bestSpan, inOrder, spansOf } from './spans.js';
import type { Span } from './spans.js';

/** What stands in a thread besides the post's sentences. */
export interface ThreadParts {
  link: string;
  tags: readonly string[];
  slug: string;
}

const TARGET = 190;
/** The shortest piece, in UTF-16 units, that a sentence is split into for want of text. */
const LEAST_PIECE = 20;

type Fits = (text: string) => boolean;

/**
 * Writes a thread of 4 to 5 tweets: the strongest opening, then the best of what follows it in
 * the post's order, the last tweet with the link.
 *
 * @throws DraftError where the post cannot fill four tweets
 */
export function writeThread(sentences: readonly Scored[], { link, tags, slug }: ThreadParts): string[] {
  const number = (text: string, i: number, of: number) => `${text}\n\n${i + 1}/${of}`;
  const endings = [tags.length, 1, 0].map((count) => [link, tags.slice(0, count).join(' ')].filter(Boolean).join(' '));
  const roomy = (end: string) => fitsNetwork('x', number(`${'x'.repeat(140)}\n\n${end}`, 4, 5));
  const end = endings.find(roomy) ?? link;
  const fits: Fits = (text) => fitsNetwork('x', number(text, 4, 5));
  const fitsLast: Fits = (text) => fits(`${text}\n\n${end}`);

  const texts = chooseTweets(sentences, fits, fitsLast) ?? spreadThin(sentences, fits, fitsLast);
  if (!texts) {
    const count = sentences.filter((sentence) => sentence.usable).length;
    throw new DraftError('too_little_text', `The post ${slug} has ${count} whole sentences; they cannot be made into the ${THREAD.min} tweets of a thread.`);
  }
  return texts.map((text, i) => number(i === texts.length - 1 ? `${text}\n\n${end}` : text, i, texts.length));
}

/** The usual way: a lead, a close from the later half, and the best in between. */
function chooseTweets(sentences: readonly Scored[], fits: Fits, fitsLast: Fits): string[] | undefined {
  const spans = spansOf(sentences, { fits, target: TARGET });
  const half = sentences.length / 2;
  const lead = bestLead(spans, sentences.length);
  if (!lead) return undefined;
  const closing = bestSpan(spans.filter((span) => span.start >= Math.max(half, lead.end) && fitsLast(span.text)), [lead]);
  if (!closing) return undefined;
  const between = spans.filter((span) => span.start >= lead.end && span.end <= closing.start);
  const middle: Span[] = [];
  while (middle.length < THREAD.max - 2) {
    const next = bestSpan(between, [lead, closing, ...middle]);
    if (!next) break;
    middle.push(next);
  }
  if (middle.length < THREAD.min - 2) return undefined;
  return inOrder([lead, ...middle, closing]).map((span) => span.text);
}

/** Too little text to choose from: all of it in its order, long sentences split at clauses until there are four pieces. */
function spreadThin(sentences: readonly Scored[], fits: Fits, fitsLast: Fits): string[] | undefined {
  const pieces = sentences.filter((sentence) => sentence.usable).map((sentence) => sentence.text);
  while (pieces.length < THREAD.min) {
    const at = pieces
      .map((piece, i) => ({ i, length: piece.length, halves: splitAtClause(piece, LEAST_PIECE) }))
      .filter((candidate) => candidate.halves)
      .sort((a, b) => b.length - a.length)[0];
    if (!at?.halves) return undefined;
    pieces.splice(at.i, 1, ...at.halves);
  }
  const tweets: string[] = [];
  let next = 0;
  for (let slot = 0; slot < THREAD.min; slot += 1) {
    const fitsSlot = slot === THREAD.min - 1 ? fitsLast : fits;
    let text = shorten(pieces[next] ?? '', fitsSlot);
    if (text === undefined) return undefined;
    next += 1;
    // The later tweets get at least one piece each; a tweet that had to be cut ends there.
    while (next < pieces.length - (THREAD.min - 1 - slot) && !text.endsWith('…') && fitsSlot(`${text} ${pieces[next]}`)) {
      text = `${text} ${pieces[next]}`;
      next += 1;
    }
    tweets.push(text);
  }
  return tweets;
}
