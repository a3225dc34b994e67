import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadLayers } from '../../src/config/layers.js';
import { toValue } from '../../src/config/tree.js';
import { ConfigFiles } from '../support/config-files.js';

let files: ConfigFiles;
beforeEach(() => {
  files = new ConfigFiles();
});
afterEach(() => files.remove());

const manifest = (name: string, more = ''): string => `bundle:\n  name: ${name}\n  version: "1.0.0"\n  description: A test\n${more}`;

test('bundles stack: each is kept, none is merged or replaces another, even under strict', () => {
  const stack = [files.write('a/l.yaml', manifest('a')), files.write('b/l.yaml', manifest('b', '  requires: [a]\n'))];
  const layers = loadLayers([...stack, stack[0]!], { LOOMCYCLE_CONFIG_STRICT: '1' });
  expect(layers.bundles.map(({ name, requires, file }) => ({ name, requires, file }))).toEqual([
    { name: 'a', requires: [], file: stack[0] },
    { name: 'b', requires: ['a'], file: stack[1] },
  ]);
  expect(toValue(layers.tree)).toEqual({});
});

test('two files cannot be the same bundle', () => {
  const stack = [files.write('a.yaml', manifest('a')), files.write('b.yaml', manifest('a'))];
  expect(files.errors(() => loadLayers(stack, {}))).toEqual(['b.yaml:1:1: bundle.name: a.yaml:1:1 is the bundle "a" already: leave one of them out, or rename one']);
});

test('what a bundle requires and nobody brought is an error where it is named', () => {
  const file = files.write('a.yaml', manifest('a', '  requires: [other]\n'));
  expect(files.errors(() => loadLayers([file], {}))).toEqual(['a.yaml:5:14: bundle.requires: "a" needs the bundle "other", which is not in the stack: add its loomcycle.yaml with include or --config']);
});

test('a manifest that cannot be used is an error at its key', () => {
  const file = files.write('a.yaml', 'bundle: { name: a, version: 1.0, descripton: x }\n');
  const errors = files.errors(() => loadLayers([file], {}));
  expect(errors).toContain('a.yaml:1:29: bundle.version: must be a text: put it in quotes');
  expect(errors).toContain('a.yaml:1:34: bundle.descripton: there is no such key; did you mean "description"?');
});
