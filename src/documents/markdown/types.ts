/** One chunk as Markdown carries it. */
export interface MarkdownChunk {
  /** Chunk id, 32 lower-case hex digits; absent when the text carries none. */
  id?: string;
  /** Single line, trimmed, never empty ("Untitled" stands in). */
  title: string;
  type?: string;
  status?: string;
  fields?: Record<string, unknown>;
  /** Verbatim source lines joined by LF, without leading and trailing blank lines. */
  body: string;
  children: MarkdownChunk[];
}

/** A directed, typed link between two chunks, named by their ids. */
export interface MarkdownEdge {
  from: string;
  to: string;
  kind: string;
}

/** A whole document: its chunk tree and the edges its trailer lists, in order. */
export interface MarkdownTree {
  root: MarkdownChunk;
  edges: MarkdownEdge[];
  /** What the document was when the text was written; absent where the text does not say. */
  base?: MarkdownBase;
}

/** The state of a document that a text was made from. */
export interface MarkdownBase {
  /** Revisions by chunk id. */
  revisions: ReadonlyMap<string, number>;
  /** When any of it last changed, in unix nanoseconds. */
  updated_at?: number;
}

/** The text cannot become a document. `empty`: it holds no character that is not blank. */
export class MarkdownError extends Error {
  readonly code: 'empty';

  constructor(code: 'empty', message: string) {
    super(message);
    this.name = 'MarkdownError';
    this.code = code;
  }
}

/** Type of the chunk that keeps the text in front of the first heading. */
export const PREAMBLE_TYPE = 'preamble';
/** Title of that chunk unless its metadata names another. */
export const PREAMBLE_TITLE = 'Preamble';
