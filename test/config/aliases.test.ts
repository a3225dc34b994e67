import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadLayers } from '../../src/config/layers.js';
import { toValue } from '../../src/config/tree.js';
import { ConfigFiles } from '../support/config-files.js';

let files: ConfigFiles;
beforeEach(() => {
  files = new ConfigFiles();
});
afterEach(() => files.remove());

test('anchors, aliases and merge keys are resolved', () => {
  const text = 'base: &b { x: 1, y: 1 }\nmore: &m { y: 2, z: 2 }\none: { <<: *b, y: 9 }\ntwo: { <<: [*b, *m] }\nthree: *b\n';
  const { tree } = loadLayers([files.write('a.yaml', text)]);
  expect(toValue(tree)).toMatchObject({ one: { x: 1, y: 9 }, two: { x: 1, y: 1, z: 2 }, three: { x: 1, y: 1 } });
});

test('an alias stands for the last anchor before it; without one it is an error', () => {
  const again = files.write('again.yaml', 'a: &a 1\nb: *a\nc: &a 2\nd: *a\n');
  expect(toValue(loadLayers([again]).tree)).toEqual({ a: 1, b: 1, c: 2, d: 2 });
  const none = files.write('none.yaml', 'b: *a\nc: &a 2\n');
  expect(files.errors(() => loadLayers([none]))).toEqual(['none.yaml:1:4: there is no &a before it']);
});

test('aliases that would not end, or fill the memory, are refused', () => {
  const circle = files.write('circle.yaml', 'a: &a\n  b: *a\n');
  expect(files.errors(() => loadLayers([circle]))).toEqual(['circle.yaml:2:6: the alias stands within what it stands for']);
  const levels = Array.from({ length: 9 }, (_, at) => `l${at + 1}: &l${at + 1} [${Array(10).fill(`*l${at}`).join(', ')}]\n`);
  const bomb = files.write('bomb.yaml', `l0: &l0 x\n${levels.join('')}`);
  expect(files.errors(() => loadLayers([bomb]))).toEqual([expect.stringContaining('more than 100000 values')]);
});
