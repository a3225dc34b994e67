import type { Tool } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import type { Operation } from '../../operations/operation.js';

export type JsonSchema = Readonly<Record<string, unknown>>;

interface ObjectSchema {
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
}

/** What one op takes or answers: an object, or one of several. */
interface Variant {
  readonly name: string;
  readonly alternatives: readonly ObjectSchema[];
}

/** A property as some ops have it, and as which of them describe it. */
interface Shape {
  readonly schema: JsonSchema;
  readonly uses: { readonly name: string; readonly required: boolean; readonly description: string | undefined }[];
}

/** A refusal, as structured content of any tool. */
const REFUSAL = z.object({
  reason: z.string().describe('Refusal: its cause, stable across releases'),
  error: z.string().describe('Refusal: what was wrong and where'),
  data: z.record(z.string(), z.unknown()).optional().describe('Refusal: what you need to act on it, such as the current chunk of a conflict'),
  next: z.string().optional().describe('Refusal: what to do next'),
});

/**
 * One schema for all ops of a tool. Its properties are those of all ops, each with every shape that an op gives it;
 * `$defs` has by op exactly what that op takes, made of references to these shapes. There is no union at the top:
 * the APIs of some models refuse one.
 */
export function inputSchemaOf(operations: readonly Operation[]): Tool['inputSchema'] {
  const variants = operations.map(({ op, input }) => variantOf(op, input, 'input'));
  const { properties, $defs } = merged(variants, true);
  const op = { type: 'string', enum: operations.map((operation) => operation.op) };
  return { type: 'object', properties: { op, ...properties }, required: ['op'], additionalProperties: false, $defs };
}

/** The same for what the ops answer; a refusal, which any of them may answer, is `refusal` of `$defs`. */
export function outputSchemaOf(operations: readonly Operation[]): NonNullable<Tool['outputSchema']> {
  const variants = operations.map(({ op, output }) => variantOf(op, output, 'output'));
  const { properties, $defs } = merged([...variants, variantOf('refusal', REFUSAL, 'output')], false);
  return { type: 'object', properties, additionalProperties: false, $defs };
}

function variantOf(name: string, schema: z.ZodType, io: 'input' | 'output'): Variant {
  const { anyOf, ...whole } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return { name, alternatives: (anyOf ?? [whole]) as unknown as ObjectSchema[] };
}

function merged(variants: readonly Variant[], mark: boolean): { properties: Record<string, JsonSchema>; $defs: Record<string, JsonSchema> } {
  const shapes = new Map<string, Map<string, Shape>>();
  for (const { name, alternatives } of variants) {
    for (const { properties, required = [] } of alternatives) {
      for (const [property, { description, ...schema }] of Object.entries(properties)) {
        if (isOp(property, schema)) continue;
        const ofProperty = entry(shapes, property, () => new Map<string, Shape>());
        const shape = entry(ofProperty, JSON.stringify(schema), (): Shape => ({ schema, uses: [] }));
        shape.uses.push({ name, required: required.includes(property), description: description as string | undefined });
      }
    }
  }
  const properties: Record<string, JsonSchema> = {};
  for (const [property, ofProperty] of shapes) {
    const written = [...ofProperty.values()].map(({ schema, uses }) => {
      const description = mark ? describe(uses, variants.length) : [...new Set(uses.map((use) => use.description))].filter(Boolean).join('; ');
      return description === '' ? schema : { ...schema, description };
    });
    properties[property] = written.length === 1 ? written[0]! : { anyOf: written };
  }
  const defs = variants.map(({ name, alternatives }): [string, JsonSchema] => {
    const exact = alternatives.map((alternative) => referring(alternative, shapes));
    return [name, exact.length === 1 ? exact[0]! : { anyOf: exact }];
  });
  return { properties, $defs: Object.fromEntries(defs) };
}

/** An object whose properties are references to where their shapes stand. */
function referring({ properties, ...rest }: ObjectSchema, shapes: ReadonlyMap<string, ReadonlyMap<string, Shape>>): JsonSchema {
  const references = Object.entries(properties).map(([property, { description: _description, ...schema }]) => {
    if (isOp(property, schema)) return [property, { const: schema.const }];
    const places = [...shapes.get(property)!.keys()];
    const place = places.length === 1 ? '' : `/anyOf/${places.indexOf(JSON.stringify(schema))}`;
    return [property, { $ref: `#/properties/${property}${place}` }];
  });
  const { required, additionalProperties } = rest;
  return {
    type: 'object',
    properties: Object.fromEntries(references) as JsonSchema,
    ...(required === undefined || required.length === 0 ? {} : { required }),
    ...(additionalProperties === undefined ? {} : { additionalProperties }),
  };
}

/** The name of the op itself stands in every input, each time another constant: it is written once, as an enumeration. */
function isOp(property: string, schema: JsonSchema): boolean {
  return property === 'op' && typeof schema.const === 'string';
}

/** Which ops take a property, which of them need it, and what it means to each. */
function describe(uses: Shape['uses'], ops: number): string {
  const byMeaning = new Map<string, string[]>();
  for (const { name, required, description = '' } of uses) {
    entry(byMeaning, description, () => []).push(required ? `${name} (required)` : name);
  }
  return [...byMeaning]
    .map(([meaning, names]) => {
      if (byMeaning.size > 1) return meaning === '' ? `For ${names.join(', ')}.` : `For ${names.join(', ')}: ${meaning}.`;
      if (names.length === ops && names.every((name) => !name.endsWith(')'))) return meaning;
      return [meaning, `For ${names.join(', ')}.`].filter((part) => part !== '').join('. ');
    })
    .join(' ');
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
