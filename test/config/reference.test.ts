import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { JsonSchema } from '../../src/config/json-schema.js';
import { FILE_SCHEMA } from '../../src/config/known.js';
import { editorSchema, tableNames, withTables } from '../../src/config/reference.js';
import { ROOT } from '../support/server.js';

const REMEDY = 'run npm run build, then node scripts/config-reference.mjs';
const guide = readFileSync(path.join(ROOT, 'docs/CONFIGURATION.md'), 'utf8');

test('the tables of docs/CONFIGURATION.md are those of the schema, one for each block', () => {
  expect(guide, REMEDY).toBe(withTables(guide));
  expect([...guide.matchAll(/<!-- keys: ([a-z_]+) -->/g)].map(([, name]) => name).sort()).toEqual(tableNames().sort());
});

test('loomcycle.schema.json is that of the schema', () => {
  expect(readFileSync(path.join(ROOT, 'loomcycle.schema.json'), 'utf8'), REMEDY).toBe(editorSchema());
});

test('every key says what it means', () => {
  const silent = [...describe(FILE_SCHEMA)].filter(([, { description, properties }]) => !description && !properties).map(([name]) => name);
  expect(silent).toEqual([]);

  function* describe({ properties = {} }: JsonSchema, at = ''): Generator<[string, JsonSchema]> {
    for (const [key, schema] of Object.entries(properties)) {
      const isBlock = at === '';
      const entry = schema.additionalProperties;
      if (!isBlock) yield [`${at}.${key}`, schema];
      else yield* describe(typeof entry === 'object' ? (entry.oneOf?.[0] ?? entry) : schema, key);
    }
  }
});

test('our yaml files tell editors of the schema', () => {
  const bundles = readdirSync(path.join(ROOT, 'bundles')).map((name) => `bundles/${name}/loomcycle.yaml`);
  for (const file of ['loomcycle.yaml', ...bundles]) {
    const [, named] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(readFileSync(path.join(ROOT, file), 'utf8')) ?? [];
    expect(named && path.join(path.dirname(file), named), file).toBe('loomcycle.schema.json');
  }
});
