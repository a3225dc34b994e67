import type { Tool } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';

type JsonSchema = Record<string, unknown>;

interface ObjectSchema {
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

/** What a refusal adds to the answers of any tool. */
const REFUSAL = z.object({
  reason: z.string().describe('Of a refusal: its cause'),
  error: z.string().describe('Of a refusal: what was wrong'),
  data: z.record(z.string(), z.unknown()).describe('Of a refusal: what it takes to act on it, such as the current chunk'),
  next: z.string().describe('Of a refusal: what to do next'),
});

/** Schema of a tool with one kind of input: an object with its fields and nothing else. */
export function flatInputSchema(input: z.ZodObject): Tool['inputSchema'] {
  const { properties, required } = jsonSchemaOf(input, 'input') as unknown as ObjectSchema;
  return { type: 'object', properties, ...(required?.length ? { required: [...required] } : {}), additionalProperties: false };
}

/**
 * Schema of its answers. Nothing in it is required, since a refusal is an answer, too.
 *
 * @param renamed keys that are called otherwise than `output` calls them.
 * @param without keys that it never answers.
 */
export function flatOutputSchema(
  output: z.ZodType,
  renamed: Readonly<Record<string, string>>,
  without: readonly string[],
): NonNullable<Tool['outputSchema']> {
  const { anyOf, ...whole } = jsonSchemaOf(output, 'output');
  const answers = [...((anyOf as JsonSchema[] | undefined) ?? [whole]), jsonSchemaOf(REFUSAL, 'output')] as unknown as ObjectSchema[];
  const properties = answers
    .flatMap((answer) => Object.entries(answer.properties))
    .filter(([key]) => !without.includes(key))
    .map(([key, property]): [string, JsonSchema] => [renamed[key] ?? key, property]);
  return { type: 'object', properties: Object.fromEntries(properties) };
}

function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  return z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    // The bounds of what JavaScript can count tell a model nothing.
    override: ({ jsonSchema }) => {
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
}
