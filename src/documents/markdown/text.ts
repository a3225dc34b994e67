/** Text with LF line ends, without byte order mark and NUL: what line numbers count on. */
export function normalizeText(text: string): string {
  return normalizeLines(text.replace(/^\uFEFF/, ''));
}

/** The same of a part of a text. */
export function normalizeLines(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/\0/g, '\uFFFD');
}

/** Whether CommonMark calls the line blank: nothing but spaces and tabs. */
export function isBlank(line: string): boolean {
  return /^[ \t]*$/.test(line);
}

/** `lines[start, end)` joined by LF, without leading and trailing blank lines. */
export function sliceBody(lines: readonly string[], start: number, end: number): string {
  let first = start;
  let last = end;
  while (first < last && isBlank(lines[first] ?? '')) first++;
  while (last > first && isBlank(lines[last - 1] ?? '')) last--;
  return lines.slice(first, last).join('\n');
}
