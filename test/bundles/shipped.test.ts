import path from 'node:path';
import { expect, test } from 'vitest';
import { checkBundle } from '../../src/bundles/check.js';
import { bundleFolders, listBundles } from '../../src/bundles/directory.js';
import { checkSetup } from '../../src/bundles/setup.js';
import { problemText } from '../../src/config/error.js';
import { loadLayers } from '../../src/config/layers.js';
import { residentsOf } from '../../src/config/schema.js';
import { ROOT } from '../support/server.js';

const folders = bundleFolders(path.join(ROOT, 'test'));
const bundles = listBundles(folders);
const base = path.join(ROOT, 'loomcycle.yaml');

test('three ship', () => {
  expect(bundles.map(({ name, from }) => [name, from])).toEqual([['document-agent', 'shipped'], ['social-drafter', 'shipped'], ['weekly-reporter', 'shipped']]);
});

test.each(bundles.map(({ name, file }) => [name, file]))('%s is in order on its own and stacked', (_name, file) => {
  const { problems, warnings } = checkBundle(file, { folders, base: [base], env: {} });
  expect(problems).toEqual([]);
  expect(warnings.map(problemText).filter((text) => !text.endsWith(': no effect'))).toEqual([]);
});

test('all stack on the configuration that ships, and replace nothing of each other even under strict', () => {
  const layers = loadLayers([...bundles.map(({ file }) => file), base], { LOOMCYCLE_CONFIG_STRICT: '1' });
  expect(layers.bundles.map(({ name }) => name)).toEqual(bundles.map(({ name }) => name));
  const { config, skills } = checkSetup(layers, {});
  expect(Object.keys(config.agents)).toEqual(['doc-manager', 'drafter', 'reporter']);
  expect(Object.keys(residentsOf(config))).toEqual(['drafter', 'reporter']);
  expect(skills.map(({ name }) => name)).toEqual(['edge-linking', 'md-import', 'restructuring', 'semantic-chunking', 'draft-bluesky', 'draft-linkedin', 'draft-mastodon', 'draft-post', 'draft-x']);
});
