import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadLayers } from '../../src/config/layers.js';
import { residentsOf } from '../../src/config/schema.js';
import { validate } from '../../src/config/validate.js';
import { ConfigFiles, DENN } from '../support/config-files.js';

let files: ConfigFiles;
beforeEach(() => {
  files = new ConfigFiles();
});
afterEach(() => files.remove());

test('a later layer switches a resident off and leaves the others', () => {
  const agent = '{ resident: true, code: drafter, principal: denn, subscribe: [{ topic: x }] }';
  const bundle = files.write('a.yaml', `${DENN}agents: { a: ${agent}, b: ${agent} }\n`);
  const site = files.write('b.yaml', 'agents: { a: { resident: false } }\n');
  expect(Object.keys(residentsOf(validate(loadLayers([bundle])).config))).toEqual(['a', 'b']);
  expect(Object.keys(residentsOf(validate(loadLayers([bundle, site])).config))).toEqual(['b']);
});
