import twitter from 'twitter-text';
import type { Sentence } from './prose.js';

/** A sentence with its worth for a draft. */
export interface Scored extends Sentence {
  /** Higher is better; comparable within one post. */
  score: number;
  /** Whether it can be understood without the sentence before it. */
  standsAlone: boolean;
  /** Whether it can, but takes up something that was said before. */
  pointsBack: boolean;
  /** Whether it can stand in a draft at all. */
  usable: boolean;
  opensParagraph: boolean;
  closesParagraph: boolean;
  /** The stems of its content words. */
  stems: ReadonlySet<string>;
}

const wordSegmenter = new Intl.Segmenter('en', { granularity: 'word' });

const STOP_WORDS = new Set(
  ('a about after all also an and any are as at be been before being both but by can could did do does each for from ' +
    'had has have he her his how i if in into is it its just like may me more most my no not now of off on one only or ' +
    'other our out over own same she should so some such than that the their them then there these they this those to ' +
    'too two under until up us very was we were what when where which while who why will with would you your').split(' '),
);

/** Starts that lean on the sentence before. */
const LEANING =
  /^["“'(]?(this|that|these|those|it|its|they|their|them|he|she|both|but|and|so|or|nor|yet|then|thus|hence|however|instead|otherwise|also|still|here|neither|either|such|again|therefore|next|finally|second|third|meanwhile|afterwards|the (first|second|third|last|other|others|former|latter|same|result|reason|rest|answer|fix|catch|cost|price|difference|point|effect)|because of (this|that)|in (both|either|that|this) cases?|for example|for instance|as a result|in other words|none of (this|that|these|it|them)|all of (this|that|it|them)|one of (them|these|those)|most of (them|it)|after that|with that|from (there|then)|until then|sometimes|usually|same\b)\b/i;

/** "Loomcycle ships both": two things that were named before. */
const BOTH_OF_THOSE = /\bboth\b(?!.*\band\b)/i;

/** Talk about the text itself, which means nothing outside it. */
const ABOUT_THE_TEXT = /\b(this post|this article|below|above|in this section|rest of (this|the) post|as follows|the following|see also|previous post|last post|next post|companion reading)\b/i;

const TERMINATED = /[.!?…。！？]["”’')\]]*$/;

/** The content words of a text, in lower case and without a plural's s. */
function stemsOf(text: string): Set<string> {
  const stems = new Set<string>();
  for (const { segment, isWordLike } of wordSegmenter.segment(text.toLowerCase())) {
    if (!isWordLike || STOP_WORDS.has(segment)) continue;
    stems.add(segment.length > 3 ? segment.replace(/s$/, '') : segment);
  }
  return stems;
}

function share(part: ReadonlySet<string>, of: ReadonlySet<string>): number {
  let shared = 0;
  for (const stem of of) if (part.has(stem)) shared += 1;
  return of.size === 0 ? 0 : shared / of.size;
}

/** How alike two sets of stems are, from 0 to 1. */
export function similarity(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  return Math.max(share(a, b), share(b, a));
}

/** 1 from 50 to 190 units, falling to 0 towards a fragment and towards a whole paragraph. */
function lengthScore(length: number): number {
  if (length < 50) return Math.max(0, (length - 15) / 35);
  return length <= 190 ? 1 : Math.max(0, 1 - (length - 190) / 200);
}

function concreteness(text: string): number {
  const figure = /\d/.test(text) ? 0.5 : 0;
  const named = /[^.!?]\s[A-Z][a-z]|[A-Z]{2,}|_\w/.test(text) ? 0.2 : 0;
  return figure + named;
}

/** How much of a sentence points elsewhere: pronouns, entities that a network would turn into a link or mention. */
function penalties(text: string): number {
  const pronouns = text.match(/\b(it|they|them|this|these|those)\b/gi)?.length ?? 0;
  const entities = twitter.extractEntitiesWithIndices(text).length;
  const question = text.endsWith('?') ? 0.6 : 0;
  return Math.min(pronouns, 3) * 0.15 + entities * 4 + question + (ABOUT_THE_TEXT.test(text) ? 3 : 0);
}

/** Where a sentence takes up what was said before: "changed that.", "most of these cases", "chunks also limit". */
const POINTS_BACK = /\b(that|this|it|them|those|these|so|there)[.,;!?]|\bof (these|those|them)\b|\b(also|then|too|instead)\b/i;

/** Whole, with its brackets and quotation marks closed, and without an address: a draft has one link, its own. */
function isUsable(text: string): boolean {
  const open = text.match(/[([“]/g)?.length ?? 0;
  const close = text.match(/[)\]”]/g)?.length ?? 0;
  return TERMINATED.test(text) && open === close && /\p{L}/u.test(text) && !/https?:\/\//i.test(text);
}

/**
 * Scores the sentences of a post: overlap with the title and the brief, words that the post keeps coming back
 * to, position, length and concreteness.
 */
export function scoreSentences(sentences: readonly Sentence[], title: string, brief: string): Scored[] {
  const titleStems = stemsOf(title);
  const briefStems = stemsOf(brief.replaceAll(/#\S+/g, ' '));
  const stems = sentences.map((sentence) => stemsOf(sentence.text));
  const counts = new Map<string, number>();
  for (const set of stems) for (const stem of set) counts.set(stem, (counts.get(stem) ?? 0) + 1);
  const paragraphs = (sentences.at(-1)?.paragraph ?? 0) + 1;

  return sentences.map((sentence, i) => {
    const own = stems[i] ?? new Set<string>();
    let weight = 0;
    for (const stem of own) weight += Math.min((counts.get(stem) ?? 0) / sentences.length, 0.2);
    const depth = sentence.paragraph / paragraphs;
    const opensParagraph = sentences[i - 1]?.paragraph !== sentence.paragraph;
    const score =
      2 * share(own, titleStems) +
      1.6 * Math.min(1, 2 * share(own, briefStems)) +
      (own.size === 0 ? 0 : (4 * weight) / own.size) +
      0.6 * (1 - depth) +
      (opensParagraph ? 0.3 : 0) +
      0.8 * lengthScore(sentence.text.length) +
      concreteness(sentence.text) -
      penalties(sentence.text);
    return {
      ...sentence,
      score,
      standsAlone: !LEANING.test(sentence.text) && !BOTH_OF_THOSE.test(sentence.text),
      pointsBack: POINTS_BACK.test(sentence.text),
      usable: isUsable(sentence.text),
      opensParagraph,
      closesParagraph: sentences[i + 1]?.paragraph !== sentence.paragraph,
      stems: own,
    };
  });
}
