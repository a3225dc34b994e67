import { isMap, isNode, LineCounter, parseDocument, type Document } from 'yaml';
import type { Origin, Problem } from '../config/error.js';

/** A Markdown file that begins with YAML between two lines `---`. */
export interface FrontMatter {
  readonly value: Record<string, unknown>;
  readonly body: string;
  /** Where the value of a key stands, or else the front matter. */
  originOf(key: string): Origin;
}

/** What stands between two lines `---` at the top of a text, and below them. */
export interface FrontMatterParts {
  /** Begins in line 2. */
  readonly yaml: string;
  /** Without white space at its edges. */
  readonly body: string;
  /** Line in which the body begins. */
  readonly bodyLine: number;
}

/** @returns undefined where a text does not begin with front matter. */
export function splitFrontMatter(text: string): FrontMatterParts | undefined {
  const [whole, yaml] = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)^---[ \t]*(?:\r?\n|$)/m.exec(text) ?? [];
  // The pattern takes the first line of any line: with the flag m, ^ is also the beginning of a later one.
  if (whole === undefined || yaml === undefined || !text.startsWith(whole)) return undefined;
  const rest = text.slice(whole.length);
  const above = text.slice(0, whole.length + rest.length - rest.trimStart().length);
  return { yaml, body: rest.trim(), bodyLine: above.split('\n').length };
}

/** @returns undefined where there is none that can be read; why is added to the problems. */
export function readFrontMatter(file: string, text: string, problems: Problem[]): FrontMatter | undefined {
  const top: Origin = { file, line: 1, column: 1 };
  const parts = splitFrontMatter(text);
  if (!parts) {
    problems.push({ origin: top, message: 'must begin with front matter: name and description between two lines ---' });
    return undefined;
  }
  const lines = new LineCounter();
  const document = parseDocument(parts.yaml, { lineCounter: lines, prettyErrors: false });
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
    body: parts.body,
    originOf: (key) => originIn(document, key, place) ?? top,
  };
}

function originIn(document: Document, key: string, place: (offset: number) => Origin): Origin | undefined {
  const node = document.get(key, true);
  return isNode(node) && node.range ? place(node.range[0]) : undefined;
}
