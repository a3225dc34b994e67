/**
 * What titles and tags are compared by: upper and lower case, composed and decomposed letters and the width
 * of white space are the same.
 */
export function fold(text: string): string {
  if (/^[ -~]*$/.test(text)) return text.toLowerCase().replaceAll(/ +/g, ' ').trim();
  return text
    .normalize('NFD')
    .toUpperCase()
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .normalize('NFC')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
