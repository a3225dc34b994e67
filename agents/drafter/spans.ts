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
      // A paragraph goes on where a leaning sentence follows: cutting there often loses the point.
      const next = sentences[end];
      const cutOff = next?.paragraph === first.paragraph && !next.standsAlone ? 0.25 : 0;
      const score = sum / (end - start) + 0.9 * Math.min(1, text.length / target) - cutOff;
      spans.push({ text, start, end, paragraph: first.paragraph, score, stems });
    }
  }
  return spans;
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

/** The chosen spans in the post's order, after the one that leads. */
export function inOrder(lead: Span, rest: readonly Span[]): Span[] {
  return [lead, ...rest.toSorted((a, b) => a.start - b.start)];
}
