import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseDocument, type ScalarTag } from 'yaml';
import { configSchema, type Config } from './schema.js';

/** The configuration cannot be used; the message names file and place. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

type Tree = Record<string, unknown>;

/**
 * Reads and merges configuration files, left to right, each on top of what it includes.
 * @throws ConfigError
 */
export function loadConfig(files: readonly string[]): Config {
  let merged: Tree = {};
  for (const file of files) merged = merge(merged, readLayer(path.resolve(file), []));
  const parsed = configSchema.safeParse(merged);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => `  ${issue.path.join('.') || '(top)'}: ${issue.message}`);
  throw new ConfigError(`${files.join(', ')}: the configuration is not valid\n${issues.join('\n')}`);
}

/** One rule: mappings merge by key, anything else is replaced by the later layer. */
export function merge(earlier: Tree, later: Tree): Tree {
  const result: Tree = { ...earlier };
  for (const [key, value] of Object.entries(later)) {
    const before = result[key];
    result[key] = isMapping(before) && isMapping(value) ? merge(before, value) : value;
  }
  return result;
}

function readLayer(file: string, including: readonly string[]): Tree {
  if (including.includes(file)) {
    throw new ConfigError(`${file}: includes itself, by way of ${including.join(' → ')}`);
  }
  const { include = [], ...own } = parseFile(file);
  if (!Array.isArray(include) || !include.every((entry) => typeof entry === 'string')) {
    throw new ConfigError(`${file}: include must be a list of files`);
  }
  let result: Tree = {};
  for (const entry of include as string[]) {
    result = merge(result, readLayer(path.resolve(path.dirname(file), entry), [...including, file]));
  }
  return merge(result, own);
}

function parseFile(file: string): Tree {
  const document = parseDocument(readText(file), { customTags: [pathTag(path.dirname(file))] });
  const [error] = [...document.errors, ...document.warnings];
  if (error) throw new ConfigError(`${file}: ${error.message}`);
  const tree: unknown = document.toJS() ?? {};
  if (!isMapping(tree)) throw new ConfigError(`${file}: must be a mapping`);
  return tree;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
  }
}

/** `!path x` is x relative to the file that says it, whichever file it ends up merged into. */
function pathTag(directory: string): ScalarTag {
  return { tag: '!path', resolve: (text) => path.resolve(directory, text) };
}

function isMapping(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
