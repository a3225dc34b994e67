import { Refusal } from '../errors.js';

/** Scripts that put no space between words: each character is a word, and a word of the query a phrase of them. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/gu;

/** A phrase in quotes or a word, a star behind it for words that begin so. */
const TERM = /"([^"]*)"(\*?)|([^\s"]+)/gu;
const OPERATORS = new Set(['AND', 'OR', 'NOT']);

/** Accents of Latin, Greek and Cyrillic letters. */
const ACCENTS = /[\u0300-\u036f]/g;

/** A text as it is indexed: without accents, wide and ligature forms as plain ones. */
export function indexedText(text: string): string {
  return text.normalize('NFKD').replaceAll(ACCENTS, '').normalize('NFC').replaceAll(UNSPACED, ' $& ');
}

/**
 * A query of a person or a model as an expression of FTS5. Words and "phrases" must all occur; `OR` and `NOT`
 * between two of them mean what they say (`NOT` binds strongest), `word*` is any word that begins so.
 *
 * @throws Refusal `invalid_input` for a query without a word.
 */
export function matchExpression(query: string): string {
  let expression = '';
  let operator: string | undefined;
  for (const [, phrase, star, word] of query.matchAll(TERM)) {
    if (word !== undefined && OPERATORS.has(word)) {
      operator = word;
      continue;
    }
    const term = quoted(phrase ?? word!, star === '*' || word?.endsWith('*') === true);
    if (term === undefined) continue;
    expression += expression === '' ? term : ` ${operator ?? 'AND'} ${term}`;
    operator = undefined;
  }
  if (expression !== '') return expression;
  throw new Refusal('invalid_input', 'search: query has no word to look for', { query });
}

function quoted(text: string, prefix: boolean): string | undefined {
  if (!/[\p{L}\p{N}]/u.test(text)) return undefined;
  return `"${indexedText(text).replaceAll('"', ' ').trim()}"${prefix ? '*' : ''}`;
}
