import type { Fields } from '../rows.js';
import { LINK } from './body-links.js';
import { fold } from './fold.js';

/** Longest tag, in UTF-16 code units. */
export const MAX_TAG = 100;
/** How many tags are read from one chunk, repeated ones among them. */
export const MAX_TAGS = 1000;

/** Links, definitions of links, HTML tags and addresses: a `#` in them begins no tag. */
const NOT_TEXT = new RegExp(
  [
    LINK.source,
    String.raw`!?\[[^\[\]\n]*\]\([^()\n]{0,2000}(?:\([^()\n]{0,500}\)[^()\n]{0,2000})?\)`,
    String.raw`^ {0,3}\[[^\]\n]+\]:[ \t]*\S+`,
    String.raw`<[a-z/][^<>\n]*>`,
    String.raw`\b[a-z][a-z0-9+.-]{1,30}:\/\/[^\s<>]*`,
  ].join('|'),
  'gim',
);
const WORD = String.raw`\p{L}\p{M}\p{N}_`;
const TAG = new RegExp(String.raw`(?<![${WORD}/#&=?.:@%+~$\\-])#([${WORD}-]+(?:/[${WORD}-]+)*)`, 'gu');

/**
 * The tags of a chunk by their folded form: `#tag` in the body, and the texts of `fields.tags`.
 *
 * @param shown the body as `hideCode` shows it.
 */
export function tagsOf(shown: string, fields: Fields): Map<string, string> {
  const tags = new Map<string, string>();
  const add = (text: string): void => {
    const tag = text.normalize('NFC').replaceAll(/\s+/g, ' ').trim();
    if (tag === '' || tag.length > MAX_TAG) return;
    const folded = fold(tag);
    if (!tags.has(folded)) tags.set(folded, tag);
  };
  if (Array.isArray(fields.tags)) {
    for (const tag of (fields.tags as unknown[]).slice(0, MAX_TAGS)) if (typeof tag === 'string') add(tag.trim().replace(/^#/, ''));
  }
  if (shown.includes('#')) {
    let read = 0;
    for (const [, tag] of shown.replaceAll(NOT_TEXT, ' ').matchAll(TAG)) {
      if (++read > MAX_TAGS) break;
      if (/\p{L}/u.test(tag!)) add(tag!);
    }
  }
  return tags;
}
