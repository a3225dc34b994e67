import { isMap, isNode, LineCounter, parseDocument, type Document } from 'yaml';
import type { Origin, Problem } from '../config/error.js';

/** A Markdown file that begins with YAML between two lines `---`. */
export interface FrontMatter {
  readonly value: Record<string, unknown>;
  readonly body: string;
  /** Where the value of a key stands, or else the front matter. */
  originOf(key: string): Origin;
}

/** @returns undefined where there is none that can be read; why is added to the problems. */
export function readFrontMatter(file: string, text: string, problems: Problem[]): FrontMatter | undefined {
  const top: Origin = { file, line: 1, column: 1 };
  const [whole, yaml] = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)^---[ \t]*(?:\r?\n|$)/m.exec(text) ?? [];
  // The pattern takes the first line of any line: with the flag m, ^ is also the beginning of a later one.
  if (whole === undefined || yaml === undefined || !text.startsWith(whole)) {
    problems.push({ origin: top, message: 'must begin with front matter: name and description between two lines ---' });
    return undefined;
  }
  const lines = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number): Origin => {
    const { line, col } = lines.linePos(offset);
    return { file, line: line + 1, column: col };
  };
  const faults = [...document.errors, ...document.warnings];
  for (const { message, pos } of faults) problems.push({ origin: place(pos[0]), message });
  if (faults.length > 0) return undefined;
  if (!isMap(document.contents)) {
    problems.push({ origin: top, message: 'front matter must be a mapping with name and description' });
    return undefined;
  }
  return {
    value: document.toJS({ maxAliasCount: 0 }) as Record<string, unknown>,
    body: text.slice(whole.length).trim(),
    originOf: (key) => originIn(document, key, place) ?? top,
  };
}

function originIn(document: Document, key: string, place: (offset: number) => Origin): Origin | undefined {
  const node = document.get(key, true);
  return isNode(node) && node.range ? place(node.range[0]) : undefined;
}
