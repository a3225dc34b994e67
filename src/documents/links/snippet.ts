/** Characters that a snippet shows before and after its subject. */
export const AROUND = 80;

/** The piece of a text around `[start, end)`, in one line, cut between words where it can be. */
export function snippetOf(text: string, start: number, end: number): string {
  const from = start <= AROUND ? 0 : start - AROUND;
  const to = Math.min(end + AROUND, text.length);
  const before = from === 0 ? text.slice(0, start) : `…${text.slice(from, start).replace(/^[^\s\p{P}]{0,20}\s/u, '').replace(/^[\uDC00-\uDFFF]/, '')}`;
  const after = to === text.length ? text.slice(end) : `${text.slice(end, to).replace(/\s\S{0,20}$/, '').replace(/[\uD800-\uDBFF]$/, '')}…`;
  return `${before}${text.slice(start, end)}${after}`.replaceAll(/\s+/g, ' ').trim();
}
