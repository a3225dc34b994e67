/** Longest key, in UTF-16 code units. */
export const MAX_KEY = 512;

/** Segments of a topic have neither; the percent sign is what escapes them, and `*` is the sign of patterns. */
const ESCAPED = /[%/*\s]/gu;

/** Topic of what happens to a key. The key is one segment, so that `memory/*` matches every key. */
export function memoryTopic(key: string): string {
  return `memory/${key.replaceAll(ESCAPED, (sign) => encodeURIComponent(sign).replace('*', '%2A'))}`;
}

/** Whether a text can be a key: no control character is in it, and no half of a surrogate pair, which the file could not hold. */
export function isKey(text: string): boolean {
  return text !== '' && text.length <= MAX_KEY && !/[\p{Cc}\p{Cs}]/u.test(text);
}

/**
 * The least text that is greater than every text with this prefix, in order of code points, which is the
 * order in which SQLite compares; undefined where there is none.
 */
export function afterPrefix(prefix: string): string | undefined {
  const points = [...prefix];
  while (points.length > 0) {
    const last = points.pop()!.codePointAt(0)!;
    if (last === 0x10ffff) continue;
    // Surrogates are no code points of a text.
    const next = last === 0xd7ff ? 0xe000 : last + 1;
    return points.join('') + String.fromCodePoint(next);
  }
  return undefined;
}
