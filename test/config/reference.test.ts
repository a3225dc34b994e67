import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { AGENT_SETTINGS } from '../../agents/settings.js';
import { editorSchema, keysOf, tableNames, withTables } from '../../src/config/reference.js';
import { ROOT } from '../support/server.js';

const REMEDY = 'run npm run build, then node scripts/config-reference.mjs';
const guide = readFileSync(path.join(ROOT, 'docs/CONFIGURATION.md'), 'utf8');

test('the tables of docs/CONFIGURATION.md are those of the schema, one for each block', () => {
  expect(guide, REMEDY).toBe(withTables(guide, AGENT_SETTINGS));
  expect([...guide.matchAll(/<!-- keys: ([a-z_.]+) -->/g)].map(([, name]) => name).sort()).toEqual([...tableNames(), ...Object.keys(AGENT_SETTINGS)].sort());
});

test('loomcycle.schema.json is that of the schema', () => {
  expect(readFileSync(path.join(ROOT, 'loomcycle.schema.json'), 'utf8'), REMEDY).toBe(editorSchema());
});

test('every key says what it means', () => {
  const blocks = tableNames().filter((name) => name !== 'of_the_original');
  const keys = blocks.flatMap((name) => Object.entries(keysOf(name).properties!).map(([key, { description }]) => ({ key: `${name}.${key}`, description })));
  const settings = Object.entries(AGENT_SETTINGS).flatMap(([name, { properties = {} }]) => Object.entries(properties).map(([key, { description }]) => ({ key: `${name}.${key}`, description })));
  expect([...keys, ...settings].filter(({ description }) => !description)).toEqual([]);
});

test('our yaml files tell editors of the schema', () => {
  const bundles = readdirSync(path.join(ROOT, 'bundles')).map((name) => `bundles/${name}/loomcycle.yaml`);
  for (const file of ['loomcycle.yaml', ...bundles]) {
    const [, named] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(readFileSync(path.join(ROOT, file), 'utf8')) ?? [];
    expect(named && path.join(path.dirname(file), named), file).toBe('loomcycle.schema.json');
  }
});
