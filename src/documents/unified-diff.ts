import { createTwoFilesPatch } from 'diff';

/** Two texts with more differences than this are not compared line by line: it could take seconds. */
const MAX_EDITS = 1000;

/** The unified diff of two revisions of a body, `""` where they are equal. */
export function unifiedDiff(before: string, after: string, from: number, to: number): string {
  if (before === after) return '';
  const names = [`revision ${from}`, `revision ${to}`] as const;
  const options = { context: 3, maxEditLength: MAX_EDITS, headerOptions: { includeIndex: false, includeUnderline: false, includeFileHeaders: true } };
  return createTwoFilesPatch(...names, before, after, undefined, undefined, options) ?? wholeDiff(names, before, after);
}

/** All lines of the one, then all of the other: a valid patch, too. */
function wholeDiff([from, to]: readonly [string, string], before: string, after: string): string {
  const old = linesOf(before);
  const now = linesOf(after);
  const range = (lines: readonly string[]): string => (lines.length === 0 ? '0,0' : `1,${lines.length}`);
  const marked = (mark: string, lines: readonly string[]): string =>
    lines.map((line) => `${mark}${line.endsWith('\n') ? line : `${line}\n\\ No newline at end of file\n`}`).join('');
  return `--- ${from}\n+++ ${to}\n@@ -${range(old)} +${range(now)} @@\n${marked('-', old)}${marked('+', now)}`;
}

function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
