import { isDeepStrictEqual } from 'node:util';
import { parse, stringify, type TomlTable } from 'smol-toml';
import type { Snippet } from './clients.js';

/** The snippet as a file of its own. */
export function tomlText({ at, entry }: Snippet): string {
  const [block, name] = at as [string, string];
  return stringify({ [block]: { [name]: entry } }).trimEnd();
}

/**
 * Puts the snippet into the text of a file. All else stays as it is, comments and spaces too.
 * @throws where the text is no TOML, or has the table in a form that cannot be taken out of it.
 */
export function mergeToml(text: string, snippet: Snippet): string {
  const before = parse(text);
  const kept = withoutTable(text, snippet.at.join('.')).trimEnd();
  const merged = `${kept}${kept === '' ? '' : '\n\n'}${tomlText(snippet)}\n`;
  // Text was cut and added: the values say whether rightly.
  const wanted = apart(before, snippet);
  if (!isDeepStrictEqual(apart(readable(merged, snippet), snippet).rest, wanted.rest)) throw new Error(misplaced(snippet));
  return merged;
}

function readable(merged: string, snippet: Snippet): TomlTable {
  try {
    return parse(merged);
  } catch {
    throw new Error(misplaced(snippet));
  }
}

function misplaced({ at }: Snippet): string {
  return `${at.join('.')} is there in another form than as a table [${at.join('.')}]`;
}

/** Lines without those of a table and the tables in it. */
function withoutTable(text: string, name: string): string {
  let inside = false;
  const kept = text.split('\n').filter((line) => {
    const [, header] = /^\s*\[\[?\s*([^\]]+?)\s*\]\]?/.exec(line) ?? [];
    if (header !== undefined) inside = header === name || header.startsWith(`${name}.`);
    return !inside;
  });
  return kept.join('\n');
}

/** The values without the entry, and the entry. */
function apart(values: TomlTable, { at }: Snippet): { rest: unknown; entry: unknown } {
  const [block, name] = at as [string, string];
  const servers = (values[block] ?? {}) as TomlTable;
  const { [name]: entry, ...others } = servers;
  return { rest: { ...values, [block]: others }, entry };
}
