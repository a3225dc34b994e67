import MarkdownIt, { type StateBlock, type Token } from 'markdown-it';
import { frontMatterEnd } from './front-matter.js';
import { closingToken, parseMetadataLine, type ChunkMetadata } from './metadata.js';
import { PREAMBLE_TYPE } from './types.js';

/** A line range `[start, end)` of the source that shapes the chunk tree. */
export type Block = HeadingBlock | MetadataBlock;

export interface HeadingBlock {
  kind: 'heading';
  level: number;
  /** Heading text without its markers; several lines when a setext heading has them. */
  text: string;
  start: number;
  end: number;
}

/** A metadata line with, when `closed` is set, the verbatim body under it and that body's closing line. */
export interface MetadataBlock {
  kind: 'metadata';
  metadata: ChunkMetadata;
  closed: boolean;
  start: number;
  end: number;
}

/** Deeper container content cannot hold a top-level heading and is not looked into. */
const MAX_LEVEL = 64;
const METADATA = 'loom_metadata';
const FRONT_MATTER = 'front_matter';

/** The source as our rules see it; markdown-it hands it to them as its `env`. */
class Source {
  /** Closing lines still ahead by token, the nearest last. */
  private closings: Map<string, number[]> | undefined;

  constructor(readonly lines: readonly string[]) {}

  /** The first closing line of `token` after `line`. Calls come with increasing `line`. */
  closingAfter(line: number, token: string): number | undefined {
    const ahead = (this.closings ??= this.findClosings()).get(token) ?? [];
    while (ahead.length > 0 && (ahead.at(-1) ?? 0) <= line) ahead.pop();
    return ahead.at(-1);
  }

  private findClosings(): Map<string, number[]> {
    const closings = new Map<string, number[]>();
    for (let index = this.lines.length - 1; index >= 0; index--) {
      const token = closingToken(this.lines[index] ?? '');
      if (token === undefined) continue;
      const found = closings.get(token);
      if (found === undefined) closings.set(token, [index]);
      else found.push(index);
    }
    return closings;
  }
}

const parser = new MarkdownIt({ html: true, maxNesting: 2 * MAX_LEVEL });
parser.block.ruler.before('table', 'loom_depth', skipDeepLine);
parser.block.ruler.before('table', METADATA, metadataRule);
parser.block.ruler.before('table', FRONT_MATTER, frontMatterRule);

/**
 * Keeps top-level tokens and the text of headings alone. Most tokens of a document are nested ones
 * nobody reads; making them is most of the parser's work.
 */
class OutlineState extends parser.block.State {
  private readonly unread = new this.Token('', '', 0);

  override push(type: string, tag: string, nesting: -1 | 0 | 1): Token {
    const level = nesting < 0 ? this.level - 1 : this.level;
    if (level === 0 || (level === 1 && this.tokens.at(-1)?.type === 'heading_open')) return super.push(type, tag, nesting);
    this.level += nesting;
    return this.unread;
  }
}
parser.block.State = OutlineState;

/** Top-level headings and metadata lines in source order. Only block structure is parsed. */
export function findBlocks(lines: readonly string[]): Block[] {
  const tokens: Token[] = [];
  parser.block.parse(lines.join('\n'), parser, { source: new Source(lines) }, tokens);
  const blocks: Block[] = [];
  tokens.forEach((token, index) => {
    if (token.level !== 0 || token.map === null) return;
    const [start, end] = token.map;
    if (token.type === 'heading_open') {
      const text = tokens[index + 1]?.content ?? '';
      blocks.push({ kind: 'heading', level: Number(token.tag.slice(1)), text, start, end });
    } else if (token.type === METADATA) {
      const { metadata, closed } = token.meta as Pick<MetadataBlock, 'metadata' | 'closed'>;
      blocks.push({ kind: 'metadata', metadata, closed, start, end });
    }
  });
  return blocks;
}

/**
 * Takes a line at the nesting limit as it is. markdown-it itself would skip to the end of the
 * document there and lose the headings that follow.
 */
function skipDeepLine(state: StateBlock, startLine: number): boolean {
  if (state.level < MAX_LEVEL) return false;
  state.line = startLine + 1;
  return true;
}

/**
 * Takes the metadata line right after a heading, or the preamble's at the start of the file or right under
 * its front matter. Being a block rule it sees neither fenced nor nested text, and hides a verbatim body
 * from all other rules.
 */
function metadataRule(state: StateBlock, startLine: number): boolean {
  if (state.level !== 0) return false;
  const previous = state.tokens.at(-1);
  const ofHeading = previous?.type === 'heading_close';
  const ofPreamble = previous === undefined || (previous.type === FRONT_MATTER && previous.map?.[1] === startLine);
  if (!ofHeading && !ofPreamble) return false;
  const source = sourceOf(state);
  const metadata = parseMetadataLine(source.lines[startLine] ?? '');
  if (metadata === undefined) return false;
  if (!ofHeading && metadata.type !== PREAMBLE_TYPE) return false;
  const closing = metadata.end === undefined ? undefined : source.closingAfter(startLine, metadata.end);
  pushToken(state, METADATA, startLine, (closing ?? startLine) + 1, { metadata, closed: closing !== undefined });
  return true;
}

/** Takes YAML front matter at the very start, or right after the preamble's metadata line. */
function frontMatterRule(state: StateBlock, startLine: number): boolean {
  if (state.level !== 0 || state.tokens.length > 1) return false;
  const [previous] = state.tokens;
  if (previous === undefined ? startLine !== 0 : previous.type !== METADATA) return false;
  const end = frontMatterEnd(sourceOf(state).lines, startLine);
  if (end === undefined) return false;
  pushToken(state, FRONT_MATTER, startLine, end, null);
  return true;
}

function pushToken(state: StateBlock, type: string, start: number, end: number, meta: Token['meta']): void {
  const token = state.push(type, '', 0);
  token.map = [start, end];
  token.meta = meta;
  state.line = end;
}

function sourceOf(state: StateBlock): Source {
  return (state.env as { source: Source }).source;
}
