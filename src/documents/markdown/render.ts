import { findEdgesTrailer, formatEdgesTrailer } from './edges.js';
import { frontMatterEnd } from './front-matter.js';
import { closingLine, formatMetadataLine, verbatimToken, type ChunkMetadata } from './metadata.js';
import { parseMarkdown } from './parse.js';
import { normalizeTitle, titleToHeading } from './title.js';
import { PREAMBLE_TITLE, PREAMBLE_TYPE, type MarkdownBase, type MarkdownChunk, type MarkdownTree } from './types.js';

/** Headings have six levels; the metadata carries what is deeper. */
const MAX_HEADING_LEVEL = 6;

export interface RenderOptions {
  /** Write ids, types, edges and whatever else Markdown cannot carry into comments. Default true. */
  metadata?: boolean;
}

/**
 * Writes a document as Markdown. With metadata, `parseMarkdown` gives the same tree back. Without, the
 * text holds no comments of ours: ids, types, edges and depths over 6 are lost, and a body that has
 * headings of its own is read back as several chunks.
 */
export function renderMarkdown(tree: MarkdownTree, options: RenderOptions = {}): string {
  const { metadata = true } = options;
  const { root, base } = tree;
  const lines: string[] = [];
  const preamble = preambleOf(root);
  if (preamble !== undefined) lines.push(...renderPreamble(preamble, revisionOf(preamble, base), metadata));

  const pending = [{ chunk: root, depth: 1 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { chunk, depth } = next;
    const known = { ...revisionOf(chunk, base), ...(chunk === root && { updated_at: base?.updated_at }) };
    lines.push(...renderChunk(chunk, depth, known, metadata));
    for (const child of chunk.children.toReversed()) {
      if (child !== preamble) pending.push({ chunk: child, depth: depth + 1 });
    }
  }

  const trailer = metadata ? formatEdgesTrailer(tree.edges) : [];
  if (trailer.length === 0) lines.pop();
  return `${lines.concat(trailer).join('\n')}\n`;
}

/** The child that stands in front of the root heading, without one of its own. */
function preambleOf(root: MarkdownChunk): MarkdownChunk | undefined {
  const [first] = root.children;
  return first?.type === PREAMBLE_TYPE && first.children.length === 0 ? first : undefined;
}

function revisionOf({ id }: MarkdownChunk, base: MarkdownBase | undefined): Pick<ChunkMetadata, 'revision'> {
  const revision = id === undefined ? undefined : base?.revisions.get(id);
  return revision === undefined ? {} : { revision };
}

/** Front matter stays at the very top, where other programs look for it: the metadata stands right under it. */
function renderPreamble(chunk: MarkdownChunk, known: ChunkMetadata, withMetadata: boolean): string[] {
  const { id, status, fields, body } = chunk;
  if (!withMetadata) return body === '' ? [] : [body, ''];
  const end = survives(body, true) ? undefined : verbatimToken(body);
  const title = normalizeTitle(chunk.title);
  const carried = { id, status, fields, ...known, title: title === PREAMBLE_TITLE ? undefined : title, end };
  const plain = body !== '' && formatMetadataLine(carried) === undefined;
  if (plain) return [body, ''];
  const metadata = { type: PREAMBLE_TYPE, ...carried };
  const lines = body.split('\n');
  const front = end === undefined ? frontMatterEnd(lines, 0) : undefined;
  if (front === undefined) return renderBody(metadata, body);
  return [...lines.slice(0, front), ...renderBody(metadata, '').slice(0, 1), ...lines.slice(front), ''];
}

function renderChunk(chunk: MarkdownChunk, depth: number, known: ChunkMetadata, withMetadata: boolean): string[] {
  const { id, type, status, fields, body } = chunk;
  const heading = `${'#'.repeat(Math.min(depth, MAX_HEADING_LEVEL))} ${titleToHeading(chunk.title)}`;
  if (!withMetadata) return [heading, ...renderBody({}, body)];
  const metadata: ChunkMetadata = { id, type, status, fields, ...known };
  if (depth > MAX_HEADING_LEVEL) metadata.depth = depth;
  if (!survives(body, false)) metadata.end = verbatimToken(body);
  return [heading, ...renderBody(metadata, body)];
}

/** Metadata line and body, the body closed by its own line when the metadata names a token for it. */
function renderBody(metadata: ChunkMetadata, body: string): string[] {
  const line = formatMetadataLine(metadata);
  const lines = line === undefined ? [] : [line];
  if (metadata.end !== undefined) return [...lines, body, closingLine(metadata.end), ''];
  return body === '' ? [...lines, ''] : [...lines, '', body, ''];
}

/** A line that could open what does not end with the body: a heading, fence, comment or HTML block. */
const RISKY_LINE = /^[ \t]*(?:[#<]|`{3}|~{3}|=+[ \t]*$|-+[ \t]*$)/m;
const BLANK_EDGE = /^[ \t]*(?:\n|$)|\n[ \t]*$/;

/** Whether the parser takes a bare body as it is, between any two headings or as the preamble. */
function survives(body: string, preamble: boolean): boolean {
  if (body === '') return true;
  if (BLANK_EDGE.test(body)) return false;
  if (!preamble && !RISKY_LINE.test(body)) return true;
  if (findEdgesTrailer(body.split('\n')) !== undefined) return false;
  // The thematic break after the next heading would end front matter that the body leaves open.
  const { root } = parseMarkdown(`${preamble ? '' : '# above\n\n'}${body}\n\n# below\n\n---\n`);
  return (preamble ? root.children[0]?.body : root.body) === body;
}
