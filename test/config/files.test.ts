import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { selectFiles } from '../../src/config/files.js';
import { loadLayers } from '../../src/config/layers.js';
import { validate } from '../../src/config/validate.js';
import { ConfigFiles } from '../support/config-files.js';

let files: ConfigFiles;
beforeEach(() => {
  files = new ConfigFiles();
});
afterEach(() => files.remove());

test('files of the environment come first, then those of the command line; blanks are no files', () => {
  const env = { LOOMCYCLE_CONFIG_FILES: ' a.yaml ::b.yaml:' };
  const selected = selectFiles({ env, named: ['c.yaml', '/d.yaml'], cwd: '/etc/x', delimiter: ':' });
  expect(selected).toEqual(['/etc/x/a.yaml', '/etc/x/b.yaml', '/etc/x/c.yaml', '/d.yaml']);
});

test('Q20: on Windows files are separated by ; so that a drive keeps its colon', () => {
  const env = { LOOMCYCLE_CONFIG_FILES: 'C:\\base.yaml;D:\\site.yaml' };
  const selected = selectFiles({ env, cwd: '/', delimiter: path.win32.delimiter });
  expect(selected.map((file) => path.basename(file))).toEqual(['C:\\base.yaml', 'D:\\site.yaml']);
});

test('Q20: a layered set is checked as one, before any server runs', () => {
  const base = files.write('base.yaml', 'storage: { workers: 3 }\n');
  const site = files.write('site.yaml', 'agents: { a: { resident: true } }\n');
  const { config } = validate(loadLayers([base]));
  expect(config.storage.workers).toBe(3);
  expect(files.errors(() => validate(loadLayers([base, site])))).toEqual([
    'site.yaml:1:14: agents.a.code: is missing',
    'site.yaml:1:14: agents.a.principal: is missing',
    'site.yaml:1:14: agents.a.subscribe: is missing',
  ]);
});

test('without any named, the first default that exists', () => {
  const selection = { env: { XDG_CONFIG_HOME: path.join(files.home, 'xdg') }, cwd: path.join(files.home, 'cwd'), home: files.home };
  expect(() => selectFiles(selection)).toThrow(
    new RegExp(['cwd/loomcycle.yaml', 'xdg/loomcycle/loomcycle.yaml', '.config/loomcycle/loomcycle.yaml'].join('.*')),
  );
  const ofHome = files.write('.config/loomcycle/loomcycle.yaml', '');
  expect(selectFiles(selection)).toEqual([ofHome]);
  const ofXdg = files.write('xdg/loomcycle/loomcycle.yaml', '');
  expect(selectFiles(selection)).toEqual([ofXdg]);
  const here = files.write('cwd/loomcycle.yaml', '');
  expect(selectFiles(selection)).toEqual([here]);
});

test('a named file that is not there is an error, not a reason to take another', () => {
  files.write('loomcycle.yaml', '');
  const selected = selectFiles({ env: {}, named: ['other.yaml'], cwd: files.home });
  expect(files.errors(() => loadLayers(selected))).toEqual(['other.yaml: cannot be read (ENOENT)']);
});
