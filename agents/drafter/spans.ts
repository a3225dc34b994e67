import { similarity } from './scoring.js';
import type { Scored } from './scoring.js';

/** A few sentences that stand next to each other in one paragraph. */
export interface Span {
  text: string;
  /** Index of its first sentence in the post. */
  start: number;
  /** Index after its last sentence. */
  end: number;
  paragraph: number;
  section: number;
  opensParagraph: boolean;
  score: number;
  stems: ReadonlySet<string>;
}

/** What a draft asks of its spans. */
export interface SpanRules {
  /** Whether a text is short enough for its place. */
  fits: (text: string) => boolean;
  /** The length, in UTF-16 units, from which on a span counts as well filled. */
  target: number;
}

const MAX_SENTENCES = 3;
/** A span shorter than this, in UTF-16 units, is a punch line without its joke. */
const LEAST_SPAN = 45;
const SHORT_SENTENCE = 45;

/** Every span that stands alone and fits. */
export function spansOf(sentences: readonly Scored[], { fits, target }: SpanRules): Span[] {
  const spans: Span[] = [];
  for (const [start, first] of sentences.entries()) {
    if (!first.standsAlone || !first.usable) continue;
    let text = '';
    let sum = 0;
    const stems = new Set<string>();
    for (let end = start + 1; end <= start + MAX_SENTENCES; end += 1) {
      const sentence = sentences[end - 1];
      if (!sentence || !sentence.usable || sentence.paragraph !== first.paragraph) break;
      text = text === '' ? sentence.text : `${text} ${sentence.text}`;
      if (!fits(text)) break;
      sum += sentence.score;
      for (const stem of sentence.stems) stems.add(stem);
      if (text.length < LEAST_SPAN) continue;
      const score = sum / (end - start) + 0.9 * Math.min(1, text.length / target) + 0.4 - edgeLoss(sentences, start, end);
      spans.push({ text, start, end, paragraph: first.paragraph, section: first.section, opensParagraph: first.opensParagraph, score, stems });
    }
  }
  return spans;
}

/** What a span loses by being cut out of its paragraph: context before it, the point after it. */
function edgeLoss(sentences: readonly Scored[], start: number, end: number): number {
  const first = sentences[start];
  const last = sentences[end - 1];
  const next = sentences[end];
  let loss = 0;
  if (first && !first.opensParagraph) loss += /^(the|an?)\b/i.test(first.text) ? 0.9 : 0.6;
  if (first?.pointsBack) loss += 0.5;
  if (last && next && !last.closesParagraph) {
    loss += 0.2 + (next.standsAlone ? 0 : 0.9) + (next.text.length < SHORT_SENTENCE ? 0.3 : 0);
  }
  return loss;
}

/** The best opening: the start of a paragraph of the introduction, or of the first half where there is none that fits. */
export function bestLead(spans: readonly Span[], sentenceCount: number): Span | undefined {
  const early = spans.filter((span) => span.opensParagraph && span.start < sentenceCount / 2);
  const introduction = early.filter((span) => span.section === 0);
  return bestSpan(introduction, []) ?? bestSpan(early, []) ?? bestSpan(spans, []);
}

/** How much a span loses by what is chosen already; Infinity where they share a sentence. */
function overlap(span: Span, chosen: readonly Span[]): number {
  let loss = 0;
  for (const other of chosen) {
    if (span.start < other.end && other.start < span.end) return Infinity;
    loss = Math.max(loss, 1.5 * similarity(span.stems, other.stems) + (span.paragraph === other.paragraph ? 0.4 : 0));
  }
  return loss;
}

/** The best span next to those chosen. Ties go to the earlier one, so that a post has one draft. */
export function bestSpan(spans: readonly Span[], chosen: readonly Span[]): Span | undefined {
  let best: Span | undefined;
  let worth = -Infinity;
  for (const span of spans) {
    const value = span.score - overlap(span, chosen);
    if (value > worth) [best, worth] = [span, value];
  }
  return best;
}

/** Spans in the post's order. */
export function inOrder(spans: readonly Span[]): Span[] {
  return spans.toSorted((a, b) => a.start - b.start);
}
