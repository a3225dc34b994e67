import { isBlank } from './text.js';
import type { MarkdownEdge } from './types.js';

const OPEN = '<!-- loom-edges:';
const CLOSE = '-->';

/** Ids and kinds are written bare where nothing can be misread, else as JSON strings. */
const BARE_ID = String.raw`[^\s\p{Cc}"<>\[\]]+`;
const BARE_KIND = `${BARE_ID}(?: +${BARE_ID})*`;
const QUOTED = String.raw`"(?:[^"\\]|\\.)*"`;
const EDGE_LINE = new RegExp(`^(${BARE_ID}|${QUOTED}) -> (${BARE_ID}|${QUOTED}) \\[(${BARE_KIND}|${QUOTED})\\]$`, 'u');
const WHOLE_ID = new RegExp(`^${BARE_ID}$`, 'u');
const WHOLE_KIND = new RegExp(`^${BARE_KIND}$`, 'u');

/** Where the edges trailer starts and what it lists. */
export interface EdgesTrailer {
  start: number;
  edges: MarkdownEdge[];
}

/**
 * The trailer at the very end of `lines`. Undefined when the last lines are not a closed block of
 * nothing but edges: then they are text, and none of it is dropped.
 */
export function findEdgesTrailer(lines: readonly string[]): EdgesTrailer | undefined {
  let index = lines.length - 1;
  while (index >= 0 && isBlank(lines[index] ?? '')) index--;
  if (lines[index]?.trimEnd() !== CLOSE) return undefined;
  const edges: MarkdownEdge[] = [];
  for (index--; index >= 0; index--) {
    const line = (lines[index] ?? '').trimEnd();
    if (line === OPEN) return { start: index, edges: edges.reverse() };
    if (line === '') continue;
    const edge = parseEdge(line);
    if (edge === undefined) return undefined;
    edges.push(edge);
  }
  return undefined;
}

/** The trailer's lines; none for no edges. */
export function formatEdgesTrailer(edges: readonly MarkdownEdge[]): string[] {
  if (edges.length === 0) return [];
  const list = edges.map(
    ({ from, to, kind }) => `${quote(from, WHOLE_ID)} -> ${quote(to, WHOLE_ID)} [${quote(kind, WHOLE_KIND)}]`,
  );
  return [OPEN, ...list, CLOSE];
}

function parseEdge(line: string): MarkdownEdge | undefined {
  const [, from, to, kind] = EDGE_LINE.exec(line) ?? [];
  if (from === undefined || to === undefined || kind === undefined) return undefined;
  try {
    return { from: unquote(from), to: unquote(to), kind: unquote(kind) };
  } catch {
    return undefined;
  }
}

function quote(text: string, bare: RegExp): string {
  return bare.test(text) ? text : JSON.stringify(text).replaceAll('>', '\\u003e');
}

function unquote(text: string): string {
  return text.startsWith('"') ? String(JSON.parse(text)) : text;
}
