// How text becomes words, for the index, for queries and for marking hits alike.
//
// A word is a run of letters and digits. In scripts that put no spaces between words, and in Korean, which
// puts endings on them, every character is a word of its own and a query is a phrase of them: any part of a
// text is found, down to one character. An emoji is a word.

/** A word with its place in the text, in UTF-16 code units. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const BY_CHARACTER = ['Han', 'Hiragana', 'Katakana', 'Hangul', 'Thai', 'Lao', 'Khmer', 'Myanmar', 'Tibetan', 'Bopomofo', 'Yi']
  .map((script) => `\\p{Script_Extensions=${script}}`)
  .join('');
// Half-width katakana has its voicing marks as letters of their own.
const MARK = '[\\p{M}\\uff9e\\uff9f]';
const CHARACTER = `(?=[\\p{L}\\p{N}])[${BY_CHARACTER}]${MARK}*`;
const RUN = `[\\p{L}\\p{N}](?:(?![${BY_CHARACTER}])[\\p{L}\\p{N}]|[\\p{M}\\u200c\\u200d])*`;
const EMOJI = '\\p{Regional_Indicator}{2}|\\p{Extended_Pictographic}';
const WORD = new RegExp(`${CHARACTER}|${RUN}|${EMOJI}`, 'gu');

const ASCII = /^[\x00-\x7f]*$/;

/** The words of a text, folded, in order. */
export function* words(text: string): Generator<Word> {
  for (const match of text.matchAll(WORD)) {
    const folded = fold(match[0]);
    if (folded !== '') yield { text: folded, start: match.index, end: match.index + match[0].length };
  }
}

/** The words of a text as the index takes them: set apart by spaces, so that its tokenizer has nothing left to decide. */
export function indexed(text: string): string {
  // The tokenizer `ascii` cuts and folds ASCII just so.
  if (ASCII.test(text)) return text;
  return Array.from(words(text), (word) => word.text).join(' ');
}

/**
 * What differs only in case, in accents of Latin and Greek letters, in vowel points of Arabic and Hebrew, or
 * in the width of its characters is one word.
 */
function fold(word: string): string {
  if (ASCII.test(word)) return word.toLowerCase();
  return word
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/(?<=[\p{Script=Latin}\p{Script=Greek}]\p{M}*)\p{M}/gu, '')
    .replaceAll(/[\u064b-\u065f\u0670\u0640\u0591-\u05bd\u05bf-\u05c7\u200c\u200d\ufe00-\ufe0f]/gu, '')
    .replaceAll('ß', 'ss')
    .replaceAll('ς', 'σ')
    .normalize('NFC')
    .replaceAll('ё', 'е')
    .replaceAll(/[^0-9a-z\u0080-\u{10ffff}]/gu, '');
}
