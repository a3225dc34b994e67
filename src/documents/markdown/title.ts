/**
 * `#`s at the end of a heading line would be dropped as its closing sequence, so a backslash goes
 * in front of them. Counting existing backslashes keeps escaping and unescaping each other's inverse.
 */
const CLOSING_HASHES = /(^|[ \t])(\\*#+)$/;
const ESCAPED_HASHES = /(^|[ \t])\\(\\*#+)$/;

/** Title of what has none of its own. */
export const UNTITLED = 'Untitled';

/** A chunk title: one line, trimmed, "Untitled" when nothing is left. */
export function normalizeTitle(title: string): string {
  const parts = title.replace(/\0/g, '\uFFFD').split(/[\r\n\u2028\u2029]/).map((part) => part.trim());
  return parts.filter((part) => part !== '').join(' ') || UNTITLED;
}

/** Title as heading text that parses back to it. */
export function titleToHeading(title: string): string {
  return normalizeTitle(title).replace(CLOSING_HASHES, '$1\\$2');
}

/** Title of a heading whose text, without its markers, is `text`. */
export function headingToTitle(text: string): string {
  return normalizeTitle(text).replace(ESCAPED_HASHES, '$1$2');
}
