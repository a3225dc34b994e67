/** Leaves room in a segment of 64 for the number that makes it unique. */
const LONGEST = 56;

/** Latin letters that do not come apart into a letter and its accent. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', þ: 'th', ł: 'l', ı: 'i', ħ: 'h', ŧ: 't', ŋ: 'n',
};
const UNFOLDED = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'g');

/** A title as a path segment: Latin letters without their accents and digits, `document` where it has none. */
export function slugOf(title: string): string {
  const slug = title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(UNFOLDED, (letter) => LETTERS[letter]!)
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST)
    .replace(/^-|-$/g, '');
  return slug === '' ? 'document' : slug;
}
