import { words } from './words.js';

// The language of queries:
//
//   or      = and ("OR" and)*
//   and     = not ("AND" not)*
//   not     = row ("NOT" row)*
//   row     = item+                     side by side: all must be there
//   item    = word | word* | "phrase" | "phrase"* | ( or )
//
// Operators are upper case. What is between spaces and is more than one word, as `well-known` or `don't`,
// is a phrase. A text that is not of this language, as `AND` or `5" (`, is taken as words.

/** Words in a row; with `prefix` the last may go on. */
export interface Phrase {
  readonly kind: 'phrase';
  readonly words: readonly string[];
  readonly prefix: boolean;
}

export type Query =
  | Phrase
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Query[] }
  | { readonly kind: 'not'; readonly base: Query; readonly without: readonly Query[] };

const PIECE = /"([^"]*)"(\*?)|([()])|([^\s()"]+)|"/g;
const OPERATORS = new Set(['AND', 'OR', 'NOT']);
/** The parser of FTS5 has a stack of limited depth. */
const MAX_DEPTH = 8;

type Token = { kind: 'operator' | 'bracket'; text: string } | { kind: 'phrase'; phrase: Phrase | undefined };

/** Thrown where a text is not of the language. */
class NotOfTheLanguage extends Error {}

/** @returns undefined for a text without any word. */
export function parseQuery(text: string): Query | undefined {
  const straight = text.replaceAll(/[“”„]/g, '"');
  try {
    return new Parser(tokensOf(straight)).parse();
  } catch (error) {
    if (error instanceof NotOfTheLanguage) return asWords(straight);
    throw error;
  }
}

function tokensOf(text: string): Token[] {
  return Array.from(text.matchAll(PIECE), ([piece, quoted, star, bracket, plain]): Token => {
    if (bracket !== undefined) return { kind: 'bracket', text: bracket };
    if (quoted !== undefined) return { kind: 'phrase', phrase: phraseOf(quoted, star === '*') };
    if (plain === undefined) throw new NotOfTheLanguage();
    if (OPERATORS.has(piece)) return { kind: 'operator', text: piece };
    return { kind: 'phrase', phrase: phraseOf(plain, plain.endsWith('*')) };
  });
}

function phraseOf(text: string, prefix: boolean): Phrase | undefined {
  const list = Array.from(words(text), (word) => word.text);
  return list.length === 0 ? undefined : { kind: 'phrase', words: list, prefix };
}

function asWords(text: string): Query | undefined {
  return join('and', text.split(/[\s()"]+/).map((piece) => phraseOf(piece, false)));
}

function join(kind: 'and' | 'or', parts: readonly (Query | undefined)[]): Query | undefined {
  const some = parts.filter((part) => part !== undefined);
  return some.length > 1 ? { kind, parts: some } : some[0];
}

class Parser {
  private at = 0;
  private depth = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  parse(): Query | undefined {
    if (this.tokens.length === 0) return undefined;
    const query = this.or();
    if (this.at < this.tokens.length) throw new NotOfTheLanguage();
    return query;
  }

  private or(): Query | undefined {
    return join('or', this.chain('OR', () => this.and()));
  }

  private and(): Query | undefined {
    return join('and', this.chain('AND', () => this.not()));
  }

  private not(): Query | undefined {
    const [base, ...rest] = this.chain('NOT', () => this.row());
    const without = rest.filter((part) => part !== undefined);
    if (without.length === 0) return base;
    if (base === undefined) throw new NotOfTheLanguage();
    return { kind: 'not', base, without };
  }

  private chain(operator: string, part: () => Query | undefined): (Query | undefined)[] {
    const parts = [part()];
    while (this.takes('operator', operator)) parts.push(part());
    return parts;
  }

  private row(): Query | undefined {
    const items: (Query | undefined)[] = [];
    const from = this.at;
    for (;;) {
      const token = this.tokens[this.at];
      if (token?.kind === 'phrase') {
        this.at += 1;
        items.push(token.phrase);
      } else if (this.takes('bracket', '(')) items.push(this.group());
      else break;
    }
    if (this.at === from) throw new NotOfTheLanguage();
    return join('and', items);
  }

  private group(): Query | undefined {
    if (this.takes('bracket', ')')) return undefined;
    this.depth += 1;
    if (this.depth > MAX_DEPTH) throw new NotOfTheLanguage();
    const inner = this.or();
    this.depth -= 1;
    if (!this.takes('bracket', ')')) throw new NotOfTheLanguage();
    return inner;
  }

  private takes(kind: 'operator' | 'bracket', text: string): boolean {
    const token = this.tokens[this.at];
    if (token?.kind !== kind || token.text !== text) return false;
    this.at += 1;
    return true;
  }
}

/** The query as FTS5 says it. Words hold letters, digits and emoji only, so that quotes need no escape. */
export function toFts5(query: Query): string {
  switch (query.kind) {
    case 'phrase':
      return `"${query.words.join(' ')}"${query.prefix ? ' *' : ''}`;
    case 'not':
      return `(${toFts5(query.base)} NOT (${query.without.map(toFts5).join(' OR ')}))`;
    default:
      return `(${query.parts.map(toFts5).join(query.kind === 'and' ? ' AND ' : ' OR ')})`;
  }
}

/** The phrases that a hit may have: all but those it must not have. */
export function phrasesOf(query: Query): Phrase[] {
  if (query.kind === 'phrase') return [query];
  return query.kind === 'not' ? phrasesOf(query.base) : query.parts.flatMap(phrasesOf);
}
