import { z } from 'zod';
import type { Path } from './tree.js';

/** What this project uses of JSON Schema. */
export interface JsonSchema {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: unknown;
  const?: unknown;
  enum?: unknown[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  deprecated?: boolean;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  minItems?: number;
  maxItems?: number;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
}

/** Title that marks a text as the name of a file. */
export const FILE_TYPE = 'file';

/** What may be written, as JSON Schema. */
export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
}

/** The schemas, one for each alternative, of the value at a path. */
export function schemasAt(schema: JsonSchema, path: Path): JsonSchema[] {
  let reached = alternatives(schema);
  for (const step of path) reached = reached.flatMap((each) => next(each, step)).flatMap(alternatives);
  return reached;
}

/** The schema itself, or what it is a choice of. */
export function alternatives(schema: JsonSchema): JsonSchema[] {
  const options = schema.oneOf ?? schema.anyOf;
  return options ? options.flatMap(alternatives) : [schema];
}

function next({ properties, additionalProperties, items }: JsonSchema, step: string | number): JsonSchema[] {
  if (typeof step === 'number') return items ? [items] : [];
  if (properties && Object.hasOwn(properties, step)) return [properties[step]!];
  return typeof additionalProperties === 'object' ? [additionalProperties] : [];
}
