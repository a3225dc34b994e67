import { findBlocks, type HeadingBlock, type MetadataBlock } from './blocks.js';
import { findEdgesTrailer } from './edges.js';
import { normalizeText, sliceBody } from './text.js';
import { headingToTitle, normalizeTitle } from './title.js';
import { MarkdownError, PREAMBLE_TITLE, PREAMBLE_TYPE, type MarkdownChunk, type MarkdownTree } from './types.js';

/** A heading, its metadata and the lines up to the next heading. The preamble has no heading. */
interface Section {
  heading?: HeadingBlock;
  metadata?: MetadataBlock;
  end: number;
}

/**
 * Reads a document: each top-level heading (ATX or setext) opens a chunk, the first is the root.
 * Text in front of it becomes the root's first child of type `preamble`; a text without headings
 * becomes the body of a root "Untitled".
 *
 * @throws MarkdownError `empty` when the text is blank.
 */
export function parseMarkdown(markdown: string): MarkdownTree {
  const text = normalizeText(markdown);
  if (text.trim() === '') {
    throw new MarkdownError('empty', 'The Markdown is empty: it needs a heading or some text to become a document.');
  }
  const allLines = text.split('\n');
  const trailer = findEdgesTrailer(allLines);
  const lines = trailer === undefined ? allLines : allLines.slice(0, trailer.start);
  return { root: parseTree(lines), edges: trailer?.edges ?? [] };
}

function parseTree(lines: readonly string[]): MarkdownChunk {
  const [preamble, first, ...rest] = findSections(lines);
  if (first === undefined) return { title: 'Untitled', body: sliceBody(lines, 0, lines.length), children: [] };
  const root = toChunk(first, lines);
  if (preamble !== undefined) {
    const chunk = toChunk(preamble, lines);
    if (preamble.metadata !== undefined || chunk.body !== '') root.children.push(chunk);
  }
  const path = [{ level: 0, chunk: root }];
  for (const section of rest) {
    const chunk = toChunk(section, lines);
    const level = levelOf(section);
    while (path.length > 1 && (path.at(-1)?.level ?? 0) >= level) path.pop();
    path.at(-1)?.chunk.children.push(chunk);
    path.push({ level, chunk });
  }
  return root;
}

/** The lines cut at their headings. The preamble's section comes first, even when it is empty. */
function findSections(lines: readonly string[]): Section[] {
  let current: Section = { end: lines.length };
  const sections = [current];
  for (const block of findBlocks(lines)) {
    if (block.kind === 'metadata') {
      current.metadata = block;
    } else {
      current.end = block.start;
      current = { heading: block, end: lines.length };
      sections.push(current);
    }
  }
  return sections;
}

function levelOf({ heading, metadata }: Section): number {
  const level = heading?.level ?? 0;
  return level === 6 ? (metadata?.metadata.depth ?? level) : level;
}

function toChunk(section: Section, lines: readonly string[]): MarkdownChunk {
  const { heading } = section;
  const { id, type, status, fields, title } = section.metadata?.metadata ?? {};
  return {
    ...(id !== undefined && { id }),
    title: heading === undefined ? normalizeTitle(title ?? PREAMBLE_TITLE) : headingToTitle(heading.text),
    ...(heading === undefined ? { type: PREAMBLE_TYPE } : type !== undefined && { type }),
    ...(status !== undefined && { status }),
    ...(fields !== undefined && { fields }),
    body: bodyOf(section, lines),
    children: [],
  };
}

function bodyOf({ heading, metadata, end }: Section, lines: readonly string[]): string {
  const start = metadata?.end ?? heading?.end ?? 0;
  const text = sliceBody(lines, start, end);
  if (metadata?.closed !== true) return text;
  const verbatim = lines.slice(metadata.start + 1, metadata.end - 1).join('\n');
  return text === '' ? verbatim : `${verbatim}\n\n${text}`;
}
