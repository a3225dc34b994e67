import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadLayers } from '../../src/config/layers.js';
import { toValue } from '../../src/config/tree.js';
import { validate } from '../../src/config/validate.js';
import { ConfigFiles, DENN } from '../support/config-files.js';

let files: ConfigFiles;
beforeEach(() => {
  files = new ConfigFiles();
});
afterEach(() => files.remove());

test('a file lies on top of what it includes, relative to itself; what several include lies below the first, once', () => {
  files.write('common.yaml', 'a: common\nb: common\nc: common\n');
  files.write('sub/one.yaml', 'include: [../common.yaml]\nb: one\nc: one\n');
  files.write('sub/two.yaml', 'include: [../common.yaml]\nc: two\n');
  const main = files.write('main.yaml', 'include:\n  - sub/one.yaml\n  - ${LOOMCYCLE_SUB}/two.yaml\nd: main\n');
  const layers = loadLayers([main], { LOOMCYCLE_SUB: 'sub' });
  expect(layers.files.map((file) => path.relative(files.home, file))).toEqual(['common.yaml', 'sub/one.yaml', 'sub/two.yaml', 'main.yaml']);
  expect(toValue(layers.tree)).toEqual({ a: 'common', b: 'one', c: 'two', d: 'main' });
});

test('a circle of includes is refused where it closes', () => {
  files.write('b.yaml', 'include:\n  - a.yaml\n');
  const main = files.write('a.yaml', 'include: [b.yaml]\n');
  expect(files.errors(() => loadLayers([main]))).toEqual(['b.yaml:2:5: the file includes itself: a.yaml → b.yaml → a.yaml']);
});

test('an include that cannot be used is an error where it is named', () => {
  const main = files.write('main.yaml', 'include:\n  - nowhere.yaml\n  - [x]\n');
  expect(files.errors(() => loadLayers([main]))).toEqual([
    'main.yaml:2:5: nowhere.yaml: cannot be read (ENOENT)',
    'main.yaml:3:5: include must be a list of files',
  ]);
  const text = files.write('text.yaml', 'include: main.yaml\n');
  expect(files.errors(() => loadLayers([text]))).toEqual(['text.yaml:1:10: include must be a list of files']);
});

test('!append and !prepend add to the list below, and replace nothing', () => {
  const texts = ['l: [b]\n', 'l: !append [c, d]\n', 'l: !prepend\n  - a\nnew: !append [x]\n'];
  const layers = loadLayers(texts.map((text, at) => files.write(`${at}.yaml`, text)), { LOOMCYCLE_CONFIG_STRICT: '1' });
  expect(toValue(layers.tree)).toEqual({ l: ['a', 'b', 'c', 'd'], new: ['x'] });
});

test('!append to what is no list is an error, to what is unset is not', () => {
  const first = files.write('a.yaml', 'l: { x: 1 }\nn: null\n');
  const second = files.write('b.yaml', 'l: !append [1]\nn: !append [1]\n');
  expect(files.errors(() => loadLayers([first, second]))).toEqual(['b.yaml:1:12: l: !append needs a list below it, and there is none at a.yaml:1:4']);
  const third = files.write('c.yaml', 'n: !append [1]\n');
  expect(toValue(loadLayers([first, third]).tree)).toMatchObject({ n: [1] });
});

test('files are relative to the file that says them, with !path or where the schema knows that they are files', () => {
  files.write('bundle/loomcycle.yaml', 'seed: { s: { principal: denn, types: [t.yaml], documents: ["/abs.md", a.md] } }\n');
  const top = 'seed: { s: { documents: !append ["${LOOMCYCLE_D:-b.md}"] } }\nagents: { x: { settings: { text: plain, folder: !path "${LOOMCYCLE_D:-posts}" } } }\n';
  const main = files.write('site/main.yaml', `include: [../bundle/loomcycle.yaml]\n${DENN}${top}`);
  const { config } = validate(loadLayers([main], {}));
  expect(config.seed.s).toMatchObject({
    types: [path.join(files.home, 'bundle/t.yaml')],
    documents: ['/abs.md', path.join(files.home, 'bundle/a.md'), path.join(files.home, 'site/b.md')],
  });
  expect(config.agents.x!.settings).toEqual({ text: 'plain', folder: path.join(files.home, 'site/posts') });
});
