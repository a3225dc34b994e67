import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkBundle } from '../../src/bundles/check.js';
import { addBundle, removeBundle } from '../../src/bundles/install.js';
import { ConfigFiles, DENN } from '../support/config-files.js';

let files: ConfigFiles;
beforeEach(() => {
  files = new ConfigFiles();
  files.write('base.yaml', DENN);
});
afterEach(() => files.remove());

const folders = () => ({ operator: path.join(files.home, 'mine'), shipped: path.join(files.home, 'shipped') });

/** A bundle that could be added. @returns its folder. */
function bundle(name: string, { in: folder = 'elsewhere', readme = '# Kit\n', requires = '' } = {}): string {
  files.write(`${folder}/${name}/README.md`, readme);
  files.write(`${folder}/${name}/examples/plan.md`, '# Plan\n');
  return path.dirname(files.write(`${folder}/${name}/loomcycle.yaml`, `bundle: { name: ${name}, version: 1.0.0, description: A kit, requires: [${requires}] }\n`));
}

function add(folder: string, force = false): string {
  const check = (file: string) => checkBundle(file, { folders: folders(), base: [path.join(files.home, 'base.yaml')], env: {} });
  return addBundle(folder, { folders: folders(), force, check }).folder;
}

function remove(name: string, { force = false, stacked = (): string[] => [] } = {}): string {
  return removeBundle(name, { folders: folders(), force, stacked });
}

/** Everything that lies in the operator's folder, hidden files too. */
function there(): string[] {
  return existsSync(folders().operator) ? readdirSync(folders().operator) : [];
}

test('it is copied whole, without what belongs to tools, and nothing else is left behind', () => {
  const from = bundle('kit');
  files.write('elsewhere/kit/.git/config', 'x');
  files.write('elsewhere/kit/node_modules/x/index.js', 'x');
  symlinkSync('README.md', path.join(from, 'LIESMICH.md'));
  const to = add(from);
  expect(to).toBe(path.join(folders().operator, 'kit'));
  expect(readdirSync(to).sort()).toEqual(['LIESMICH.md', 'README.md', 'examples', 'loomcycle.yaml']);
  expect(realpathSync(path.join(to, 'LIESMICH.md'))).toBe(realpathSync(to) + '/LIESMICH.md');
  expect(there()).toEqual(['kit']);
});

test('one that is there stays, unless it is forced', () => {
  add(bundle('kit'));
  const newer = bundle('kit', { readme: '# Newer\n' });
  expect(files.errors(() => add(newer))).toEqual([expect.stringMatching(/^there is a bundle "kit" at .*: --force puts this one in its place$/)]);
  expect(readFileSync(path.join(folders().operator, 'kit/README.md'), 'utf8')).toBe('# Kit\n');
  add(newer, true);
  expect(readFileSync(path.join(folders().operator, 'kit/README.md'), 'utf8')).toBe('# Newer\n');
  expect(there()).toEqual(['kit']);
  expect(files.errors(() => add(path.join(folders().operator, 'kit'), true))).toEqual([expect.stringContaining('already')]);
});

test('one whose check fails is refused, unless it is forced', () => {
  const from = bundle('kit', { readme: '' });
  expect(files.errors(() => add(from))).toEqual(['elsewhere/kit: has no README.md: say in it what the bundle does and how it is used']);
  expect(there()).toEqual([]);
  add(from, true);
  expect(there()).toEqual(['kit']);
});

test('a link that leads out, nowhere or to a folder is refused, forced or not', () => {
  const from = bundle('kit');
  symlinkSync(path.join(files.home, 'base.yaml'), path.join(from, 'out'));
  symlinkSync('nothing', path.join(from, 'examples/nowhere'));
  symlinkSync('examples', path.join(from, 'folder'));
  const lines = files.errors(() => add(from, true)).sort();
  expect(lines).toEqual([
    'elsewhere/kit/examples/nowhere: is a link that leads nowhere',
    'elsewhere/kit/folder: is a link to a folder: put the folder itself there',
    'elsewhere/kit/out: is a link that leads out of the bundle, to base.yaml',
  ]);
  expect(there()).toEqual([]);
});

test('what is no bundle, or is called otherwise than its folder, is refused', () => {
  mkdirSync(path.join(files.home, 'empty'));
  expect(files.errors(() => add(path.join(files.home, 'empty')))).toEqual(['empty is no bundle: it has no loomcycle.yaml']);
  files.write('elsewhere/other/loomcycle.yaml', 'bundle: { name: kit, version: 1.0.0, description: A kit }\n');
  expect(files.errors(() => add(path.join(files.home, 'elsewhere/other'), true))).toEqual([
    'elsewhere/other/loomcycle.yaml: the bundle is called "kit" and its folder "other": give both one name',
  ]);
});

test('one of the operator is removed; one that ships and one that there is not are named', () => {
  bundle('kit', { in: 'mine' });
  bundle('shipped-one', { in: 'shipped' });
  expect(files.errors(() => remove('shipped-one'))).toEqual([expect.stringMatching(/comes with loomcycle: only those in .* can be removed$/)]);
  expect(files.errors(() => remove('kti'))).toEqual([expect.stringContaining('there is no bundle "kti"; did you mean "kit"?')]);
  expect(files.errors(() => remove('../mine/kit'))).toEqual([expect.stringContaining('there is no bundle')]);
  expect(remove('kit')).toBe(path.join(folders().operator, 'kit'));
  expect(there()).toEqual([]);
});

test('one that another requires or the configuration stacks stays, unless it is forced', () => {
  const kit = bundle('kit', { in: 'mine' });
  const user = bundle('user', { in: 'mine', requires: 'kit' });
  expect(files.errors(() => remove('kit'))).toEqual(['the bundle "kit" is required by user: --force removes it all the same']);
  const stacked = () => [path.join(user, 'loomcycle.yaml')];
  expect(files.errors(() => remove('user', { stacked }))).toEqual([
    'the configuration stacks the bundle "user": take it out of there first, or --force removes it all the same',
  ]);
  expect(there().sort()).toEqual(['kit', 'user']);
  remove('kit', { force: true });
  expect(existsSync(kit)).toBe(false);
});

test('where a folder of the operator is a link, the link is removed and what it leads to stays', () => {
  const real = bundle('kit');
  mkdirSync(folders().operator);
  symlinkSync(real, path.join(folders().operator, 'kit'));
  remove('kit');
  expect(there()).toEqual([]);
  expect(existsSync(path.join(real, 'loomcycle.yaml'))).toBe(true);
});
