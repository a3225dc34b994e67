import { findBlocks, type HeadingBlock, type MetadataBlock } from './blocks.js';
import { findEdgesTrailer } from './edges.js';
import { frontMatterEnd } from './front-matter.js';
import { isBlank, normalizeText, sliceBody } from './text.js';
import { headingToTitle, normalizeTitle, UNTITLED } from './title.js';
import { MarkdownError, PREAMBLE_TITLE, PREAMBLE_TYPE } from './types.js';
import type { MarkdownBase, MarkdownChunk, MarkdownTree } from './types.js';

/** A heading, its metadata and the lines up to the next heading. The preamble has no heading. */
interface Section {
  heading?: HeadingBlock;
  metadata?: MetadataBlock;
  end: number;
}

/**
 * Reads a document: each top-level heading (ATX or setext) opens a chunk, the first is the root.
 * Text in front of it becomes the root's first child of type `preamble`; a text without headings
 * becomes the body of a root "Untitled", its front matter the preamble.
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
  const sections = findSections(lines);
  const edges = trailer?.edges ?? [];
  if (sections.length === 1) return { root: headless(lines), edges };
  const base = baseOf(sections);
  return { root: parseTree(sections, lines), edges, ...(base !== undefined && { base }) };
}

/** The root of a text that has no heading. */
function headless(lines: readonly string[]): MarkdownChunk {
  const start = frontMatterEnd(lines, 0) ?? 0;
  const preamble = { title: PREAMBLE_TITLE, type: PREAMBLE_TYPE, body: sliceBody(lines, 0, start), children: [] };
  return { title: UNTITLED, body: sliceBody(lines, start, lines.length), children: start === 0 ? [] : [preamble] };
}

/** What the metadata says of the document that the text was made from. Of a copied section the first counts. */
function baseOf(sections: readonly Section[]): MarkdownBase | undefined {
  const revisions = new Map<string, number>();
  for (const { metadata } of sections) {
    const { id, revision } = metadata?.metadata ?? {};
    if (id !== undefined && revision !== undefined && !revisions.has(id)) revisions.set(id, revision);
  }
  const updatedAt = sections[1]?.metadata?.metadata.updated_at;
  if (revisions.size === 0 && updatedAt === undefined) return undefined;
  return { revisions, ...(updatedAt !== undefined && { updated_at: updatedAt }) };
}

function parseTree(sections: readonly Section[], lines: readonly string[]): MarkdownChunk {
  const [preamble, first, ...rest] = sections as [Section, Section, ...Section[]];
  const root = toChunk(first, lines);
  const front = toChunk(preamble, lines);
  if (preamble.metadata !== undefined || front.body !== '') root.children.push(front);
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
  if (metadata === undefined) return text;
  const verbatim = metadata.closed ? lines.slice(metadata.start + 1, metadata.end - 1).join('\n') : undefined;
  // Only the preamble has something above its metadata line.
  const front = heading === undefined ? lines.slice(0, metadata.start) : [];
  if (front.every(isBlank)) {
    if (verbatim === undefined) return text;
    return text === '' ? verbatim : `${verbatim}\n\n${text}`;
  }
  const rest = verbatim === undefined ? lines.slice(start, end) : [verbatim, '', ...lines.slice(start, end)];
  const whole = [...front, ...rest];
  return sliceBody(whole, 0, whole.length);
}
