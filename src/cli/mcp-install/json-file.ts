import jsonc from 'jsonc-parser';
import type { Snippet } from './clients.js';

const { applyEdits, modify, parse, printParseErrorCode } = jsonc;

/** The snippet as a file of its own. */
export function jsonText({ at, entry, input }: Snippet): string {
  const [block, name] = at as [string, string];
  return JSON.stringify({ [block]: { [name]: entry }, ...(input ? { inputs: [input] } : {}) }, undefined, 2);
}

/**
 * Puts the snippet into the text of a file. All else stays, comments too; what lies next to it may be laid out anew.
 * @param comments whether the client takes comments and commas at the end.
 * @throws where the text is not what the client could read.
 */
export function mergeJson(text: string, { at, entry, input }: Snippet, comments: boolean): string {
  const source = text.trim() === '' ? '{}' : text;
  const value = checked(source, comments);
  const formattingOptions = { insertSpaces: !/^\t+"/m.test(source), tabSize: /^( +)"/m.exec(source)?.[1]?.length ?? 2, eol: source.includes('\r\n') ? '\r\n' : '\n' };
  const set = (into: string, path: (string | number)[], what: unknown, isArrayInsertion = false): string =>
    applyEdits(into, modify(into, path, what, { formattingOptions, isArrayInsertion }));

  const [block] = at as [string, string];
  if (value[block] !== undefined && !isObject(value[block])) throw new Error(`"${block}" is no object`);
  let merged = set(source, [...at], entry);
  if (input) {
    const inputs = value.inputs ?? [];
    if (!Array.isArray(inputs)) throw new Error('"inputs" is no list');
    const place = inputs.findIndex((each: unknown) => isObject(each) && each.id === input.id);
    if (value.inputs === undefined) merged = set(merged, ['inputs'], [input]);
    else if (place === -1) merged = set(merged, ['inputs', inputs.length], input, true);
    // One of this id is there: whoever made it may have worded it anew.
  }
  return merged.endsWith('\n') ? merged : `${merged}\n`;
}

function checked(text: string, comments: boolean): Record<string, unknown> {
  const errors: jsonc.ParseError[] = [];
  const value = parse(text, errors, { allowTrailingComma: comments, disallowComments: !comments }) as unknown;
  const [first] = errors;
  if (first) {
    const before = text.slice(0, first.offset).split('\n');
    throw new Error(`line ${before.length}, column ${before.at(-1)!.length + 1}: ${printParseErrorCode(first.error)}`);
  }
  if (!isObject(value)) throw new Error('it is no object');
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
