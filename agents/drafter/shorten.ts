const wordSegmenter = new Intl.Segmenter('en', { granularity: 'word' });
const CLAUSE_END = /[,;:)，；：、]$|\s[–—-]$/;
const CLAUSE_START = /^(and|but|because|which|so|while|when|where|until|unless|if|or|since|although|rather)$/i;

/** The places, as offsets, at which a text may be cut: before a word, and those of them that begin a clause. */
function cutsOf(text: string): { words: number[]; clauses: number[] } {
  const words: number[] = [];
  const clauses: number[] = [];
  for (const { segment, index, isWordLike } of wordSegmenter.segment(text)) {
    if (!isWordLike || index === 0) continue;
    const before = text.slice(Math.max(0, index - 4), index);
    // Inside a word such as `agent-run` or `update_chunk` there is no place to cut.
    if (/\p{ASCII}$/u.test(before) && !/\s$/.test(before) && /^\p{ASCII}/u.test(segment)) continue;
    words.push(index);
    if (CLAUSE_END.test(before.trimEnd()) || CLAUSE_START.test(segment)) clauses.push(index);
  }
  return { words, clauses };
}

function cutBefore(text: string, at: number): string {
  return `${text.slice(0, at).replace(/[\s,;:(“"'–—\-，；：、]+$/u, '')}…`;
}

/** The last item that holds, by bisection: `holds` is true up to some item and false from there on. */
function lastThat(items: readonly number[], holds: (item: number) => boolean): number | undefined {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item !== undefined && holds(item)) low = middle + 1;
    else high = middle;
  }
  return items[low - 1];
}

/**
 * Cuts a text to fit, at the end of a clause where one leaves at least half of the room used, at a word
 * otherwise, and marks the cut by `…`.
 *
 * @returns undefined where not even its first word fits
 */
export function shorten(text: string, fits: (text: string) => boolean): string | undefined {
  if (fits(text)) return text;
  const { words, clauses } = cutsOf(text);
  const last = (cuts: number[]) => lastThat(cuts, (at) => fits(cutBefore(text, at)));
  const word = last(words);
  if (word === undefined) return undefined;
  const clause = last(clauses);
  return cutBefore(text, clause !== undefined && clause >= word / 2 ? clause : word);
}

/**
 * Splits a text in two at the clause nearest to its middle; `…` marks where it goes on.
 *
 * @param least the fewest UTF-16 units that either half may have
 * @returns undefined where no clause leaves two such halves
 */
export function splitAtClause(text: string, least: number): [string, string] | undefined {
  const middle = text.length / 2;
  const at = cutsOf(text)
    .clauses.filter((cut) => cut >= least && text.length - cut >= least)
    .sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle))[0];
  return at === undefined ? undefined : [cutBefore(text, at), `…${text.slice(at)}`];
}
