import nlp from 'compromise/two';

/** A word of a text with its place. */
interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly opens: boolean;
}

const WORD = /\p{L}[\p{L}\p{M}\p{N}_]*(?:[.'’-][\p{L}\p{N}][\p{L}\p{M}\p{N}_]*)*/gu;
/** What ends before a sentence begins: nothing, a full stop, a colon, a line end, a bullet or a dash. */
const BEFORE_SENTENCE = /(?:^|[.!?…:;。！？\n]|[^\p{L}\p{N}\s,]\s)[\s\p{P}\p{S}\p{M}]*$/u;
const PRONOUN = /^I(?:['’]\p{L}+)?$|^OK$/u;
/** Two capitals, a capital after a small letter, letters with digits or an underscore: a name in any language. */
const MARKED = /\p{Lu}.*\p{Lu}|\p{Ll}\p{Lu}|\p{L}\p{N}|_/u;
const ENGLISH = new Set('the and of to is are a an in that with for on it not you when from which by every no'.split(' '));
const GERMAN = new Set('der die das und ist nicht ein eine mit für auf zu von den dem sich wird im wenn'.split(' '));

/**
 * The names of a text that a source does not have. A name is a capitalised word within a sentence, or one that
 * looks like a name anywhere (`SQLite3`, `update_chunk`, `NASA`). At the start of a sentence, where every word has a
 * capital, an English one counts that is no known English word, or known as a name; a name that is a word too (`Oracle`) is not found there. German writes every noun
 * with a capital: there two such words in a row are a name. Scripts without capitals are not judged.
 */
export function namesMissing(text: string, source: string): string[] {
  const words = wordsIn(text);
  const knows = wordsOf(source);
  // A short text does not tell its language: it is then that of its source.
  const language = languageOf(words) ?? languageOf(wordsIn(source));
  const capital = (word: Word | undefined): boolean => word !== undefined && /^\p{Lu}/u.test(word.text);
  const beside = (a: Word | undefined, b: Word | undefined): boolean => a !== undefined && b !== undefined && /^\s$/.test(text.slice(a.end, b.start));
  return words
    .filter((word, i) => {
      if (PRONOUN.test(word.text) || knows(word.text)) return false;
      if (MARKED.test(word.text.replaceAll(/['’]\p{L}+$/gu, ''))) return true;
      if (!capital(word)) return false;
      if (word.opens) return language === 'english' && opensWithName(text.slice(word.start, word.start + 200), word.text);
      if (language !== 'german') return true;
      const [before, after] = [words[i - 1], words[i + 1]];
      return (capital(after) && !after!.opens && beside(word, after)) || (capital(before) && !before!.opens && beside(before, word));
    })
    .map((word) => word.text);
}

/** Knows the words of a source, whatever their case, with or without a plural's or a genitive's s. */
function wordsOf(source: string): (word: string) => boolean {
  const known = new Set<string>();
  for (const { text } of wordsIn(source)) for (const part of [text, ...text.split(/[.'’-]/)]) known.add(stem(part));
  const has = (word: string): boolean => known.has(stem(word));
  return (word) => has(word) || (/[.'’-]/.test(word) && word.split(/[.'’-]/).every((part) => has(part) || !/\p{Lu}|\p{N}|_/u.test(part)));
}

function stem(word: string): string {
  return word.toLowerCase().replace(/['’]s?$/, '').replace(/(?<=\p{L}{3})e?s$/u, '').replace(/(?<=\p{L}{3})e$/u, '');
}

function wordsIn(text: string): Word[] {
  return [...text.matchAll(WORD)].map((match) => ({
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
    opens: BEFORE_SENTENCE.test(text.slice(Math.max(0, match.index - 12), match.index)),
  }));
}

function languageOf(words: readonly Word[]): 'english' | 'german' | undefined {
  const share = (list: ReadonlySet<string>): number => words.filter(({ text }) => list.has(text.toLowerCase())).length / Math.max(1, words.length);
  const [english, german] = [share(ENGLISH), share(GERMAN)];
  if (Math.max(english, german) < 0.06) return undefined;
  return english >= german ? 'english' : 'german';
}

/** How ordinary nouns end that no word list has all of. */
const ORDINARY = /(?:[eo]rs|ings|tions?|ments?|ness|it(?:y|ies))$/;

interface Term {
  readonly terms: readonly { readonly tags: readonly string[] }[];
}

/** Whether the first word of an English sentence is a name. */
function opensWithName(sentence: string, word: string): boolean {
  const [first] = nlp(sentence).terms().json() as Term[];
  const tags = first?.terms[0]?.tags ?? [];
  if (tags.some((tag) => ['ProperNoun', 'Person', 'Place', 'Organization'].includes(tag))) return true;
  if (!tags.includes('Noun') || tags.some((tag) => ['Pronoun', 'Value', 'Date', 'Gerund'].includes(tag))) return false;
  const { one } = nlp.model() as { one: { lexicon: Readonly<Record<string, unknown>> } };
  const lower = word.toLowerCase();
  if (ORDINARY.test(lower)) return false;
  return ![lower, lower.replace(/s$/, ''), lower.replace(/es$/, ''), lower.replace(/ies$/, 'y')].some((form) => Object.hasOwn(one.lexicon, form));
}
