/** Longest sentence that is quoted, in UTF-16 code units. */
const MAX_SENTENCE = 400;
/** What a long text says after so many sentences is not considered. */
const MAX_SENTENCES = 500;
const MIN_WORDS = 4;
/** Words that say nothing of what a text is about. */
const COMMON = new Set(
  ('a an and are as at be been but by can for from had has have he her his if in into is it its may more most no not of on one or other our she so some such than that the their them then there these they this those to up was we were what when which who will with would you your ' +
    'aber als am an auch auf aus bei bin bis das dass dem den der des die durch ein eine einem einen einer es für hat ich ihr im in ist mit nach nicht noch nur oder sich sie sind so um und uns von vor war was wenn wer wie wir wird zu zum zur').split(' '),
);
const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

/** The sentences of a text that hold most of its frequent words, in their order. The same text gives the same ones. */
export function keySentences(text: string, count: number): string[] {
  const sentences = sentencesOf(text);
  const weights = weightsOf(sentences);
  const scored = sentences.map((sentence, at) => ({ sentence, at, score: scoreOf(sentence, weights) * (at === 0 ? 1.5 : 1) }));
  const best = scored.sort((a, b) => b.score - a.score || a.at - b.at).slice(0, count);
  return best.sort((a, b) => a.at - b.at).map(({ sentence }) => sentence);
}

/** Whole sentences of the prose of a text, each once: no headings, code, tables. */
function sentencesOf(text: string): string[] {
  const prose = text.replaceAll(/^(```|~~~)[\s\S]*?^\1.*$/gm, '').split(/\n\s*\n|\n(?=\s*(?:[-*+]|\d+\.)\s)/);
  const paragraphs = prose.map((paragraph) => paragraph.trim()).filter((paragraph) => !/^(#|\||>)/.test(paragraph));
  const sentences = paragraphs.flatMap((paragraph) => {
    const plain = paragraph.replace(/^([-*+]|\d+\.)\s+/, '').replaceAll(/\s+/g, ' ');
    return [...segmenter.segment(plain)].map(({ segment }) => segment.trim());
  });
  return [...new Set(sentences)].filter((sentence) => sentence.length <= MAX_SENTENCE && wordsOf(sentence).length >= MIN_WORDS).slice(0, MAX_SENTENCES);
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

function weightsOf(sentences: readonly string[]): Map<string, number> {
  const weights = new Map<string, number>();
  for (const word of sentences.flatMap(wordsOf)) if (!COMMON.has(word)) weights.set(word, (weights.get(word) ?? 0) + 1);
  return weights;
}

/** Longer sentences hold more words: the root keeps them from winning by that alone. */
function scoreOf(sentence: string, weights: ReadonlyMap<string, number>): number {
  const words = new Set(wordsOf(sentence));
  const sum = [...words].reduce((total, word) => total + (weights.get(word) ?? 0), 0);
  return sum / Math.sqrt(words.size);
}
