import { FOREIGN_KEYS } from './foreign.js';
import { alternatives, schemasAt, type JsonSchema } from './json-schema.js';
import { FILE_SCHEMA } from './known.js';

const MARKED = /(<!-- keys: ([a-z_.]+) -->\n)[\s\S]*?(<!-- \/keys -->)/g;
/** Name of the table of the keys that have no effect. */
const FOREIGN = 'of_the_original';

/** The names of all tables that a reference needs: one for each block and mapping of names that has keys, and the keys without effect. */
export function tableNames(): string[] {
  const blocks = Object.keys(FILE_SCHEMA.properties!).filter((name) => keysOf(name).properties !== undefined);
  return [...blocks.flatMap((block) => [block, ...mappingsIn(block)]), FOREIGN];
}

/** The keys of a block that hold entries by name. */
function mappingsIn(block: string): string[] {
  const { properties = {} } = FILE_SCHEMA.properties![block]!;
  const names = Object.keys(properties).filter((key) => {
    const { additionalProperties: entry } = properties[key]!;
    return typeof entry === 'object' && entry.properties !== undefined;
  });
  return names.map((key) => `${block}.${key}`);
}

/**
 * A document with its tables, those between `<!-- keys: NAME -->` and `<!-- /keys -->`, as the schema has them.
 * @param settings JSON Schemas of what agents take, by the names `settings.<agent>` of their tables
 */
export function withTables(markdown: string, settings: Readonly<Record<string, JsonSchema>> = {}): string {
  return markdown.replace(MARKED, (_all, start: string, name: string, end: string) => {
    const own = settings[name];
    return `${start}${own ? tableOf(own) : name === FOREIGN ? foreignTable() : tableOf(keysOf(name))}${end}`;
  });
}

/** The JSON Schema of a configuration file, for editors. */
export function editorSchema(): string {
  const schema = structuredClone(FILE_SCHEMA);
  for (const [place, keys] of Object.entries(FOREIGN_KEYS)) {
    const path = place === '' ? [] : place.split('.');
    for (const mapping of schemasAt(schema, path)) {
      for (const key of keys) mapping.properties![key] ??= { description: 'Of the original: has no effect', deprecated: true };
    }
  }
  return `${JSON.stringify({ ...schema, title: 'loomcycle configuration' }, null, 2)}\n`;
}

/** @throws where the configuration has no such keys. */
export function keysOf(name: string): JsonSchema {
  const [named] = schemasAt(FILE_SCHEMA, name.split('.'));
  if (!named) throw new Error(`the configuration has no ${name}`);
  const { additionalProperties: entry } = named;
  return alternatives(typeof entry === 'object' ? entry : named)[0]!;
}

function tableOf({ properties = {}, required = [] }: JsonSchema): string {
  const optional = Object.keys(properties).filter((key) => !required.includes(key));
  const rows = [...required, ...optional].map((key) => {
    const schema = properties[key]!;
    return `| \`${key}\` | ${typeText(schema)} | ${required.includes(key) ? 'required' : defaultText(schema)} | ${meaning(schema)} |\n`;
  });
  return `| key | type | default | meaning |\n|---|---|---|---|\n${rows.join('')}`;
}

function foreignTable(): string {
  const rows = Object.entries(FOREIGN_KEYS).map(([place, keys]) => {
    const where = place === '' ? 'the file' : `\`${place.replace('*', '<name>')}\``;
    return `| ${where} | ${keys.map((key) => `\`${key}\``).join(', ')} |\n`;
  });
  return `| in | keys without effect |\n|---|---|\n${rows.join('')}`;
}

function meaning({ description = '' }: JsonSchema): string {
  return description.replaceAll('|', '\\|');
}

function defaultText(schema: JsonSchema): string {
  if (schema.default === undefined) return '';
  return typeof schema.default === 'number' ? String(schema.default) : `\`${JSON.stringify(schema.default).replace(/^"(.+)"$/, '$1')}\``;
}

function typeText(schema: JsonSchema): string {
  const { title, type, const: only, enum: values, items } = schema;
  if (title !== undefined) return title;
  if (only !== undefined) return `\`${String(only)}\``;
  if (values) return values.map((value) => `\`${value === '' ? '""' : String(value)}\``).join(', ');
  const options = alternatives(schema);
  if (options.length > 1) return [...new Set(options.map(typeText))].join(' or ');
  if (type === 'array') return items ? listText(items) : 'list';
  if (type === 'integer' || type === 'number') return numberText(schema);
  return { string: 'text', boolean: 'true or false', object: 'mapping', null: 'null' }[String(type)] ?? 'anything';
}

function listText(items: JsonSchema): string {
  if (items.type === 'integer' || items.type === 'number') return 'list of numbers';
  return items.type === 'string' && !items.enum ? `list of ${typeText(items)}s` : 'list';
}

function numberText({ minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER }: JsonSchema): string {
  if (maximum < Number.MAX_SAFE_INTEGER) return minimum > Number.MIN_SAFE_INTEGER ? `${minimum} to ${maximum}` : `up to ${maximum}`;
  return minimum > Number.MIN_SAFE_INTEGER ? `${minimum} and more` : 'number';
}
