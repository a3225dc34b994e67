import type { z } from 'zod';
import { ConfigError, type Origin, type Problem } from './error.js';
import { dropForeign } from './foreign.js';
import { knownKeys } from './known.js';
import type { Layers } from './layers.js';
import { nearest } from './nearest.js';
import { configSchema, type Config } from './schema.js';
import { child, isUnset, keyOriginAt, mapScalars, originAt, pathText, toValue, type Node, type Path, type ScalarNode } from './tree.js';

type Issue = z.core.$ZodIssue;

export interface Validated {
  readonly config: Config;
  readonly warnings: readonly Problem[];
}

/**
 * Checks merged layers against the schema.
 * @throws ConfigError with everything that is wrong, each with the place of its cause.
 */
export function validate(layers: Layers): Validated {
  const warnings = [...layers.warnings];
  const tree = dropForeign(layers.tree, warnings);
  const first = configSchema.safeParse(toValue(tree));
  if (first.success) return { config: first.data, warnings };

  // What came from a variable is text, whatever it looks like: where a number or true is asked for, it is read as one.
  const asked = new Set(first.error.issues.filter(asksForOther).map(({ path }) => pathText(path as Path)));
  const converted = mapScalars(tree, (scalar, path) => (asked.has(pathText(path)) ? convert(scalar) : scalar));
  const second = configSchema.safeParse(toValue(converted));
  if (second.success) return { config: second.data, warnings };
  throw new ConfigError(second.error.issues.flatMap((issue) => problemsOf(issue, tree)));
}

function asksForOther(issue: Issue): boolean {
  if (issue.code === 'invalid_union') return issue.errors.flat().some(asksForOther);
  return issue.code === 'invalid_type' && (issue.expected === 'number' || issue.expected === 'boolean');
}

function convert(scalar: ScalarNode): ScalarNode {
  const { value, variables } = scalar;
  if (!variables || typeof value !== 'string') return scalar;
  if (/^-?\d+(\.\d+)?$/.test(value)) return { ...scalar, value: Number(value) };
  return value === 'true' || value === 'false' ? { ...scalar, value: value === 'true' } : scalar;
}

/** What a fault of the schema is, and where in the tree its cause stands. */
export function problemsOf(issue: Issue, tree: Node): Problem[] {
  const path = issue.path as Path;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey([...path, key], tree));
    case 'invalid_key':
      return issue.issues.map(({ message }) => problem(path, message, keyOriginAt(tree, path)));
    case 'invalid_union':
      return [problem(path, unionMessage(issue), originAt(tree, path))];
    default: {
      const isMissing = issue.code === 'invalid_type' && isAbsent(tree, path);
      return [problem(path, isMissing ? 'is missing' : issue.message, originAt(tree, path))];
    }
  }
}

/** What is wrong by each alternative; by those that take a value of this type, if some do. */
function unionMessage(issue: z.core.$ZodIssueInvalidUnion): string {
  const ofType = issue.errors.filter((errors) => !errors.some(({ code, path }) => code === 'invalid_type' && path.length === 0));
  const messages = (ofType.length > 0 ? ofType : issue.errors).map((errors) => errors.map(({ message }) => lowered(message)).join(', '));
  return messages.length > 0 ? messages.join('; or ') : issue.message;
}

function unknownKey(path: Path, tree: Node): Problem {
  const known = knownKeys(path.slice(0, -1));
  const meant = nearest(String(path.at(-1)), known);
  const hint = meant === undefined ? `known are ${known.join(', ')}` : `did you mean "${meant}"?`;
  return problem(path, `there is no such key; ${hint}`, keyOriginAt(tree, path));
}

function problem(path: Path, message: string, origin: Origin): Problem {
  return { origin, message: `${pathText(path) || 'the file'}: ${lowered(message)}` };
}

/** As it stands after a colon; names in capitals stay. */
function lowered(message: string): string {
  return message.replace(/^[A-Z](?![A-Z_])/, (first) => first.toLowerCase());
}

function isAbsent(tree: Node, path: Path): boolean {
  const node = path.reduce<Node | undefined>((at, step) => at && child(at, step), tree);
  return !node || isUnset(node);
}
