import { afterEach, beforeEach, expect, test } from 'vitest';
import { diffConfigs, differenceText } from '../../src/config/diff.js';
import { loadLayers } from '../../src/config/layers.js';
import { ConfigFiles } from '../support/config-files.js';

let files: ConfigFiles;
beforeEach(() => {
  files = new ConfigFiles();
});
afterEach(() => files.remove());

function diff(first: string, second: string, env: NodeJS.ProcessEnv = {}): string[] {
  const [a, b] = [files.write('a.yaml', first), files.write('b.yaml', second)].map((file) => loadLayers([file], env));
  return diffConfigs(a!, b!).flatMap((each) => files.lines(differenceText(each)));
}

test('leaves that changed, went and came, with both places', () => {
  const first = 'same: 1\nx:\n  a: 1\n  gone: [1]\n  unset: 1\n';
  const second = 'x:\n  a: 2\n  unset: null\n  new: { y: text }\nsame: 1\n';
  expect(diff(first, second)).toEqual([
    '~ x.a: 1 (a.yaml:3:6) → 2 (b.yaml:2:6)',
    '- x.gone: [1] (a.yaml:4:9)',
    '- x.unset: 1 (a.yaml:5:10)',
    '+ x.new.y: "text" (b.yaml:4:13)',
  ]);
});

test('a configuration does not differ from itself, however it is written', () => {
  expect(diff('x: { a: 1, l: [1, { b: null }] }\n', 'x:\n  l:\n    - 1\n    - {}\n  a: 1\nnothing: null\n')).toEqual([]);
  expect(diff('', '')).toEqual([]);
});

test('secrets that differ are told, not shown', () => {
  const text = 'x: { api_key: one, l: [{ token: two }] }\n';
  const found = diff(text, text.replace('one', 'other').replace('two', 'another'));
  expect(found).toEqual(['~ x.api_key: "***" (a.yaml:1:15) → "***" (b.yaml:1:15)', '~ x.l: [{"token":"***"}] (a.yaml:1:23) → [{"token":"***"}] (b.yaml:1:25)']);
});
