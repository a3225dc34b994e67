// Where the code and the comments of a Markdown text are, without a parse of it: in time linear in its
// length, whatever it holds.

const FENCE_LINE = '^[ \\t>]*(?:(?:[-*+]|\\d{1,9}[.)])[ \\t]+)*(`{3,}(?![^\\n]*`)|~{3,})[^\\n]*$';
/** A fence or a blank line, past which no code span reaches; or a run of backticks. */
const SPANS = `${FENCE_LINE}|^[ \\t>]*$|(\`+)`;
/** Where something to hide may begin. A backslash takes away the meaning of what follows it. */
const OPENINGS = `${FENCE_LINE}|(\`+)|<!--|\\\\[!-/:-@[-\`{-~]`;
const CLOSING_FENCE = /^[ \t>]*(`{3,}|~{3,})[ \t]*$/gm;
const CLOSING_FENCE_OF_QUOTE = /^[ \t>]*(`{3,}|~{3,})[ \t]*$|^(?![ \t]*>)/gm;

/**
 * A Markdown text with spaces in place of its fenced code, code spans, comments and escaped characters.
 * Places in it are places in the text. Text that is only indented stays.
 */
export function hideCode(markdown: string): string {
  const text = markdown.replaceAll(/[\r\u2028\u2029]/g, ' ');
  if (!/[`\\]|~~~|<!--/.test(text)) return text;
  const spans = codeSpans(text);
  const openings = new RegExp(OPENINGS, 'gm');
  let shown = '';
  let at = 0;
  let commentsEnd = true;
  for (let found = openings.exec(text); found !== null; found = openings.exec(text)) {
    const [opening, fence, backticks] = found;
    const start = found.index;
    let end: number | undefined;
    if (fence !== undefined) end = endOfFence(text, openings.lastIndex, fence, /^[ \t]*>/.test(opening));
    else if (backticks !== undefined) end = spans.get(start);
    else if (opening.startsWith('\\')) end = openings.lastIndex;
    else if (commentsEnd) {
      const close = text.indexOf('-->', start + 2);
      commentsEnd = close >= 0;
      if (commentsEnd) end = close + 3;
      // An open comment is HTML to the end of the text where it begins its line, and plain text elsewhere.
      else if (/(^|\n) {0,3}$/.test(text.slice(Math.max(start - 4, 0), start))) end = text.length;
    }
    if (end === undefined) continue;
    shown += text.slice(at, start) + blank(text.slice(start, end));
    at = openings.lastIndex = end;
  }
  return at === 0 ? text : shown + text.slice(at);
}

function blank(text: string): string {
  return text.includes('\n') ? text.replaceAll(/[^\n]/g, ' ') : ' '.repeat(text.length);
}

/** @returns the end of each code span, by its start. */
function codeSpans(text: string): ReadonlyMap<number, number> {
  const runs: { start: number; length: number }[] = [];
  const pattern = new RegExp(SPANS, 'gm');
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    runs.push({ start: found.index, length: found[2]?.length ?? 0 });
    if (found[0] === '') pattern.lastIndex += 1;
  }
  const ends = new Map<number, number>();
  const next = new Map<number, number>();
  for (const { start, length } of runs.reverse()) {
    if (length === 0) next.clear();
    else {
      const closing = next.get(length);
      if (closing !== undefined) ends.set(start, closing + length);
      next.set(length, start);
    }
  }
  return ends;
}

/** @returns where the line ends that closes the fence; the end of the text where none does. */
function endOfFence(text: string, from: number, fence: string, quoted: boolean): number {
  const pattern = new RegExp(quoted ? CLOSING_FENCE_OF_QUOTE : CLOSING_FENCE);
  pattern.lastIndex = from + 1;
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    const closing = found[1];
    if (closing === undefined) return found.index;
    if (closing.startsWith(fence[0]!) && closing.length >= fence.length) return pattern.lastIndex;
  }
  return text.length;
}
