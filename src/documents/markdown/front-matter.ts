import { isMap, parseDocument } from 'yaml';
import { isBlank } from './text.js';

const FENCE = /^---[ \t]*$/;
const CLOSE = /^(?:---|\.\.\.)[ \t]*$/;
const COMMENT = /^[ \t]*#/;
const KEY = /^(?:[^\s#-].*?|-[^\s-].*?):(?:[ \t]|$)/;
/** Longer text between two `---` is no front matter: nobody writes it, and YAML is slow to read. */
const MAX_LENGTH = 64 * 1024;

/**
 * Where YAML front matter that starts at `start` ends; undefined where there is none.
 *
 * A thematic break reads `---` too, and the text under it may stand above another. It is front matter when
 * it opens with `---`, the first line that is no comment is a `key:`, a line `---` or `...` closes it, and
 * what stands between is a YAML mapping. YAML by hand is often a little wrong (`title: a: b`), so that a
 * block without a blank line need not parse: as Markdown it would be one odd heading.
 */
export function frontMatterEnd(lines: readonly string[], start: number): number | undefined {
  if (!FENCE.test(lines[start] ?? '')) return undefined;
  let first = start + 1;
  while (COMMENT.test(lines[first] ?? '')) first++;
  if (!KEY.test(lines[first] ?? '')) return undefined;
  let length = 0;
  for (let index = first; index < lines.length; index++) {
    const line = lines[index] ?? '';
    if (CLOSE.test(line)) {
      const inside = lines.slice(start + 1, index);
      return !inside.some(isBlank) || isMapping(inside.join('\n')) ? index + 1 : undefined;
    }
    length += line.length + 1;
    if (length > MAX_LENGTH) return undefined;
  }
  return undefined;
}

function isMapping(text: string): boolean {
  try {
    const { contents, errors } = parseDocument(text, { logLevel: 'silent' });
    return errors.length === 0 && isMap(contents);
  } catch {
    // Nested deeper than the parser can go.
    return false;
  }
}
