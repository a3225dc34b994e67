/** One post of a draft: a text that goes out as it stands. */
export interface DraftPost {
  /** Set where the body says by a heading for which network the text is. */
  network?: 'mastodon' | 'bluesky';
  /** Plain text with `\n` line ends and no white space around it. */
  text: string;
}

/** The posts of a draft: one text, one for each of two networks, or the tweets of a thread. */
export interface Draft {
  posts: DraftPost[];
}

/** What stands in the body of a publication chunk. */
export interface Body {
  draft: Draft;
  /** The person's own words, verbatim. */
  brief?: string;
}

const HEADINGS = { mastodon: '### Mastodon', bluesky: '### Bluesky' } as const;
const BRIEF = '### Brief';
const SEPARATOR = '---';
/** A line of a text that would read as a part of the layout, perhaps already escaped. */
const LAYOUT_LINE = /^\\*(---|### (Mastodon|Bluesky|Brief))[ \t]*$/;

function escapeLine(line: string): string {
  return LAYOUT_LINE.test(line) ? `\\${line}` : line;
}

function unescapeLine(line: string): string {
  return line.startsWith('\\') && LAYOUT_LINE.test(line) ? line.slice(1) : line;
}

function renderText(text: string): string {
  return text.replaceAll(/\r\n?/g, '\n').trim().split('\n').map(escapeLine).join('\n');
}

/**
 * Lays a draft out as the Markdown body of a chunk: texts for two networks under `### Mastodon` and
 * `### Bluesky`, a single text alone, the tweets of a thread separated by a line `---`. The brief follows
 * verbatim under `### Brief`; a blank one is left out. A line of a text that looks like one of these marks
 * is escaped by a backslash, which Markdown does not show.
 */
export function renderBody(draft: Draft, brief?: string): string {
  let body = '';
  draft.posts.forEach((post, i) => {
    const before = i === 0 ? '' : '\n\n';
    const mark = post.network ? `${HEADINGS[post.network]}\n\n` : i === 0 ? '' : `${SEPARATOR}\n\n`;
    body += before + mark + renderText(post.text);
  });
  if (brief === undefined || brief.trim() === '') return body;
  return `${body}\n\n${BRIEF}\n\n${brief}`;
}

/** Splits a body at its first brief heading; `at` and `after` are offsets of that line and of what follows it. */
function findBrief(body: string): { at: number; after: number } | undefined {
  let at = 0;
  while (at < body.length) {
    const end = body.indexOf('\n', at);
    const line = end === -1 ? body.slice(at) : body.slice(at, end);
    if (line.trimEnd() === BRIEF) return { at, after: end === -1 ? body.length : end + 1 };
    if (end === -1) return undefined;
    at = end + 1;
  }
  return undefined;
}

/** Reads a body that `renderBody` made and a person may have edited. A body without marks is one post. */
export function parseBody(body: string): Body {
  const mark = findBrief(body);
  const draft = parseDraft(mark ? body.slice(0, mark.at) : body);
  if (!mark) return { draft };
  const brief = body.slice(mark.after).replace(/^\r?\n/, '');
  return brief.trim() === '' ? { draft } : { draft, brief };
}

function parseDraft(text: string): Draft {
  const posts: DraftPost[] = [];
  let network: DraftPost['network'];
  let lines: string[] = [];
  const close = (keepEmpty: boolean) => {
    const post = lines.map(unescapeLine).join('\n').trim();
    if (post !== '' || keepEmpty) posts.push(network ? { network, text: post } : { text: post });
    lines = [];
  };
  for (const raw of text.replaceAll(/\r\n?/g, '\n').split('\n')) {
    const line = raw.trimEnd();
    const next = line === HEADINGS.mastodon ? 'mastodon' : line === HEADINGS.bluesky ? 'bluesky' : undefined;
    if (next || (line === SEPARATOR && network === undefined)) {
      close(line === SEPARATOR || network !== undefined);
      network = next;
    } else {
      lines.push(raw);
    }
  }
  close(posts.length > 0);
  return { posts };
}

/**
 * The person's own words in a body that is about to be drafted (again): its brief section, or, where it has
 * none, all of it, since then nobody can say which words were a draft.
 *
 * @returns undefined for a body in which nothing is to be kept
 */
export function briefOf(body: string): string | undefined {
  const mark = findBrief(body);
  if (mark) return parseBody(body).brief;
  return body.trim() === '' ? undefined : body;
}
