import { FILE_TYPE, jsonSchemaOf, schemasAt } from './json-schema.js';
import { configFileSchema } from './schema.js';
import type { Path } from './tree.js';

/** What a configuration file may say, as JSON Schema. */
export const FILE_SCHEMA = jsonSchemaOf(configFileSchema);

/** The keys that the mapping at a path can have. */
export function knownKeys(path: Path): string[] {
  return [...new Set(schemasAt(FILE_SCHEMA, path).flatMap(({ properties = {} }) => Object.keys(properties)))];
}

/** Whether the value at a path is the name of a file. */
export function isFile(path: Path): boolean {
  return schemasAt(FILE_SCHEMA, path).some(({ title }) => title === FILE_TYPE);
}
