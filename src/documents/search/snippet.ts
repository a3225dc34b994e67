import type { Phrase } from './language.js';
import { words, type Word } from './words.js';

/**
 * Around each hit in a snippet: control characters, which no title or body brings there, as they are taken
 * out of the text. Unlike tags they cannot be confused with what an author wrote.
 */
export const MARK_START = '\u0002';
export const MARK_END = '\u0003';

/** Length of a snippet, about, in characters. */
const LENGTH = 200;
/** Text before the first hit. */
const LEAD = 40;
/** Hits looked at in one text. */
const MOST_HITS = 200;

interface Range {
  start: number;
  end: number;
}

/** The stretch of a text with the most hits, all of them marked, on one line; undefined where there is none. */
export function snippetOf(text: string, phrases: readonly Phrase[]): string | undefined {
  const hits = hitsIn(text, phrases);
  if (hits.length === 0) return undefined;
  const within = hits.map((hit, at) => countFrom(hits, at, hit.start + LENGTH - LEAD));
  const best = hits[within.indexOf(Math.max(...within))]!;
  return cut(text, Math.max(0, best.start - LEAD), hits);
}

/** The beginning of a text. */
export function beginningOf(text: string): string {
  return cut(text, 0, []);
}

function countFrom(hits: readonly Range[], at: number, end: number): number {
  let count = 0;
  while (at + count < hits.length && hits[at + count]!.end <= end) count += 1;
  return count;
}

function hitsIn(text: string, phrases: readonly Phrase[]): Range[] {
  const longest = Math.max(...phrases.map((phrase) => phrase.words.length));
  const recent: Word[] = [];
  const hits: Range[] = [];
  for (const word of words(text)) {
    recent.push(word);
    if (recent.length > longest) recent.shift();
    const lengths = phrases.filter((phrase) => endsWith(recent, phrase)).map((phrase) => phrase.words.length);
    if (lengths.length === 0) continue;
    add(hits, { start: recent[recent.length - Math.max(...lengths)]!.start, end: word.end });
    if (hits.length === MOST_HITS) break;
  }
  return hits;
}

function endsWith(recent: readonly Word[], { words, prefix }: Phrase): boolean {
  const from = recent.length - words.length;
  return (
    from >= 0 &&
    words.every((word, at) => {
      const { text } = recent[from + at]!;
      return text === word || (prefix && at === words.length - 1 && text.startsWith(word));
    })
  );
}

/** Hits that touch or overlap become one. */
function add(hits: Range[], hit: Range): void {
  while (hits.length > 0 && hits.at(-1)!.end >= hit.start) hit = { start: Math.min(hits.pop()!.start, hit.start), end: hit.end };
  hits.push(hit);
}

function cut(text: string, from: number, hits: readonly Range[]): string {
  const start = from === 0 ? 0 : wordStart(text, from);
  const end = wordEnd(text, start + LENGTH);
  let out = start > 0 ? '…' : '';
  let at = start;
  for (const hit of hits.filter((hit) => hit.start >= start && hit.start < end)) {
    out += `${plain(text.slice(at, hit.start))}${MARK_START}${plain(text.slice(hit.start, hit.end))}${MARK_END}`;
    at = hit.end;
  }
  out += plain(text.slice(at, Math.max(at, end)));
  if (Math.max(at, end) < text.length) out += '…';
  return out.replaceAll(/\s+/g, ' ').trim();
}

/** The place after the next space, where there is one near; never within a pair of code units. */
function wordStart(text: string, from: number): number {
  const space = text.slice(from, from + LEAD / 2).search(/\s/);
  return space >= 0 ? from + space + 1 : whole(text, from);
}

function wordEnd(text: string, to: number): number {
  if (to >= text.length) return text.length;
  const space = text.slice(to - LEAD, to).search(/\s\S*$/);
  return space >= 0 ? to - LEAD + space : whole(text, to);
}

function whole(text: string, at: number): number {
  return /[\udc00-\udfff]/.test(text[at] ?? '') ? at + 1 : at;
}

function plain(text: string): string {
  return text.replaceAll(MARK_START, '').replaceAll(MARK_END, '');
}
