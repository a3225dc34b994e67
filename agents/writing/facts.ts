import { figuresIn, figuresOf } from './figures.js';
import { namesMissing } from './names.js';

/** Something that a text says and its sources do not. */
export interface Invention {
  readonly kind: 'number' | 'name' | 'quotation' | 'hashtag' | 'mention';
  /** As it stands in the text. */
  readonly text: string;
  /** A sentence that says what is wrong. */
  readonly message: string;
}

export interface Sources {
  /** What numbers, names and quotations may come from; named so in messages. */
  readonly facts: { readonly name: string; readonly text: string };
  /** What hashtags and mentions may come from: they reach people, so that a person has to want them. */
  readonly tags: { readonly name: string; readonly text: string };
}

const URL = /\bhttps?:\/\/\S+/g;
const TAG = /(?<![\p{L}\p{N}&/])([#＃])([\p{L}\p{N}_\p{M}]*[\p{L}_\p{M}][\p{L}\p{N}_\p{M}]*)/gu;
/** Not the first half of a package's name such as `@scope/package`, and no e-mail address. */
const MENTION = /(?<![\p{L}\p{N}/_.+-])@([A-Za-z0-9_][A-Za-z0-9_.-]*)(?:@[A-Za-z0-9.-]+)?(?![/\w])/gu;
const QUOTED = /[“„«"]([^“”„«»"\n]{8,300})[”“»"]/g;
/** Numbers that count the text's own parts: `2/5` of a thread, `1.` of a list, keycaps. */
const ENUMERATION = /^\s*\d{1,2}\/\d{1,2}(?=\s)|\s\d{1,2}\/\d{1,2}\s*$|^\s*\d{1,2}[.)]\s|\d\uFE0F?\u20E3/gmu;

/**
 * What a text invents: numbers, names, quotations of three words and more, hashtags and mentions that its
 * sources do not have. Web addresses are not looked at. A fact that is put in other words is not found out.
 *
 * @returns each once, in the order of the kinds
 */
export function findInventions(text: string, { facts, tags }: Sources): Invention[] {
  const plain = text.normalize('NFKC').replaceAll(URL, ' ');
  const source = visibleText(facts.text).normalize('NFKC');
  const found: Invention[] = [];
  const add = (kind: Invention['kind'], what: string, from: string): void => {
    if (found.some((each) => each.kind === kind && each.text === what)) return;
    found.push({ kind, text: what, message: `The ${kind} "${what}" does not stand in ${from}.` });
  };

  const wanted = new Set([...marksIn(tags.text.normalize('NFKC'))].map((mark) => mark.toLowerCase()));
  for (const mark of marksIn(plain)) {
    if (!wanted.has(mark.toLowerCase())) add(mark.startsWith('@') ? 'mention' : 'hashtag', mark, tags.name);
  }
  const prose = text.replaceAll(ENUMERATION, ' ').normalize('NFKC').replaceAll(URL, ' ').replaceAll(TAG, ' ').replaceAll(MENTION, ' ');
  const hasFigure = figuresOf(source);
  for (const figure of figuresIn(prose)) {
    if (!hasFigure(figure)) add('number', withUnit(figure.text, figure.unit), facts.name);
  }
  for (const name of namesMissing(prose, source)) add('name', name, facts.name);
  const words = wordsOnly(source);
  for (const [, quotation = ''] of prose.matchAll(QUOTED)) {
    const quoted = wordsOnly(quotation);
    if (quoted.trim().split(' ').length >= 3 && !words.includes(quoted)) add('quotation', quotation, facts.name);
  }
  return found;
}

/** A Markdown text without what its readers do not see: comments, and the tags of HTML. */
export function visibleText(markdown: string): string {
  return markdown.replaceAll(/<!--[\s\S]*?(?:-->|$(?![\s\S]))/g, ' ').replaceAll(/<\/?[a-z][^<>]*>/gi, ' ');
}

function marksIn(text: string): Set<string> {
  return new Set([...[...text.matchAll(TAG)].map(([, , tag]) => `#${tag}`), ...[...text.matchAll(MENTION)].map(([mention]) => mention.replace(/[.-]+$/, ''))]);
}

function withUnit(text: string, unit: string | undefined): string {
  return unit === undefined ? text : `${text} (${unit})`;
}

function wordsOnly(text: string): string {
  return ` ${text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, ' ').trim()} `;
}
