import { expect } from 'vitest';
import { parse as yaml } from 'yaml';

/** One fenced block. */
export interface Example {
  /** Line of the file at which it begins. */
  line: number;
  steps: Step[];
}

type Step = { line: number } & (
  | { kind: 'request'; method: string; path: string; headers: Record<string, string>; body: string | undefined }
  | { kind: 'response'; status: number; body: unknown }
  | { kind: 'send'; body: string }
  | { kind: 'frame'; body: unknown }
  | { kind: 'stream'; path: string; headers: Record<string, string>; body: string | undefined }
  | { kind: 'message'; body: unknown }
);

/** Values that `"$name"` stands for. */
export type Bindings = Map<string, unknown>;

const ANY = '…';

/** What stands in the blocks `yaml example`: the configuration of the server that the examples of the file run on. */
export function configOf(markdown: string): Record<string, unknown> {
  const blocks = [...markdown.matchAll(/^```yaml example\n([\s\S]*?)^```$/gm)].map(([, text]) => text!);
  return (yaml(blocks.join('')) ?? {}) as Record<string, unknown>;
}

/** @throws when a line of a block cannot be understood. */
export function examplesOf(markdown: string): Example[] {
  const examples: Example[] = [];
  let current: Example | undefined;
  for (const [index, text] of markdown.split('\n').entries()) {
    const line = index + 1;
    if (!current) {
      if (text.trim() === '```loomcycle') current = { line, steps: [] };
    } else if (text.trim() === '```') {
      examples.push(current);
      current = undefined;
    } else if (text.trim() !== '') current.steps.push(stepOf(text.trim(), line));
  }
  return examples;
}

function stepOf(text: string, line: number): Step {
  const [, send] = /^→ WS (.*)$/.exec(text) ?? [];
  if (send !== undefined) return { kind: 'send', line, body: send };
  const [, frame] = /^← WS (.*)$/.exec(text) ?? [];
  if (frame !== undefined) return { kind: 'frame', line, body: parse(frame, line) };
  const [, stream, streamHeaders, sent] = /^→ SSE (?:GET |POST )?(\S+)((?: \[[^\]]+\])*)(?: (\{.*))?$/.exec(text) ?? [];
  if (stream !== undefined) return { kind: 'stream', line, path: stream, headers: headersOf(streamHeaders!), body: sent };
  const [, message] = /^← SSE (.*)$/.exec(text) ?? [];
  if (message !== undefined) return { kind: 'message', line, body: parse(message, line) };
  const [, method, path, headers, body] = /^→ (GET|POST|PUT|PATCH|DELETE) (\S+)((?: \[[^\]]+\])*)(?: (\{.*))?$/.exec(text) ?? [];
  if (method !== undefined) return { kind: 'request', line, method, path: path!, headers: headersOf(headers!), body };
  const [, status, answer] = /^← (\d{3})(?: (.*))?$/.exec(text) ?? [];
  if (status !== undefined) {
    return { kind: 'response', line, status: Number(status), body: answer === undefined ? ANY : parse(answer, line) };
  }
  throw new Error(`line ${line} is no step of an example: ${text}`);
}

function headersOf(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/\[([^:\]]+): ([^\]]+)\]/g)].map(([, name, value]) => [name!, value!]));
}

function parse(json: string, line: number): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new Error(`line ${line}: ${(error as Error).message}`, { cause: error });
  }
}

/** Puts the values in place of `$name`; within a JSON string that is nothing else, quotes and all. */
export function substitute(text: string, bindings: Bindings): string {
  return text
    .replaceAll(/"\$(\w+)"/g, (whole, name: string) => (bindings.has(name) ? JSON.stringify(bindings.get(name)) : whole))
    .replaceAll(/\$(\w+)/g, (whole, name: string) => (bindings.has(name) ? String(bindings.get(name)) : whole));
}

/** Asserts that `actual` is what the example says. */
export function match(expected: unknown, actual: unknown, bindings: Bindings, where: string): void {
  if (expected === ANY) return;
  if (typeof expected === 'string' && /^\$\w+$/.test(expected)) {
    const name = expected.slice(1);
    if (!bindings.has(name)) bindings.set(name, actual);
    expect([where, actual]).toEqual([where, bindings.get(name)]);
  } else if (typeof expected === 'string') {
    expect([where, actual]).toEqual([where, textWith(expected, bindings)]);
  } else if (Array.isArray(expected)) matchArray(expected, actual, bindings, where);
  else if (typeof expected === 'object' && expected !== null) matchObject(expected, actual, bindings, where);
  else expect([where, actual]).toEqual([where, expected]);
}

/** A text may hold names, and be cut off by `…`. */
function textWith(text: string, bindings: Bindings): unknown {
  const parts = text.split(ANY).map((part) => substitute(part, bindings));
  if (parts.length === 1) return parts[0];
  const escaped = parts.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return expect.stringMatching(new RegExp(`^${escaped.join('[\\s\\S]*')}$`));
}

function matchArray(expected: readonly unknown[], actual: unknown, bindings: Bindings, where: string): void {
  expect([where, actual]).toEqual([where, expect.any(Array) as unknown]);
  const open = expected.at(-1) === ANY;
  const listed = open ? expected.slice(0, -1) : expected;
  const items = actual as unknown[];
  expect([where, open ? items.length >= listed.length : items.length, items]).toEqual([where, open ? true : listed.length, items]);
  for (const [index, item] of listed.entries()) match(item, items[index], bindings, `${where} [${index}]`);
}

function matchObject(expected: object, actual: unknown, bindings: Bindings, where: string): void {
  const { [ANY]: open, ...listed } = expected as Record<string, unknown>;
  expect([where, actual]).toEqual([where, expect.any(Object) as unknown]);
  const keys = Object.keys(actual as object);
  const wanted = Object.keys(listed);
  if (open === undefined) expect([where, keys.toSorted(), actual]).toEqual([where, wanted.toSorted(), actual]);
  for (const key of wanted) match(listed[key], (actual as Record<string, unknown>)[key], bindings, `${where} ${key}`);
}
