import { z } from 'zod';
import { Refusal } from '../errors.js';
import type { Fields } from './rows.js';

export const FIELD_KINDS = ['string', 'int', 'number', 'bool', 'date', 'datetime', 'url', 'enum'] as const;

/** Names that fields of a type can have. */
export const FIELD_NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;

/** One field of a chunk type: the field language of `define_type`. */
export const fieldDefinition = z
  .strictObject({
    name: z
      .string()
      .regex(FIELD_NAME, 'letters, digits, _ and -, at most 64, not starting with a digit')
      .describe('Key of the field'),
    type: z.enum(FIELD_KINDS).describe('Kind of value'),
    values: z.array(z.string().min(1)).min(1).optional().describe('Allowed values of an enum'),
    required: z.boolean().optional().describe('Refuse a chunk of this type without the field'),
    default: z.unknown().optional().describe('Value of a new chunk that brings none'),
    indexed: z.boolean().optional().describe('Whether filters and orders by it are fast in a large scope; default true, as long as there is room'),
  })
  .superRefine((field, ctx) => {
    if (field.type === 'enum' && !field.values) ctx.addIssue({ code: 'custom', message: 'an enum needs values' });
    if (field.type !== 'enum' && field.values)
      ctx.addIssue({ code: 'custom', message: 'values belong to the type enum only' });
    if (field.name === 'status' && !['enum', 'string'].includes(field.type))
      ctx.addIssue({ code: 'custom', message: 'the field status is the chunk status, a text: it must be an enum or a string' });
    if (field.default !== undefined) {
      const broken = brokenRule(field, field.default);
      if (broken) ctx.addIssue({ code: 'custom', message: `the default breaks the rule "${broken}"` });
    }
  });

export type FieldDefinition = z.infer<typeof fieldDefinition>;

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATETIME = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** @returns the rule that `value` breaks, in words, or undefined where it is fine. */
export function brokenRule(field: Pick<FieldDefinition, 'type' | 'values'>, value: unknown): string | undefined {
  switch (field.type) {
    case 'string':
      return typeof value === 'string' ? undefined : 'must be a string';
    case 'int':
      return Number.isSafeInteger(value) ? undefined : 'must be a whole number';
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? undefined : 'must be a number';
    case 'bool':
      return typeof value === 'boolean' ? undefined : 'must be true or false';
    case 'date':
      return isDate(value) ? undefined : 'must be a date YYYY-MM-DD';
    case 'datetime':
      return isDatetime(value) ? undefined : 'must be a date and time with zone, like 2026-06-30T09:00:00Z';
    case 'url':
      return isUrl(value) ? undefined : 'must be an absolute http or https URL';
    case 'enum':
      return typeof value === 'string' && field.values!.includes(value)
        ? undefined
        : `must be one of ${field.values!.join(', ')}`;
  }
}

function isDate(value: unknown): value is string {
  if (typeof value !== 'string' || !DATE.test(value)) return false;
  const time = Date.parse(`${value}T00:00:00Z`);
  // Date.parse rolls 2026-02-30 over into March.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
}

function isDatetime(value: unknown): boolean {
  const match = typeof value === 'string' ? DATETIME.exec(value) : null;
  return match !== null && isDate(match[1]) && !Number.isNaN(Date.parse(value as string));
}

function isUrl(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  return ['http:', 'https:'].includes(new URL(value).protocol);
}

export function withDefaults(definitions: readonly FieldDefinition[], fields: Fields): Fields {
  const result: Fields = { ...fields };
  for (const { name, default: value } of definitions) {
    if (value !== undefined && result[name] === undefined) result[name] = value;
  }
  return result;
}

/** @throws Refusal `invalid_field` with the field, the rule and the value. */
export function requireValid(typeName: string, definitions: readonly FieldDefinition[], fields: Fields): void {
  for (const definition of definitions) {
    const value = fields[definition.name];
    const rule =
      value === undefined
        ? definition.required
          ? 'is required'
          : undefined
        : brokenRule(definition, value);
    if (rule) {
      const shown = value === undefined ? 'nothing' : JSON.stringify(value);
      throw new Refusal(
        'invalid_field',
        `field "${definition.name}" of type "${typeName}" ${rule}, got ${shown}`,
        { type: typeName, field: definition.name, rule, value: value ?? null },
      );
    }
  }
}
