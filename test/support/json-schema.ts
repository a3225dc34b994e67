import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv';

export type Json = Record<string, unknown>;

const ajv = new AjvJsonSchemaValidator();

/** What is wrong with a value by a schema, as the clients of the SDK check it; undefined where nothing is. */
export function complaint(schema: Json, value: unknown): string | undefined {
  const { valid, errorMessage } = ajv.getValidator(schema as never)(value);
  return valid ? undefined : errorMessage;
}

/** The schema of a tool, narrowed to one of its `$defs`. */
export function narrowed(schema: Json, name: string): Json {
  return { ...schema, allOf: [{ $ref: `#/$defs/${name}` }] };
}

/** A schema with its references put in, and without descriptions. */
export function resolved(root: Json, part: unknown): unknown {
  if (Array.isArray(part)) return part.map((each) => resolved(root, each));
  if (typeof part !== 'object' || part === null) return part;
  const { $ref, description: _description, $schema: _dialect, ...rest } = part as Json;
  if (typeof $ref === 'string') return resolved(root, target(root, $ref));
  return Object.fromEntries(Object.entries(rest).map(([key, each]) => [key, key === 'properties' ? resolvedProperties(root, each as Json) : resolved(root, each)]));
}

/** A property may be called description. */
function resolvedProperties(root: Json, properties: Json): Json {
  return Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, resolved(root, each)]));
}

function target(root: Json, ref: string): unknown {
  return ref.split('/').slice(1).reduce<unknown>((at, key) => (at as Json)[key], root);
}
